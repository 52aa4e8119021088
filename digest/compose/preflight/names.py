"""Is a name spelt as the schedule's aliases spell it? Near misses, none of the names themselves."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from digest.compose.draft import briefs_of
from digest.compose.preflight.finding import Code, Finding, warning
from digest.model.issue import IssueContent

_WORD = re.compile(r"[^\W\d_]+")
_LONG = 8
"""Letters from which a name may differ in two places and still be meant."""
_SHORTEST = 5
_SHORTEST_ACRONYM = 4


@dataclass(frozen=True)
class Names:
    """All names that the schedule's aliases hold."""

    aliases: Sequence[Sequence[str]]

    @cached_property
    def known(self) -> frozenset[str]:
        """Every word of every alias, as it is spelt."""
        return frozenset(w for group in self.aliases for name in group for w in words(name))

    @cached_property
    def folded(self) -> frozenset[str]:
        """The same, in small letters."""
        return frozenset(word.casefold() for word in self.known)

    @cached_property
    def single(self) -> tuple[str, ...]:
        """Names of one word that are long enough to be told from others."""
        names = (name for group in self.aliases for name in group)
        return tuple(name for name in names if words(name) == [name] and _is_long(name))

    @cached_property
    def by_letters(self) -> dict[str, str]:
        """Capitalised words of all names: without accents → as they are spelt."""
        proper = (word for word in sorted(self.known) if word[0].isupper() and not word.isupper())
        return {bare(word): word for word in proper if len(word) >= _SHORTEST}


def names(content: IssueContent, aliases: Sequence[Sequence[str]]) -> Iterator[Finding]:
    """Name words of an issue that miss a name of the schedule by a letter, an accent or a case."""
    known = Names(aliases)
    told: set[tuple[str, str]] = set()
    for where, story_id, text in _texts(content):
        for word, meant in misses(text, known):
            if (where, word) not in told:
                told.add((where, word))
                what, cure = f"{word!r} is near {meant!r}", f"write {meant!r}, if it is meant"
                yield warning(Code.NAME_ODD, where, what, cure, story_id=story_id)


def _texts(content: IssueContent) -> Iterator[tuple[str, int | None, str]]:
    yield "subject", None, content.subject
    yield "introduction", None, content.introduction
    for appointment in content.agenda:
        yield "agenda", None, appointment.text
    for brief in briefs_of(content.sections):
        for text in (brief.headline, brief.summary, brief.news, brief.essential):
            yield f"story {brief.story_id}", brief.story_id, text


def misses(text: str, known: Names) -> Iterator[tuple[str, str]]:
    """Give the words that miss a name, each with the name."""
    for word in dict.fromkeys(words(text)):
        if word not in known.known and (meant := _meant(word, known)):
            yield word, meant


def words(text: str) -> list[str]:
    """Split a text into words of letters."""
    return _WORD.findall(unicodedata.normalize("NFC", text))


def bare(word: str) -> str:
    """Give a word without accents and capitals."""
    apart = unicodedata.normalize("NFD", word.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))


def _meant(word: str, known: Names) -> str:
    if len(word) < _SHORTEST_ACRONYM:
        return ""
    if word.isupper():
        return next((one for one in known.single if one.isupper() and _jumbled(word, one)), "")
    if word.casefold() in known.folded:
        return _uncapitalised(word, known)
    if meant := known.by_letters.get(bare(word), ""):
        return meant if _accents(word) - _accents(meant) else ""
    proper = (one for one in known.single if not one.isupper())
    return next((one for one in proper if word[0].isupper() and _misspelt(word, one)), "")


def _accents(word: str) -> set[tuple[int, str]]:
    """Give the accented letters; a capital's accent is often left out, and is not asked for."""
    return {(at, char) for at, char in enumerate(word) if at and bare(char) != char.casefold()}


def _uncapitalised(word: str, known: Names) -> str:
    """Find a name of one word that stands in small letters."""
    return next((one for one in known.single if one.lower() == word), "")


def _misspelt(word: str, name: str) -> bool:
    one, other = bare(word), bare(name)
    if one.startswith(other) or len(word) < _SHORTEST:
        return False  # a plural, a people's name
    return distance(one, other) <= (2 if len(name) >= _LONG else 1)


def _jumbled(word: str, name: str) -> bool:
    """Tell two letters changed over, or in a long acronym one that is too many or missing."""
    if sorted(word) == sorted(name):
        return distance(word, name) == 1
    return len(name) > _SHORTEST and len(word) != len(name) and distance(word, name) == 1


def _is_long(name: str) -> bool:
    return len(name) >= (_SHORTEST_ACRONYM if name.isupper() else _SHORTEST)


def distance(one: str, other: str) -> int:
    """Count the steps from a word to another: a letter more, less, other, or two changed over.

    Optimal string alignment; words that differ in length by more than 2 are 3 apart.
    """
    if abs(len(one) - len(other)) > 2:
        return 3
    before, last = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and (a, one[i - 2]) == (other[j - 2], b):
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]
