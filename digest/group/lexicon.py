"""What do a French and an English word have in common? Marks that both languages share.

Three ways, in this order: the shipped list of news words and names (data/lexicon.tsv); the editor's
aliases; and the regular family likeness of the two languages (sécurité, security; coopération,
cooperation). The last is a guess, good enough to weigh, never to show.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files

from digest.group.text import Lexer
from digest.group.words import Passage, Word

LANGUAGES = ("fr", "en")
"""Languages that the list of news words joins."""

_SHORTEST_COGNATE = 5
_COGNATE_LETTERS = 7

_SOUNDS = re.compile("ph|sh|ou")
_SPELLINGS = str.maketrans({"y": "i", "k": "c", "q": "c", "z": "s", "w": "v"})
_ENDINGS = (  # as they read after _SPELLINGS, doubled letters made one
    (r"(?:ations?|isements?|ements?|ments?|ants?|antes?|ages?|ings?)$", ""),
    (r"(?:icues?|ics?|icals?)$", "ic"),
    (r"(?:istes?|ists?)$", "ist"),
    (r"(?:ismes?|isms?)$", "ism"),
    (r"(?:eurs?|euses?|rices?|ors?|ers?)$", ""),
    (r"(?:aires?|ari|aries|arians?)$", "ar"),
    (r"(?:ances?|ences?|anci|enci)$", "nc"),
    (r"(?:ifs?|ives?)$", "iv"),
    (r"(?:aux|ales?|als?|els?)$", "al"),
    (r"(?:oires?|ori|ories)$", "or"),
    (r"(?:ites?|ities|iti|ies?|i)$", ""),
    (r"(?:es|e|ed|s|x)$", ""),
)
_ENDINGS_COMPILED = tuple((re.compile(ending), common) for ending, common in _ENDINGS)


def cognate(folded: str) -> str:
    """Give the part that French and English spellings of one word share."""
    plain = re.sub(r"(.)\1", r"\1", _SOUNDS.sub(_sound, folded).translate(_SPELLINGS))
    for ending, common in _ENDINGS_COMPILED:
        shorter, found = ending.subn(common, plain)
        if found and len(shorter) >= 3:
            return shorter[:_COGNATE_LETTERS]
    return plain[:_COGNATE_LETTERS]


def _sound(found: re.Match[str]) -> str:
    return {"ph": "f", "sh": "ch", "ou": "o"}[found.group()]


def lexicon_of(language: str) -> "Lexicon":
    """Give a language's lexicon, which is read once in a process and never changes."""
    return _read(language if language in LANGUAGES else "")


@cache
def _read(language: str) -> "Lexicon":
    return Lexicon(language)


class Lexicon:
    """Turns the words of one language into marks that the other language shares."""

    def __init__(self, language: str) -> None:
        self._single: dict[str, list[tuple[bool, str]]] = {}
        self._several: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        told = list(_names(language))
        names = Lexer(language).read_each([name for _, name in told])
        for (meaning, _), name in zip(told, names, strict=True):
            self._learn(name.words, meaning)
        self._second = {stems[1] for known in self._several.values() for stems, _ in known}
        for known in self._several.values():
            known.sort(key=lambda entry: -len(entry[0]))

    def marks(self, word: Word) -> tuple[str, ...]:
        """Give the marks of a word by itself; none of one that has no part."""
        entries = self._single.get(word.stem, ())
        named = [m for acronym, m in entries if not acronym or word.written.isupper()]
        return tuple(dict.fromkeys(named)) or _guess(word)

    def opens(self, word: Word) -> bool:
        """Say whether a name of several words may begin with this one."""
        return word.stem in self._several

    def follows(self, word: Word) -> bool:
        """Say whether such a name may go on with this one."""
        return word.stem in self._second

    def named(self, passage: Passage, opening: Iterable[int]) -> Iterator[tuple[int, int, str]]:
        """Give place, length and mark of the names of several words; none overlaps another.

        `opening` are the places where one may begin.
        """
        after = 0
        for place in opening:
            found = self._name_at(passage, place) if place >= after else None
            if found:
                after = place + found[0]
                yield place, *found

    def _learn(self, words: Sequence[Word], meaning: str) -> None:
        if len(words) == 1:
            acronym = words[0].written.isupper()
            self._single.setdefault(words[0].stem, []).append((acronym, meaning))
        elif words:
            stems = tuple(word.stem for word in words)
            self._several.setdefault(stems[0], []).append((stems, meaning))

    def _name_at(self, passage: Passage, place: int) -> tuple[int, str] | None:
        numbers, known = passage.numbers, passage.known
        for stems, meaning in self._several.get(known[numbers[place]].stem, ()):
            found = numbers[place : place + len(stems)].tolist()
            if len(found) == len(stems) and all(
                known[number].stem == stem for number, stem in zip(found, stems, strict=True)
            ):
                return len(stems), meaning
        return None


def _guess(word: Word) -> tuple[str, ...]:
    if word.number:
        return (f"#{word.folded}",)
    if word.stem.startswith("@"):
        return (word.stem,)
    if word.capital or len(word.folded) >= _SHORTEST_COGNATE:
        return (f"~{cognate(word.folded)}",)
    return ()


def _names(language: str) -> Iterator[tuple[str, str]]:
    if language not in LANGUAGES:
        return
    for line in _lines():
        columns = line.split("\t")
        meaning = f"={columns[1].split(',')[0].strip().casefold()}={columns[0].split(',')[0]}"
        for name in columns[LANGUAGES.index(language)].split(","):
            yield meaning, name.strip()


@cache
def _lines() -> tuple[str, ...]:
    text = (files("digest.group") / "data" / "lexicon.tsv").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))
