"""What do a French and an English word have in common? Marks that both languages share.

Three ways, in this order: the shipped list of news words and names (data/lexicon.tsv); the editor's
aliases; and the regular family likeness of the two languages (sécurité, security; coopération,
cooperation). The last is a guess, good enough to weigh, never to show.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from digest.group.text import Lexer, Passage, Word

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


class Meanings:
    """Turns the words of one language into marks that the other language shares."""

    def __init__(self, language: str) -> None:
        self._sequences: dict[str, list[tuple[tuple[str, ...], bool, str]]] = {}
        self._single: dict[Word, tuple[str, ...]] = {}
        for meaning, names in _names(language):
            self._learn(Lexer(language).read(names).words, meaning)
        for known in self._sequences.values():
            known.sort(key=lambda entry: -len(entry[0]))

    def of(self, passage: Passage) -> Iterator[tuple[Word, tuple[str, ...]]]:
        """Give each word, or name of several, with its marks; none for a word that has no part."""
        words, place = passage.words, 0
        while place < len(words):
            word = words[place]
            marks = self._single.get(word)
            length = 1
            if marks is None:
                length, marks = self._marks(words, place)
            if marks:
                yield word, marks
            place += length

    def _learn(self, words: Sequence[Word], meaning: str) -> None:
        if words:
            stems = tuple(word.stem for word in words)
            acronym = len(words) == 1 and words[0].written.isupper()
            self._sequences.setdefault(stems[0], []).append((stems, acronym, meaning))

    def _marks(self, words: Sequence[Word], place: int) -> tuple[int, tuple[str, ...]]:
        word = words[place]
        entries = self._sequences.get(word.stem, ())
        for stems, _, meaning in entries:
            if len(stems) > 1 and tuple(w.stem for w in words[place : place + len(stems)]) == stems:
                return len(stems), (meaning,)
        single = [
            meaning
            for stems, acronym, meaning in entries
            if len(stems) == 1 and (not acronym or word.written.isupper())
        ]
        marks = tuple(dict.fromkeys(single)) or _guess(word)
        if all(len(stems) == 1 for stems, _, _ in entries):
            self._single[word] = marks  # nothing that follows the word can change it
        return 1, marks


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
