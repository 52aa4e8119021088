"""Which articles belong together? Average-link clustering, exact and deterministic.

The mean similarity of two clusters is (ΣA·ΣB) / (|A| |B|), so their summed vectors are enough. Two
clusters whose mean reaches the threshold hold a pair that reaches it: only near pairs are tried.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from digest.group.vectors import Views, dot

SAME_STORY = 0.3
"""Mean similarity from which two groups of articles tell one event."""

ACROSS_SAME_STORY = 0.28
"""The same for an article in French and one in English, compared by the marks that both share."""

ACROSS_SCALE = SAME_STORY / ACROSS_SAME_STORY
"""Brings similarities across languages onto the scale of one language."""


@dataclass(kw_only=True)
class Cluster:
    """Summed vectors of the articles that came together so far."""

    members: list[int]
    settled: bool = False
    """Holds articles of an earlier grouping: two settled clusters never become one."""
    own: dict[str, float] = field(default_factory=dict)
    shared: dict[str, dict[str, float]] = field(default_factory=dict)
    """By language: across languages only vectors of different ones are compared."""

    def add(self, views: Views) -> None:
        """Take in one article's vectors."""
        _add(self.own, views.own)
        _add(self.shared.setdefault(views.language, {}), views.shared)

    def absorb(self, other: "Cluster") -> None:
        """Take in another cluster."""
        self.members += other.members
        self.settled |= other.settled
        _add(self.own, other.own)
        for language, summed in other.shared.items():
            _add(self.shared.setdefault(language, {}), summed)


def similarity(a: Cluster, b: Cluster) -> float:
    """Give the mean similarity of the pairs between two clusters."""
    across = sum(
        dot(mine, theirs)
        for language, mine in a.shared.items()
        for other, theirs in b.shared.items()
        if other != language
    )
    return (dot(a.own, b.own) + ACROSS_SCALE * across) / (len(a.members) * len(b.members))


def merge(
    clusters: Sequence[Cluster], near: Iterable[tuple[int, int]], *, threshold: float
) -> list[Cluster]:
    """Merge the most similar clusters while their mean similarity reaches the threshold."""
    return _Merging(clusters, threshold).run(near)


class _Merging:
    def __init__(self, clusters: Sequence[Cluster], threshold: float) -> None:
        self._live: dict[int, Cluster] = dict(enumerate(clusters))
        self._versions = [0] * len(clusters)
        self._neighbours: defaultdict[int, set[int]] = defaultdict(set)
        self._threshold = threshold
        self._heap: list[tuple[float, int, int, int, int]] = []

    def run(self, near: Iterable[tuple[int, int]]) -> list[Cluster]:
        for a, b in near:
            self._neighbours[a].add(b)
            self._neighbours[b].add(a)
        for a in sorted(self._neighbours):
            for b in sorted(self._neighbours[a]):
                if a < b:
                    self._try(a, b)
        while self._heap:
            _, a, b, version_a, version_b = heapq.heappop(self._heap)
            if self._versions[a] == version_a and self._versions[b] == version_b:
                self._join(a, b)
        return [self._live[place] for place in sorted(self._live)]

    def _try(self, a: int, b: int) -> None:
        one, other = self._live[a], self._live[b]
        if one.settled and other.settled:
            return
        # Rounded, so that equal similarities are ties whatever the order of the sums.
        mean = round(similarity(one, other), 9)
        if mean >= self._threshold:
            entry = (-mean, a, b, self._versions[a], self._versions[b])
            heapq.heappush(self._heap, entry)

    def _join(self, a: int, b: int) -> None:
        self._live[a].absorb(self._live.pop(b))
        self._versions[a] += 1
        self._versions[b] = -1
        around = (self._neighbours.pop(a) | self._neighbours.pop(b)) - {a, b}
        self._neighbours[a] = around
        for other in sorted(around):
            self._neighbours[other].discard(b)
            self._neighbours[other].add(a)
            self._try(min(a, other), max(a, other))


def _add(total: dict[str, float], vector: dict[str, float]) -> None:
    for feature, weight in vector.items():
        total[feature] = total.get(feature, 0.0) + weight
