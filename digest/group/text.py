"""Which words does a text hold, and which mean the same? Accents fold for matching only."""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence

import numpy as np
import Stemmer
from numpy.typing import NDArray

from digest.group.tokens import BREAK, Tokens
from digest.group.words import Column, Numbers, Passage, Word, Words

TEXT_CAP = 24_000
"""Characters of one passage that are read: what makes a story stands well before."""

STEMMERS = {"ar": "arabic", "de": "german", "en": "english", "es": "spanish", "fr": "french"} | {
    "it": "italian",
    "pt": "portuguese",
}

_STOP = re.compile(r"[.!?…:«»\"“”\n]")
_ENDS, _NO_WORD = -1, -2
"""Instead of a word's number: what ends a sentence, and single letters."""
_KEPT_PLURAL = re.compile(r"(?<=\w{2}[iou])s$")
"""Snowball's French stemmer leaves the s of `convois`, `partis`, `élus`."""
_FIRST_ACCENT = "\u0300"
"""No character below it is combined with another: most need no question."""
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})


def fold(text: str) -> str:
    """Take case and accents away: `Goïta` and `GOITA` are one word."""
    lowered = text.casefold().translate(_LETTERS)
    if lowered.isascii():
        return lowered
    parts = unicodedata.normalize("NFKD", lowered)
    kept = [part for part in parts if part < _FIRST_ACCENT or not unicodedata.combining(part)]
    return "".join(kept)


class Lexer:
    """Reads texts of one language and folds the editor's aliases."""

    def __init__(self, language: str, aliases: Iterable[Sequence[str]] = ()) -> None:
        self._language = language
        name = STEMMERS.get(language)
        self._stemmer = Stemmer.Stemmer(name) if name else None
        self._words = Words()
        self._tokens = Tokens(self._learn_token)
        self._aliases: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        for names in aliases:
            self._learn(names)
        self._opens = Column(self._words, lambda word: word.folded in self._aliases, np.bool_)

    @property
    def met(self) -> int:
        """Count the different words met so far: all of them are kept."""
        return len(self._tokens)

    def read(self, text: str) -> Passage:
        """Split a text into words, aliases folded. Single letters are not words."""
        return self.read_each([text])[0]

    def read_each(self, texts: Sequence[str]) -> list[Passage]:
        """Read several texts: faster than one by one."""
        if not texts:
            return []
        found = self._tokens.of(text[:TEXT_CAP] for text in texts)
        before = np.cumsum(found >= 0)
        numbers, breaks = found[found >= 0], found == BREAK
        begins = before[breaks].tolist()
        marked = np.flatnonzero(breaks | (found == _ENDS))
        edges = before[marked]
        first = np.flatnonzero(breaks[marked]).tolist()
        opens = self._opens.of(numbers)
        spans = zip(
            begins, [*begins[1:], len(numbers)], first, [*first[1:], len(edges)], strict=True
        )
        return [
            self._passage(numbers[start:end], edges[one:other] - start, opens[start:end])
            for start, end, one, other in spans
        ]

    def _passage(
        self, numbers: Numbers, edges: NDArray[np.int64], opens: NDArray[np.bool_]
    ) -> Passage:
        if opens.any():
            numbers, edges = self._fold_aliases(numbers, edges, np.flatnonzero(opens).tolist())
        return Passage(numbers=numbers, edges=edges, known=self._words)

    def stems(self, text: str) -> tuple[str, ...]:
        """Give the stems of a keyword or name."""
        return tuple(word.stem for word in self.read(text).words)

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
        found = [self._tokens.of([name]).tolist() for name in names]
        split = [[number for number in one if number >= 0] for one in found]
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
