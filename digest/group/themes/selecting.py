"""Which articles of an archive are surely of a theme, and which surely not? The rest says nothing.

What is sure by the definitions teaches a first model; what is sure by both teaches the second
(self-training: Yarowsky, Unsupervised Word Sense Disambiguation, 1995).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
"""A row for each article, a column for each theme, on the scale of the definition."""
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Sureness:
    """What is sure, on the definition's scale."""

    high: float
    """From here on an article is of the theme, if the theme is among its best."""
    low: float
    """Below, it is not."""
    near: float = 0.6
    """Of the article's best score: what a theme among its best has."""
    far: float = 0.35
    """Of the article's best score: what another theme's article has at most."""
    alone: float = 0.0
    """From here on the best theme is sure where the second has at most half; 0: never.

    That holds for an archive of which most articles have a theme, as a paper's sections have. Where
    most have none, a faint best says nothing: a narrow theme would take in whatever is like it.
    """


_COVERED = 0.5
"""Share of an archive's articles that have some theme, from which on most have one."""

BY_DEFINITION = Sureness(high=1.2, low=0.3, alone=0.4)
BY_BOTH = Sureness(high=1.15, low=0.6)


def select(scores: Scores, sure: Sureness) -> tuple[Flags, Flags]:
    """Give the articles that are surely of each theme, and those that are surely not."""
    best = scores.max(axis=1, keepdims=True)
    wanted = (scores >= sure.high) & (scores >= sure.near * best)
    covered = (best >= sure.alone).mean()
    if sure.alone and scores.shape[1] > 1 and covered >= _COVERED:
        second = np.sort(scores, axis=1)[:, -2:-1]
        wanted |= (scores == best) & (scores >= sure.alone) & (second <= scores / 2)
    elsewhere = (best >= sure.high) & (scores < sure.high) & (scores < sure.far * best)
    return wanted, ((scores < sure.low) | elsewhere) & ~wanted
