"""Which words and pairs of words does a text hold, and how telling is each?

Features are stems and pairs of neighbouring stems of one sentence, weighed by 1 + log of how often
and where they stand, and by how few articles hold them, in rows of length 1.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise

from digest.group.reading import Reading
from digest.group.words import Passage, Word

PLACES = (("title", 3.0), ("heading", 2.0), ("body", 1.0))
"""A word of the title counts as three of the text."""


def runs(passage: Passage) -> Iterator[list[Word]]:
    """Split a passage where a sentence or quotation starts."""
    edges = sorted({0, *passage.starts, len(passage.words)})
    for start, end in pairwise(edges):
        yield list(passage.words[start:end])


def weigh(reading: Reading, rarity: Mapping[str, float]) -> dict[str, float]:
    """Map the features of an article that are known, with their rarity, to their weights."""
    times: Counter[str] = Counter()
    for place, weight in PLACES:
        for run in runs(getattr(reading, place)):
            for feature in _features(run):
                if feature in rarity:
                    times[feature] += weight  # type: ignore[assignment]  # counts of halves too
    found = {one: (1 + math.log(count)) * rarity[one] for one, count in times.items()}
    length = math.sqrt(math.fsum(value * value for value in found.values())) or 1.0
    return {one: value / length for one, value in found.items()}


def _features(run: list[Word]) -> Iterator[str]:
    for word in run:
        yield word.stem
    for first, second in pairwise(run):
        yield f"{first.stem} {second.stem}"
