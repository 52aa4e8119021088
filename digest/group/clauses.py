"""Where may a long sentence end earlier? Before a clause that adds, never at a source's cost.

What follows a comma, a colon or a conjunction of time adds to what stands before it, when that has
a verb of its own. An end that would lose who said so, half a quotation or half a list is none.
"""

import re
from collections.abc import Iterator
from itertools import islice

from digest.group.sentences import balanced

_FEWEST_WORDS = 10
"""What is left must still say something."""
_BORDERS = 60
"""That are looked at: more than any sentence within a budget has."""
_ASIDES = (
    "qui que dont où lequel laquelle lesquels lesquelles si quand comme alors tandis après avant"
    " lors lorsque afin pour puisque notamment sans malgré dès depuis pendant selon"
    " who which where whose while when after before as because since if although"
)
_BORDER = re.compile(
    r"[,;:]\s|\s(?=(?:alors|tandis|après|avant|afin|lors|parce)\s(?:que|qu['’]|avoir|de|d['’])"
    r"|lorsqu|puisqu|while\s|after\s)",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"(?:[^\s,]+\s){0,4}?(?:et|ou|and|or)\s|[^\s,]+(?:\s[^\s,]+){0,2},\s[^\s,]+(?:\s[^\s,]+){0,2}(?:,|\set|\sand)\s",
    re.IGNORECASE,
)
"""What goes on so is the rest of an enumeration."""
_SAYS = (
    r"a (?:\w+ )?(?:annoncé|affirmé|ajouté|appris|assuré|averti|confié|confirmé|déclaré|dénoncé|dit"
    r"|estimé|expliqué|indiqué|jugé|précisé|promis|raconté|rapporté|rappelé|regretté|reconnu"
    r"|révélé|souligné|soutenu|écrit)|ont (?:\w+ )?(?:annoncé|affirmé|déclaré|dit|indiqué|rapporté)"
    r"|annonce|affirme|ajoute|assure|confie|déclare|dénonce|dit|estime|explique|indique|juge|précise"
    r"|raconte|rapporte|rappelle|regrette|révèle|souligne|écrit|poursuit|lance|said|says|told|tells"
    r"|announced|added|warned|claimed|reported|reports|according|stated|insisted|argued|wrote"
)
_SOURCE = re.compile(rf"\b(?:selon|d['’]après|de source|{_SAYS})\b", re.IGNORECASE)
_ANNOUNCES = re.compile(
    rf"\b(?:{_SAYS})\b(?!.*(?:\b(?:que|that|to)\b|qu['’]|[:»”\"]))", re.IGNORECASE
)
_WHAT = re.compile(r"\b(?:que|that)\b|\bqu['’]|[:«“\"]", re.IGNORECASE)
"""Opens what is said."""
_VERBS = (
    "a ont est sont était étaient sera seront serait va vont doit doivent peut peuvent fait font"
    " avait avaient aura auront veut veulent reste restent devrait devraient fut furent"
    " is are was were has have had will would can could may must does did"
)
_VERB = re.compile(
    rf"\b(?:{'|'.join(_VERBS.split())})\b|\w{{3,}}(?:ait|aient|era|eront|èrent|ât|ed)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(rf"(?:{'|'.join(_ASIDES.split())})\b", re.IGNORECASE)
_RELATIVE = re.compile(r"\b(?:qui|que|dont|où|who|which|that|whose)\b|\bqu['’]", re.IGNORECASE)


def shorter(sentence: str, words: int) -> Iterator[str]:
    """Give the ways to end a sentence within `words` words at a clause's border, each with `…`."""
    for border in islice(_BORDER.finditer(sentence), _BORDERS):
        kept = sentence[: border.start()].rstrip(" ,;:–—-")
        length = len(kept.split())
        if length > words:
            return
        if length >= _FEWEST_WORDS and _stands(kept, sentence[border.end() :]):
            yield kept + "…"


def _stands(kept: str, left_out: str) -> bool:
    """Tell whether what is kept is a sentence still, and says whose word it is."""
    loses_source = bool(_SOURCE.search(left_out)) and not _SOURCE.search(kept)
    return (
        balanced(kept)
        and not _LISTED.match(left_out)
        and not loses_source
        and not (_WHAT.search(left_out) and _ANNOUNCES.search(kept))
        and any(_is_main(part) for part in re.split(r"[,;]\s", kept))
    )


def _is_main(part: str) -> bool:
    """Tell whether a stretch between commas holds a verb of its own, before any relative clause."""
    before = _RELATIVE.split(part, maxsplit=1)[0]
    return not _ASIDE.match(part) and bool(_VERB.search(before))
