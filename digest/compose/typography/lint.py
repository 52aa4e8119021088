"""What does typesetting not mend, for only a person knows what was meant?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5

from digest.compose.typography import typeset
from digest.compose.typography.marks import SPACES, STAND_IN, sheltered
from digest.compose.typography.quotes import pairs

_AROUND = 18
"""Characters shown on either side of what was found."""
_S = f"[{SPACES}]"
_SHOUTED = 12
"""Capitals in a row from which a headline shouts; fewer may be an abbreviation."""

_TWICE = re.compile(rf"\b([^\W\d_]+){_S}(?-i:(?=[a-zà-ÿ]))\1\b(?!['’-])", re.IGNORECASE)
_RIGHTLY_TWICE = frozenset(["nous", "vous", "had", "that", "bla", "très", "so", "very", "is"])
_ABBREVIATED = re.compile(
    r"(?:\b\w|\b(?:etc|cf|Jr|Sr|Inc|Ltd|Co|Corp|St|vs|av|apr))\.\Z", re.IGNORECASE
)
_BARE = {
    "Ca": "Ça", "Economie": "Économie", "Election": "Élection", "Elections": "Élections",
    "Education": "Éducation", "Energie": "Énergie", "Etude": "Étude", "Etudiants": "Étudiants",
    "Equipe": "Équipe", "Epidémie": "Épidémie", "Emission": "Émission", "Evêque": "Évêque",
    "Eleveurs": "Éleveurs", "Egalité": "Égalité", "Ecrivain": "Écrivain", "Etranger": "Étranger",
    "Evacuation": "Évacuation", "Emeutes": "Émeutes", "Electricité": "Électricité",
}  # fmt: skip
"""Words that are likely to lack their accent, but could be a name or another language's."""


@dataclass(frozen=True, kw_only=True)
class Slip:
    """One thing in a text that its author may want to change."""

    where: str
    """The words around it, as they will be printed."""
    found: str
    proposal: str
    """What to do, for an editor."""
    why: str


_ACCENT = "the accent is missing"
_STRAIGHT = "a straight quote that could be either"
_DECODED = "a wrong decoding left this"
_ANY = (
    (r"[ ]{2,}", "write one space", "spaces are doubled"),
    (r"([!?,;])\1+|:{2,}(?!\w)|(?<!\.)\.\.(?!\.)|\.{4,}", "write it once", "the sign is doubled"),
    (r"(?<=[^\W\d_]),(?=[^\W\d_])", "write a space after it", "a comma without a space"),
    (rf"{_S},(?=\s|\Z)", "write no space before it", "a space before a comma"),
)  # fmt: skip
_RAW = (
    (r"Ã[\x80-\xbf\u0152-\u2122]|â€.?|Â[\xa0-\xbf]|\ufffd", "type it again", _DECODED),
    (r"\\u\{?[0-9a-fA-F]{2,6}\}?", "type the character", "a program's way to write a character"),
    (r"</?(?:b|i|em|strong|p|br|a|span|div)\b[^<>]{0,200}>", "drop it", "a tag of HTML is left"),
)  # fmt: skip
_FRENCH = (
    (rf"(?:\A|(?<=[.!?]{_S}))A(?={_S}\w)", "À, if the preposition is meant", _ACCENT),
    (r"\b(?:" + "|".join(_BARE) + r")\b", "", _ACCENT),
    (r"(?<!\w)'(?=\w)|'(?!\w)", "« … », or “ … ” within them", _STRAIGHT),
)  # fmt: skip
_ENGLISH = (
    (rf"(?<=\w){_S}[;:!?](?=\s|\Z)", "write no space before it", "a space before punctuation"),
    (r"(?<![\d\w])'|(?<=[^\w\s])'", "‘ or ’", _STRAIGHT),
)
_LANGUAGES = {"fr": _FRENCH, "en": _ENGLISH}


def lint(text: str, language: str, *, headline: bool = False) -> tuple[Slip, ...]:
    """Name what stays wrong once the text is typeset, in the order of the rules.

    A headline is also asked not to shout and to end without a full stop.
    """
    printed = typeset(text, language)
    prose = sheltered(printed)[0]
    rules = (*_ANY, *_LANGUAGES.get(language.split("-")[0], ()))
    return (
        *_matches(_RAW, text),
        *_entities(text),
        *_matches(rules, prose),
        *_twice(prose),
        *_quotes(prose),
        *_brackets(prose),
        *(_headline(printed) if headline else ()),
    )


def _slip(text: str, at: int, found: str, proposal: str, why: str) -> Slip:
    around = text[max(0, at - _AROUND) : at + len(found) + _AROUND]
    shown = " ".join(around.replace(STAND_IN, "…").split())
    return Slip(where=shown, found=found, proposal=proposal, why=why)


def _matches(rules: tuple[tuple[str, str, str], ...], text: str) -> Iterator[Slip]:
    for pattern, proposal, why in rules:
        for match in re.finditer(pattern, text):
            cure = proposal or _BARE[match[0]]
            yield _slip(text, match.start(), match[0], cure, why)


def _entities(text: str) -> Iterator[Slip]:
    for match in re.finditer(r"&(#x?[0-9a-fA-F]{1,6}|\w{2,31});", text):
        if match[1].startswith("#") or f"{match[1]};" in html5:
            yield _slip(
                text, match.start(), match[0], "type the character", "a mark of HTML is left"
            )


def _twice(text: str) -> Iterator[Slip]:
    for match in _TWICE.finditer(text):
        if match[1].casefold() not in _RIGHTLY_TWICE:
            yield _slip(
                text, match.start(), match[0], f"write {match[1]!r} once", "a word is doubled"
            )


def _quotes(text: str) -> Iterator[Slip]:
    for line in text.split("\n"):
        if pairs(line) is None:
            mark = re.search(r'["“”„«»]', line)
            at = mark.start() if mark else 0
            cure = "give each quotation mark its other"
            yield _slip(line, at, line[at], cure, "quotation marks don't pair")


def _brackets(text: str) -> Iterator[Slip]:
    prose = re.sub(r"(?<!\S)\w{1,2}\)", "", text)
    for opening, closing in ("()", "[]"):
        if prose.count(opening) != prose.count(closing):
            sign = opening if prose.count(opening) > prose.count(closing) else closing
            cure = f"write or drop one {closing if sign == opening else opening!r}"
            yield _slip(text, text.index(sign), sign, cure, "a bracket has no other")


def _headline(text: str) -> Iterator[Slip]:
    last = text.rstrip()
    if last.endswith(".") and not last.endswith("..") and not _ABBREVIATED.search(last):
        yield _slip(last, len(last) - 1, ".", "drop it", "a headline ends without a full stop")
    if text.isupper() and sum(map(str.isalpha, text)) >= _SHOUTED and " " in text.strip():
        yield _slip(text, 0, text, "write small letters", "the headline shouts")
