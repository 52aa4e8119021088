"""Which words does a text hold, and which mean the same? Accents fold for matching only."""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeGuard

import Stemmer

TEXT_CAP = 24_000
"""Characters of one passage that are read: what makes a story stands well before."""

STEMMERS = {"ar": "arabic", "de": "german", "en": "english", "es": "spanish", "fr": "french"} | {
    "it": "italian",
    "pt": "portuguese",
}

_TOKEN = re.compile(
    r"\b(?:[^\W\d_]\.){2,}"  # an acronym
    r"|\d{1,3}(?:[ .,\u00a0\u202f]\d{3})+(?!\d)|\d+(?:[.,]\d+)?(?!\w)"  # a number
    r"|[^\W_]+"  # a word
    r"|[.!?…:«»\"“”\n]+"  # what ends a sentence
)
_STOP = re.compile(r"[.!?…:«»\"“”\n]")
_KEPT_PLURAL = re.compile(r"(?<=\w{2}[iou])s$")
"""Snowball's French stemmer leaves the s of `convois`, `partis`, `élus`."""
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})


def fold(text: str) -> str:
    """Take case and accents away: `Goïta` and `GOITA` are one word."""
    lowered = text.casefold().translate(_LETTERS)
    if lowered.isascii():
        return lowered
    parts = unicodedata.normalize("NFKD", lowered)
    return "".join(part for part in parts if not unicodedata.combining(part))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Word:
    """One word of one language; all its occurrences share this value."""

    written: str
    folded: str
    stem: str
    """What words of one family share, without accents; `@jnim` for every alias of JNIM."""
    capital: bool
    number: bool = False
    mark: int
    """32 bits of its folded form: runs of words are told apart by them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A text as its words."""

    words: tuple[Word, ...]
    starts: frozenset[int]
    """Places where a sentence or quotation starts: a capital there says nothing."""


EMPTY = Passage(words=(), starts=frozenset())


class Lexer:
    """Reads texts of one language and folds the editor's aliases."""

    def __init__(self, language: str, aliases: Iterable[Sequence[str]] = ()) -> None:
        self._language = language
        name = STEMMERS.get(language)
        self._stemmer = Stemmer.Stemmer(name) if name else None
        self._known: dict[str, Word | None] = {}
        """None for what ends a sentence and for single letters."""
        self._stops: set[str] = set()
        self._aliases: dict[str, list[tuple[tuple[str, ...], Word]]] = {}
        self._opening: set[Word] = set()
        """Words with which an alias may begin, as far as they were met."""
        for names in aliases:
            self._learn(names)
        self._opening.update(filter(self._opens, self._known.values()))

    @property
    def met(self) -> int:
        """Count the different words met so far: all of them are kept."""
        return len(self._known)

    def read(self, text: str) -> Passage:
        """Split a text into words, aliases folded. Single letters are not words."""
        words, starts = self._split(text[:TEXT_CAP])
        if not self._opening.isdisjoint(words):
            words, starts = self._fold_aliases(words, frozenset(starts))
        return Passage(words=tuple(words), starts=frozenset(starts))

    def stems(self, text: str) -> tuple[str, ...]:
        """Give the stems of a keyword or name."""
        return tuple(word.stem for word in self.read(text).words)

    def _split(self, text: str) -> tuple[list[Word], list[int]]:
        words: list[Word] = []
        starts = [0]
        known, stops = self._known, self._stops
        for token in _TOKEN.findall(text):
            word = known[token] if token in known else self._learn_token(token)
            if word is not None:
                words.append(word)
            elif token in stops:
                starts.append(len(words))
        return words, starts

    def _learn_token(self, token: str) -> Word | None:
        if _STOP.match(token):
            self._stops.add(token)
            word = None
        elif token[0].isdigit():
            word = _number(token)
        else:
            word = self._letters(token) if len(token) > 1 else None
        if word is not None and not word.folded.strip():
            word = None  # marks alone: half-width voicing signs, say
        self._known[token] = word
        if self._opens(word):
            self._opening.add(word)
        return word

    def _opens(self, word: Word | None) -> TypeGuard[Word]:
        return word is not None and word.folded in self._aliases

    def _letters(self, written: str) -> Word:
        bare = written.replace(".", "")
        lowered = bare.casefold()
        stem = self._stemmer.stemWord(lowered) if self._stemmer else lowered
        if self._language == "fr":
            stem = _KEPT_PLURAL.sub("", stem)
        return _as_word(written, fold(bare), fold(stem), capital=bare[0].isupper())

    def _learn(self, names: Sequence[str]) -> None:
        sequences = [tuple(word.folded for word in self._split(name)[0]) for name in names]
        sequences = [sequence for sequence in sequences if sequence]
        if not sequences:
            return
        stem = "@" + "_".join(sequences[0])
        alias = _as_word(names[0], stem, stem, capital=True)
        for sequence in sequences:
            known = self._aliases.setdefault(sequence[0], [])
            known.append((sequence, alias))
            known.sort(key=lambda entry: -len(entry[0]))  # the longest name is tried first

    def _fold_aliases(
        self, words: list[Word], starts: frozenset[int]
    ) -> tuple[list[Word], list[int]]:
        folded: list[Word] = []
        moved: list[int] = []
        place = 0
        while place < len(words):
            if place in starts:
                moved.append(len(folded))
            length, word = self._alias_at(words, place)
            folded.append(word)
            place += length
        return folded, moved

    def _alias_at(self, words: list[Word], place: int) -> tuple[int, Word]:
        for sequence, alias in self._aliases.get(words[place].folded, ()):
            if _spells(words[place : place + len(sequence)], sequence):
                return len(sequence), alias
        return 1, words[place]


def _spells(found: Sequence[Word], sequence: Sequence[str]) -> bool:
    if tuple(word.folded for word in found) != tuple(sequence):
        return False
    # A short acronym is one only in capitals: AES, not the `aes` of another word.
    return len(sequence) > 1 or len(sequence[0]) > 3 or found[0].capital


def _number(written: str) -> Word:
    grouped = re.sub(r"(?<=\d)[ .,\u00a0\u202f](?=\d{3}(?:\D|$))", "", written)
    plain = grouped.replace(",", ".")
    return _as_word(written, plain, plain, capital=False, number=True)


def _as_word(written: str, folded: str, stem: str, *, capital: bool, number: bool = False) -> Word:
    mark = zlib.crc32(folded.encode("utf-8", "surrogatepass"))
    return Word(
        written=written, folded=folded, stem=stem, capital=capital, number=number, mark=mark
    )
