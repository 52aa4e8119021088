"""How is a text split? Into words, numbers, acronyms and what ends a sentence.

A pattern says so. Most of a text was met before: it is parted at its spaces first, and the pattern
reads each part once.
"""

import re
from collections.abc import Callable, Iterable
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Found: TypeAlias = NDArray[np.int32]
"""A number for each token of a text."""

PATTERN = re.compile(
    r"\b(?:[^\W\d_]\.){2,}"  # an acronym
    r"|\d{1,3}(?:[ .,\u00a0\u202f]\d{3})+(?!\d)|\d+(?:[.,]\d+)?(?!\w)"  # a number
    r"|[^\W_]+"  # a word
    r"|[.!?…:«»\"“”\n]+"  # what ends a sentence
)
_PARTED = (
    *(("\n", " \n "), ("'", "' "), ("’", "’ "), ("-", "- ")),
    *(("(", "( "), (")", " )"), (", ", " , ")),
)
"""Where a space changes no token, so that fewer different parts are met: `l'`, not `l'armée`."""
_SPACED = 20
"""Characters to a space from which a text is of a script without spaces: its parts never repeat."""
_THOUSANDS = re.compile(r" (?<=\d )\d\d\d")
"""`15 000` is one number."""
BREAK = -9
"""Stands before each text."""
_SEVERAL = -10
"""From here down: parts that hold several tokens."""


class Tokens:
    """Splits texts; `learn` gives a token its number, once: above BREAK."""

    def __init__(self, learn: Callable[[str], int]) -> None:
        self._numbers = _Met(learn)
        self._parts = _Met(self._learn_part)
        self._held: list[list[int]] = []

    def __len__(self) -> int:
        """Count the different tokens met so far: all of them are kept."""
        return len(self._numbers)

    def of(self, texts: Iterable[str]) -> Found:
        """Give the numbers of texts' tokens, one after the other."""
        numbers: list[int] = []
        for text in texts:
            numbers.append(BREAK)
            numbers += self._parted(text)
        found = np.array(numbers, dtype=np.int32)
        several = found <= _SEVERAL
        held = [self._held[_SEVERAL - number] for number in found[several].tolist()]
        counts = np.ones(len(found), dtype=np.int64)
        counts[several] = [len(one) for one in held]
        found = np.repeat(found, counts)
        found[found <= _SEVERAL] = list(chain.from_iterable(held))
        return found

    def by_pattern(self, text: str) -> list[int]:
        """Give the numbers of a text's tokens, without parting it before."""
        return list(map(self._numbers.__getitem__, PATTERN.findall(text)))

    def _parted(self, text: str) -> Iterable[int]:
        if text.count(" ") * _SPACED < len(text) or _THOUSANDS.search(text):
            return self.by_pattern(text)
        for mark, parted in _PARTED:
            text = text.replace(mark, parted)
        return map(self._parts.__getitem__, text.split(" "))

    def _learn_part(self, part: str) -> int:
        tokens = self.by_pattern(part)
        if len(tokens) == 1:
            return tokens[0]
        self._held.append(tokens)
        return _SEVERAL + 1 - len(self._held)


class _Met(dict[str, int]):
    """What was met → what was learned of it."""

    def __init__(self, learn: Callable[[str], int]) -> None:
        super().__init__()
        self._learn = learn

    def __missing__(self, met: str) -> int:
        self[met] = learned = self._learn(met)
        return learned
