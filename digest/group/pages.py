"""How do the words of several articles lie one after the other? Title, heading, body of each."""

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digest.group.words import Passage

PARTS = 3


class Page:
    """The words of several articles of one language, in a row."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        """Take title, heading and body of one article after the other."""
        self.passages = passages
        self.articles = len(passages) // PARTS
        self.numbers = np.concatenate([one.numbers for one in passages])
        lengths = np.array([len(one.numbers) for one in passages], dtype=np.int64)
        self.lengths = lengths.reshape(-1, PARTS)
        """Words in each part of each article."""
        self.begins = np.cumsum(lengths) - lengths
        """Where each passage begins."""
        self.which = np.repeat(np.arange(len(passages)), lengths)
        """Of each word: its passage, its article, its part, its place in the passage."""
        self.whose, self.part = np.divmod(self.which, PARTS)
        self.at = np.arange(len(self.numbers)) - self.begins[self.which]

    @cached_property
    def edge(self) -> NDArray[np.bool_]:
        """Tell the words with which a sentence or quotation starts."""
        found = np.zeros(len(self.numbers) + 1, dtype=np.bool_)
        counts = [len(one.edges) for one in self.passages]
        edges = np.concatenate([one.edges for one in self.passages])
        inside = edges < np.repeat(self.lengths.ravel(), counts)
        found[(edges + np.repeat(self.begins, counts))[inside]] = True
        return found[:-1]


def shelves(whose: NDArray[np.int64], owners: int) -> list[slice]:
    """Say where what belongs to each owner stands; `whose` has the owners' numbers, in order."""
    ends = np.searchsorted(whose, np.arange(owners + 1)).tolist()
    return [slice(start, end) for start, end in pairwise(ends)]
