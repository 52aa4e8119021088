"""Which vectors are near each other? Every pair above a threshold, without comparing every pair.

Prefix filtering (Bayardo, Ma, Srikant: Scaling Up All Pairs Similarity Search, 2007): a vector's
rarest features are looked up first; once the rest of it is shorter than the threshold, no new pair
can reach it, and one begun only if what it gathered and the common parts of both add up to it.
"""

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, islice

from digest.group.vectors import Vector, dot

Near = tuple[int, int, float]
"""Two places in the given sequence, the earlier first, and their similarity."""

Postings = tuple[list[int], list[float]]
"""Places of the vectors that hold a feature, in order, and its weight in each."""


def near_pairs(
    vectors: Sequence[Vector], moments: Sequence[float], *, threshold: float, within: float
) -> Iterator[Near]:
    """Give the pairs with cosine ≥ `threshold` whose moments lie ≤ `within` apart.

    `vectors` stand in the order of their `moments`.
    """
    common = Counter(feature for vector in vectors for feature in vector)
    tails = _tails(vectors, common)
    index: defaultdict[str, Postings] = defaultdict(lambda: ([], []))
    for place, vector in enumerate(vectors):
        rare, rest = split(vector, common, threshold)
        oldest = bisect_left(moments, moments[place] - within, hi=place)
        sums = _sums(index, rare, oldest)
        # The rest can add no more than its length times that of the other's features as common.
        tail = tails[min((common[feature] for feature in rest), default=1).bit_length()]
        reach, needed = length(rest), threshold - 1e-9
        hopeful = [other for other, sum_ in sums.items() if sum_ + reach * tail[other] >= needed]
        for other in sorted(hopeful):
            similarity = sums[other] + dot(rest, vectors[other])
            if similarity >= threshold:
                yield other, place, similarity
        _post(index, vector, place)


def _tails(vectors: Sequence[Vector], common: Mapping[str, int]) -> list[list[float]]:
    """Give, by n, each vector's length from features on that 2ⁿ⁻¹ vectors hold."""
    sizes = max(common.values(), default=1).bit_length() + 1
    tails = [[0.0] * len(vectors) for _ in range(sizes)]
    for place, vector in enumerate(vectors):
        squares = [0.0] * sizes
        for feature, weight in vector.items():
            squares[common[feature].bit_length()] += weight * weight
        for size, square in enumerate(accumulate(reversed(squares)), start=1):
            tails[sizes - size][place] = math.sqrt(square)
    return tails


def split(vector: Vector, common: Mapping[str, int], short: float) -> tuple[Vector, Vector]:
    """Part a vector into its rarest features and a rest that is shorter than `short`."""
    left = sum(weight * weight for weight in vector.values())
    features = sorted(vector, key=lambda feature: (common[feature], feature))
    rare = 0
    while rare < len(features) and left >= short * short * (1 - 1e-9):
        left -= vector[features[rare]] ** 2
        rare += 1
    return {f: vector[f] for f in features[:rare]}, {f: vector[f] for f in features[rare:]}


def length(vector: Vector) -> float:
    """Give a vector's length."""
    return math.sqrt(sum(weight * weight for weight in vector.values()))


def _sums(index: Mapping[str, Postings], rare: Vector, oldest: int) -> dict[int, float]:
    sums: dict[int, float] = {}
    for feature, weight in rare.items():
        if feature in index:
            places, weights = index[feature]
            start = bisect_left(places, oldest)
            for place, other in zip(
                islice(places, start, None), islice(weights, start, None), strict=True
            ):
                sums[place] = sums.get(place, 0.0) + weight * other
    return sums


def _post(index: defaultdict[str, Postings], vector: Vector, place: int) -> None:
    for feature, weight in vector.items():
        places, weights = index[feature]
        places.append(place)
        weights.append(weight)
