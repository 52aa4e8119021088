"""Which words does a text hold, and which mean the same? Accents fold for matching only."""

import re
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import Stemmer
from numpy.typing import NDArray

from digest.group.words import Column, Numbers, Passage, Word, Words

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
_ENDS, _NO_WORD = -1, -2
"""Instead of a word's number: what ends a sentence, and single letters."""
_START = np.zeros(1, dtype=np.int64)
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


class Lexer:
    """Reads texts of one language and folds the editor's aliases."""

    def __init__(self, language: str, aliases: Iterable[Sequence[str]] = ()) -> None:
        self._language = language
        name = STEMMERS.get(language)
        self._stemmer = Stemmer.Stemmer(name) if name else None
        self._words = Words()
        self._numbers = _Numbers(self._learn_token)
        self._aliases: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        for names in aliases:
            self._learn(names)
        self._opens = Column(self._words, lambda word: word.folded in self._aliases, np.bool_)

    @property
    def met(self) -> int:
        """Count the different words met so far: all of them are kept."""
        return len(self._numbers)

    def read(self, text: str) -> Passage:
        """Split a text into words, aliases folded. Single letters are not words."""
        numbers, edges = self._split(text[:TEXT_CAP])
        opening = np.flatnonzero(self._opens.of(numbers))
        if len(opening):
            numbers, edges = self._fold_aliases(numbers, edges, opening.tolist())
        return Passage(numbers=numbers, edges=edges, known=self._words)

    def stems(self, text: str) -> tuple[str, ...]:
        """Give the stems of a keyword or name."""
        return tuple(word.stem for word in self.read(text).words)

    def _split(self, text: str) -> tuple[Numbers, NDArray[np.int64]]:
        tokens = _TOKEN.findall(text)
        found = np.fromiter(map(self._numbers.__getitem__, tokens), np.int32, len(tokens))
        is_word = found >= 0
        edges = np.cumsum(is_word)[found == _ENDS]
        return found[is_word], np.concatenate((_START, edges))

    def _learn_token(self, token: str) -> int:
        if _STOP.match(token):
            return _ENDS
        if token[0].isdigit():
            return self._words.add(_number(token))
        word = self._letters(token) if len(token) > 1 else None
        # Marks alone are no word: half-width voicing signs, say.
        return self._words.add(word) if word and word.folded.strip() else _NO_WORD

    def _letters(self, written: str) -> Word:
        bare = written.replace(".", "")
        lowered = bare.casefold()
        stem = self._stemmer.stemWord(lowered) if self._stemmer else lowered
        if self._language == "fr":
            stem = _KEPT_PLURAL.sub("", stem)
        return _as_word(written, fold(bare), fold(stem), capital=bare[0].isupper())

    def _learn(self, names: Sequence[str]) -> None:
        split = [self._split(name)[0].tolist() for name in names]
        sequences = [tuple(self._words[number].folded for number in one) for one in split]
        sequences = [sequence for sequence in sequences if sequence]
        if not sequences:
            return
        stem = "@" + "_".join(sequences[0])
        alias = self._words.add(_as_word(names[0], stem, stem, capital=True))
        for sequence in sequences:
            known = self._aliases.setdefault(sequence[0], [])
            known.append((sequence, alias))
            known.sort(key=lambda entry: -len(entry[0]))  # the longest name is tried first

    def _fold_aliases(
        self, numbers: Numbers, edges: NDArray[np.int64], opening: Sequence[int]
    ) -> tuple[Numbers, NDArray[np.int64]]:
        folded, kept, after = numbers.copy(), np.ones(len(numbers) + 1, dtype=bool), 0
        for place in opening:
            length, alias = self._alias_at(numbers, place) if place >= after else (0, 0)
            if length:
                after = place + length
                folded[place] = alias
                kept[place + 1 : after] = False
        moved = np.cumsum(kept) - 1
        return folded[kept[:-1]], moved[edges[kept[edges]]]

    def _alias_at(self, numbers: Numbers, place: int) -> tuple[int, int]:
        """Give the length of the alias that stands there, 0 where none does, and its number."""
        for sequence, alias in self._aliases[self._words[numbers[place]].folded]:
            found = numbers[place : place + len(sequence)].tolist()
            if _spells([self._words[number] for number in found], sequence):
                return len(sequence), alias
        return 0, 0


class _Numbers(dict[str, int]):
    """Token → number of its word, below 0 for what is none."""

    def __init__(self, learn: Callable[[str], int]) -> None:
        super().__init__()
        self._learn = learn

    def __missing__(self, token: str) -> int:
        self[token] = number = self._learn(token)
        return number


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
