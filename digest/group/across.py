"""Which stories of one language are told in another one too? Those that are each other's nearest.

Marks that two languages share say less than words of one language do: a pair of articles is judged
by them only when they agree strongly (digest.group.alike). What several articles of one event say
together is told apart better. So finished stories of one language are compared with those of
others, and two come together when each is the other's nearest, clearly nearer than the next.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from digest.group.alike import WINDOW, Window
from digest.group.clusters import Cluster
from digest.group.products import block_pairs, cosines, heads

ENOUGH = 0.22
"""Cosine of two stories' summed marks from which they may tell one event."""
ALONE = 0.28
"""The same of two stories of one article each."""
CLEARLY = 0.04
"""By how much the next nearest is further away."""

_MEANING, _UNRELATED = 0.3, 0.5
"""With an encoder: what a cosine of meanings adds, above that of unrelated news."""
_MEANT_ALONE = 0.30
_HEADS, _LOOKED_AT = 64, 0.1

Places = NDArray[np.int64]


def join_across(clusters: Sequence[Cluster], window: Window) -> list[Cluster]:
    """Join clusters of different languages that are each other's nearest."""
    spoken = [frozenset(window.languages[cluster.members].tolist()) for cluster in clusters]
    own = [at for at, languages in enumerate(spoken) if len(languages) == 1]
    if len({languages for languages in spoken if len(languages) == 1}) < 2:
        return list(clusters)
    table = _Table([clusters[at] for at in own], window)
    live = dict(enumerate(clusters))
    for one, other in table.nearest():
        a, b = own[one], own[other]
        if live[a].may_join(live[b]):
            live[a].absorb(live.pop(b))
    return [live[at] for at in sorted(live)]


class _Table:
    """Stories as rows, sums of their articles' brought to length 1, by when they begin."""

    def __init__(self, clusters: Sequence[Cluster], window: Window) -> None:
        begins = [window.hours[cluster.members].min() for cluster in clusters]
        self._order = np.argsort(begins, kind="stable")
        members = [clusters[at].members for at in self._order]
        self._sizes = np.array([len(some) for some in members])
        self._begins = np.array([window.hours[some].min() for some in members])
        self._ends = np.array([window.hours[some].max() for some in members])
        self._languages = np.array([window.languages[some[0]] for some in members])
        summing = _summing(members, len(window.hours))
        self._marks = _of_length_1(csr_array(summing @ window.vectors.shared))
        meaning = window.vectors.meaning
        self._meaning = None if meaning is None else _unit(np.asarray(summing @ meaning))

    def nearest(self) -> Iterator[tuple[int, int]]:
        """Give the pairs of which each is the other's clearly nearest."""
        near = self._near()
        for one in sorted(near):
            other = _clearly(near[one])
            if other is not None and one < other and _clearly(near[other]) == one:
                yield int(self._order[one]), int(self._order[other])

    def _near(self) -> Mapping[int, Mapping[int, float]]:
        found: defaultdict[int, dict[int, float]] = defaultdict(dict)
        for one, other in self._candidates():
            for a, b, alike in zip(one, other, self._alike(one, other), strict=True):
                found[int(a)][int(b)] = found[int(b)][int(a)] = float(alike)
        return found

    def _candidates(self) -> Iterator[tuple[Places, Places]]:
        reach = WINDOW.total_seconds() / 3600
        longest = float((self._ends - self._begins).max(initial=0.0))
        marked = heads(self._marks, _HEADS)
        for one, other in block_pairs(
            marked, self._begins, within=reach + longest, least=_LOOKED_AT
        ):
            kept = self._languages[one] != self._languages[other]
            kept &= self._begins[other] - self._ends[one] <= reach
            yield one[kept], other[kept]

    def _alike(self, one: Places, other: Places) -> NDArray[np.float64]:
        """Say how alike pairs are, on a scale where ENOUGH is enough whatever their sizes."""
        alike, needed = cosines(self._marks, one, other), ALONE
        if self._meaning is not None:
            meant = np.einsum("ij,ij->i", self._meaning[one], self._meaning[other])
            alike, needed = alike + _MEANING * (meant - _UNRELATED), _MEANT_ALONE
        alone = self._sizes[one] + self._sizes[other] == 2
        return np.where(alone & (alike < needed), np.minimum(alike, ENOUGH - 1e-9), alike)


def _clearly(near: Mapping[int, float]) -> int | None:
    """Give the nearest, where it is near enough and the next is clearly further away."""
    ordered = sorted(near.items(), key=lambda pair: (-pair[1], pair[0]))
    if not ordered or ordered[0][1] < ENOUGH:
        return None
    if len(ordered) > 1 and ordered[0][1] - ordered[1][1] < CLEARLY:
        return None
    return ordered[0][0]


def _summing(members: Sequence[Sequence[int]], articles: int) -> csr_array:
    """Make the table that sums the rows of each group's articles."""
    rows = np.repeat(np.arange(len(members)), [len(some) for some in members])
    columns = np.concatenate([np.sort(some) for some in members])
    return csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(members), articles))


def _of_length_1(rows: csr_array) -> csr_array:
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return csr_array(diags_array(1 / np.where(lengths > 0, lengths, 1.0)) @ rows)


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1.0)
