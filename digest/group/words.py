"""What is a word, and a text as words? Each word of a language is met once and has a number.

A text is kept as the numbers of its words: whatever is asked of them is looked up for all at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.int32]
"""Of words, as `Words` numbers them."""

Kind = TypeVar("Kind", bound=np.generic)


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


class Words:
    """The different words met so far in texts of one language, numbered from 0."""

    def __init__(self) -> None:
        self._met: list[Word] = []
        self.capital = Column(self, lambda word: word.capital, np.bool_)
        self.mark = Column(self, lambda word: word.mark, np.uint64)

    def add(self, word: Word) -> int:
        """Give a new word its number."""
        self._met.append(word)
        return len(self._met) - 1

    def __getitem__(self, number: int) -> Word:
        return self._met[number]

    def __len__(self) -> int:
        return len(self._met)


class Column(Generic[Kind]):
    """One figure of every word, worked out when it is first met."""

    def __init__(self, words: Words, figure: Callable[[Word], float], kind: type[Kind]) -> None:
        self._words, self._figure = words, figure
        self._figures = np.zeros(0, dtype=kind)
        self._known = 0

    def of(self, numbers: NDArray[np.integer]) -> NDArray[Kind]:
        """Give the figures of words."""
        if self._known < len(self._words):
            self._work_out()
        figures: NDArray[Kind] = self._figures[numbers]
        return figures

    def _work_out(self) -> None:
        known, met = self._known, len(self._words)
        if met > len(self._figures):
            self._figures = np.resize(self._figures, 2 * met)
        for number in range(known, met):
            self._figures[number] = self._figure(self._words[number])
        self._known = met


@dataclass(frozen=True, kw_only=True, eq=False)
class Passage:
    """A text as its words."""

    numbers: Numbers
    edges: NDArray[np.int64]
    """Places where a sentence or quotation starts, in order: a capital there says nothing."""
    known: Words

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """Its words in full."""
        return tuple(map(self.known.__getitem__, self.numbers.tolist()))

    @cached_property
    def starts(self) -> frozenset[int]:
        """Its edges, to ask whether a place is one."""
        return frozenset(self.edges.tolist())
