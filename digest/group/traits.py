"""What does grouping keep of an article? Counts of its words and marks, and sampled runs of them.

A hundred thousand articles fit into memory so: two to three kilobytes each, their texts let go.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from digest.group.copies import Runs


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Counts:
    """How often an article says what: feature numbers (Vocabulary) and their weighted counts."""

    features: NDArray[np.uint32]
    times: NDArray[np.float16]
    """Exact up to 2,048, to a thousandth beyond."""


NOTHING_COUNTED = Counts(features=np.array([], np.uint32), times=np.array([], np.float16))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Traits:
    """What grouping needs to know of one article."""

    id: int
    language: str
    at: datetime
    first_seen_at: datetime
    length: int
    """Characters of its body."""
    own: Counts
    """By stem and name of its language, prefixed with the language."""
    shared: Counts
    """By marks that languages share (digest.group.lexicon)."""
    runs: Runs
    short: str
    """What a sentence encoder is given, empty where there is none."""
    round_up: bool
    """It tells of many events: a press review, a morning briefing."""


class Vocabulary:
    """Numbers features in the order in which they are met."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, feature: str) -> int:
        """Give a feature's number."""
        return self._numbers.setdefault(feature, len(self._numbers))

    def beyond(self, number: int) -> list[str]:
        """Give the features from a number on: from the end, so that a few cost little."""
        return list(islice(reversed(self._numbers), len(self._numbers) - number))[::-1]
