"""Which articles belong together? Average-link clustering of likely pairs, exact, deterministic.

Two clusters come together, the likeliest first, while the mean likelihood of the pairs between them
reaches the threshold; a pair that is none counts as 0. The mean keeps one likely pair from chaining
two stories into a blob.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from digest.group.alike import Pairs

SAME_STORY = 0.42
"""Mean likelihood from which two groups of articles tell one event."""

_ROUNDED = 1e-6
"""More than by what rounding can lift a mean above its greatest pair."""


@dataclass(kw_only=True, slots=True)
class Cluster:
    """Articles that came together so far, by their places."""

    members: list[int]
    settled: bool = False
    """Holds articles of an earlier grouping: two settled clusters never become one."""
    alone: bool = False
    """Never joins another one: a round-up of many events."""
    apart: frozenset[int] = frozenset()
    """Places of articles that never come into this cluster."""

    def absorb(self, other: "Cluster") -> None:
        """Take in another cluster."""
        self.members += other.members
        self.settled |= other.settled
        self.apart |= other.apart

    def may_join(self, other: "Cluster") -> bool:
        """Say whether nothing forbids that the two become one."""
        if self.alone or other.alone or (self.settled and other.settled):
            return False
        if not self.apart and not other.apart:  # as most are: no need to go through all members
            return True
        return self.apart.isdisjoint(other.members) and other.apart.isdisjoint(self.members)


def that_matter(clusters: Sequence[Cluster], pairs: Pairs, *, threshold: float) -> Pairs:
    """Leave out the pairs that can't change what comes together: most of a crowded window's.

    Two groups whose mean reaches the threshold hold a pair that does. So a story never reaches
    beyond what such pairs connect, and the other pairs between two such parts say nothing.
    """
    home = np.full(1 + max((max(one.members) for one in clusters), default=0), -1)
    for at, cluster in enumerate(clusters):
        home[cluster.members] = at
    one, other = home[pairs.one], home[pairs.other]
    strong = pairs.likely >= threshold - _ROUNDED
    edges = (np.ones(strong.sum()), (one[strong], other[strong]))
    graph = csr_array(edges, shape=(len(clusters), len(clusters)))
    part = connected_components(graph, directed=False)[1]
    return pairs.only(part[one] == part[other])


def merge(
    clusters: Sequence[Cluster], pairs: Iterable[tuple[int, int, float]], *, threshold: float
) -> list[Cluster]:
    """Merge clusters while the mean likelihood of their pairs reaches the threshold.

    `pairs` are of articles' places, each pair once.
    """
    return _Merging(clusters, threshold).run(pairs)


class _Merging:
    def __init__(self, clusters: Sequence[Cluster], threshold: float) -> None:
        self._live: dict[int, Cluster] = dict(enumerate(clusters))
        self._home = {member: at for at, one in enumerate(clusters) for member in one.members}
        self._sums: defaultdict[int, dict[int, float]] = defaultdict(dict)
        """Cluster → other cluster → sum of the likelihoods of the pairs between them."""
        self._threshold = threshold
        self._heap: list[tuple[float, int, int]] = []

    def run(self, pairs: Iterable[tuple[int, int, float]]) -> list[Cluster]:
        for one, other, likely in pairs:
            a, b = self._home[one], self._home[other]
            if a != b:
                self._add(a, b, likely)
        for a in sorted(self._sums):
            for b in sorted(self._sums[a]):
                if a < b:
                    self._try(a, b)
        while self._heap:
            mean, a, b = heapq.heappop(self._heap)
            if self._holds(a, b, -mean):
                self._join(a, b)
        return [self._live[place] for place in sorted(self._live)]

    def _add(self, a: int, b: int, likely: float) -> None:
        total = self._sums[a].get(b, 0.0) + likely
        self._sums[a][b] = self._sums[b][a] = total

    def _mean(self, a: int, b: int) -> float:
        pairs = len(self._live[a].members) * len(self._live[b].members)
        # Rounded, so that equal means are ties whatever the order of the sums.
        return round(self._sums[a].get(b, 0.0) / pairs, 9)

    def _try(self, a: int, b: int) -> None:
        mean = self._mean(a, b)
        if mean >= self._threshold and self._live[a].may_join(self._live[b]):
            heapq.heappush(self._heap, (-mean, a, b))

    def _holds(self, a: int, b: int, mean: float) -> bool:
        """Say whether both are still as they were when their mean was taken."""
        if a not in self._live or b not in self._live or mean != self._mean(a, b):
            return False
        return self._live[a].may_join(self._live[b])

    def _join(self, a: int, b: int) -> None:
        self._live[a].absorb(self._live.pop(b))
        for other, total in self._sums.pop(b).items():
            del self._sums[other][b]
            if other != a:
                self._add(a, other, total)
        for other in sorted(self._sums[a]):
            self._try(min(a, other), max(a, other))
