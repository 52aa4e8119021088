"""How likely do two articles tell one event? A few likenesses, each with its weight.

A logistic regression over the cosines of the articles' words, of the marks that languages share
and, with a sentence encoder, of their meanings, and over the time between them (the likenesses of
Miranda et al., Multilingual Clustering of Streaming News, 2018). The weights were learned on news
of four weeks that people grouped by event; the texts of three of them belong to their publishers
(tests/quality).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from digest.group.vectors import Rows, Vectors

WINDOW = timedelta(hours=72)
"""Articles further apart tell another event, however alike: digest.group.lineage ties them."""

NEAR = 0.1
"""Likelihood below which a pair is none."""

LOOKED_AT = 0.08
"""Cosine of words, or of marks across languages, from which a pair is looked at closely."""
MEANT = 0.5
"""The same of meanings."""
_BLOCK = 256
"""Articles that are compared with their window at once."""
_PAIRS = 20_000
"""Pairs whose marks are compared at once."""


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What each likeness adds to the log-odds that two articles tell one event."""

    own: float
    shared: float
    meaning: float
    apart: float
    """Of the whole window; less time counts in proportion."""
    start: float


WITHIN = Weights(own=7.0, shared=15.0, meaning=0.0, apart=-1.5, start=-5.2)
ACROSS = Weights(own=0.0, shared=30.0, meaning=0.0, apart=-2.0, start=-8.5)
WITHIN_MEANT = Weights(own=4.8, shared=13.0, meaning=3.7, apart=-1.9, start=-6.0)
ACROSS_MEANT = Weights(own=0.0, shared=25.0, meaning=5.0, apart=-1.0, start=-8.2)


@dataclass(frozen=True, kw_only=True, eq=False)
class Pairs:
    """Pairs of articles by their places, the earlier first, and how likely they tell one event."""

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    likely: NDArray[np.float64]

    def __iter__(self) -> Iterator[tuple[int, int, float]]:
        return zip(self.one.tolist(), self.other.tolist(), self.likely.tolist(), strict=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class Window:
    """Articles in the order of their moments, as rows."""

    vectors: Vectors
    hours: NDArray[np.float64]
    """When each was published, on one scale."""
    languages: NDArray[np.int64]
    """A number for each language."""

    def pairs(self, texts: Sequence[int]) -> Pairs:
        """Give every pair, of articles at these places, of which it is likely enough."""
        wanted = np.zeros(len(self.hours), dtype=bool)
        wanted[list(texts)] = True
        found = [_NO_PAIRS]
        for one, other in self._candidates():
            both = wanted[one] & wanted[other]
            found.append(self.weighed(one[both], other[both]))
        return Pairs(
            one=np.concatenate([pairs.one for pairs in found]),
            other=np.concatenate([pairs.other for pairs in found]),
            likely=np.concatenate([pairs.likely for pairs in found]),
        )

    def near(self, place: int) -> Pairs:
        """Give the pairs of one article with all others of its days, however unlikely."""
        rest = np.flatnonzero(np.abs(self.hours - self.hours[place]) <= _HOURS)
        rest = rest[rest != place]
        return self.weighed(np.full(len(rest), place), rest, least=0.0)

    def weighed(
        self, one: NDArray[np.int64], other: NDArray[np.int64], *, least: float = NEAR
    ) -> Pairs:
        """Say of pairs how likely they tell one event; those under `least` are left out."""
        likely = self._likely(one, other)
        kept = likely >= least
        return Pairs(one=one[kept], other=other[kept], likely=likely[kept])

    def _likely(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
        meaning = self.vectors.meaning
        return likelihoods(
            same=self.languages[one] == self.languages[other],
            own=cosines(self.vectors.own, one, other),
            shared=cosines(self.vectors.shared, one, other),
            hours=np.abs(self.hours[one] - self.hours[other]),
            meaning=None
            if meaning is None
            else np.einsum("ij,ij->i", meaning[one], meaning[other]),
        )

    def _candidates(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        close = block_pairs(self.vectors.own, self.hours, within=_HOURS, least=LOOKED_AT)
        several = len(np.unique(self.languages)) > 1
        marked = heads(self.vectors.shared) if several else self.vectors.own
        alike = block_pairs(marked, self.hours, within=_HOURS, least=LOOKED_AT)
        meant = self._meant()
        for found in close:
            across, also = (next(alike) if several else found), next(meant)
            across = across[:, self.languages[across[0]] != self.languages[across[1]]]
            one, other = np.unique(np.concatenate([found, across, also], axis=1), axis=1)
            yield one, other

    def _meant(self) -> Iterator[NDArray[np.int64]]:
        meaning = self.vectors.meaning
        for start, end, first in _blocks(self.hours, _HOURS):
            if meaning is None:
                yield np.empty((2, 0), dtype=np.int64)
                continue
            later, earlier = np.nonzero(meaning[start:end] @ meaning[first:end].T >= MEANT)
            found = np.stack([earlier + first, later + start])
            yield _in_time(found, self.hours, _HOURS)


_NO_PAIRS = Pairs(one=np.array([], int), other=np.array([], int), likely=np.array([], float))
_HOURS = WINDOW.total_seconds() / 3600


def likelihoods(
    *,
    same: NDArray[np.bool_],
    own: NDArray[np.floating],
    shared: NDArray[np.floating],
    hours: NDArray[np.float64],
    meaning: NDArray[np.floating] | None,
) -> NDArray[np.float64]:
    """Give how likely the articles of each pair tell one event, 0 to 1, by their likenesses.

    `same`: of one language. `hours`: between them; 0 beyond the reach of a story. `meaning`: None
    where there is no encoder.
    """
    within, across = (WITHIN, ACROSS) if meaning is None else (WITHIN_MEANT, ACROSS_MEANT)
    likenesses = {
        "own": own,
        "shared": shared,
        "apart": np.minimum(hours / _HOURS, 1.0),
        "start": np.ones(len(same)),
    }
    if meaning is not None:
        likenesses["meaning"] = meaning
    odds = np.zeros(len(same))
    for name, likeness in likenesses.items():
        odds += np.where(same, getattr(within, name), getattr(across, name)) * likeness
    likely = np.round(1 / (1 + np.exp(-odds)), 6)  # ties are ties whatever the order of sums
    likely[hours > _HOURS] = 0.0
    return likely


def block_pairs(
    rows: Rows, hours: NDArray[np.float64], *, within: float, least: float
) -> Iterator[NDArray[np.int64]]:
    """Give the pairs of rows whose product is at least `least` and whose hours lie near each other.

    Rows stand in the order of their hours. Block by block: an array of two lines, the earlier place
    above, each pair once.
    """
    for start, end, first in _blocks(hours, within):
        products = rows[start:end] @ rows[first:end].T
        products.data[products.data < least] = 0.0
        products.eliminate_zeros()  # before the rows are written out: most products are faint
        later, earlier = products.tocoo().coords
        found = np.stack([earlier.astype(np.int64) + first, later.astype(np.int64) + start])
        yield _in_time(found, hours, within)


def _blocks(hours: NDArray[np.float64], within: float) -> Iterator[tuple[int, int, int]]:
    """Give where each block starts and ends, and the first place within reach of its start."""
    for start in range(0, len(hours), _BLOCK):
        first = int(np.searchsorted(hours, hours[start] - within))
        yield start, min(start + _BLOCK, len(hours)), first


def _in_time(
    found: NDArray[np.int64], hours: NDArray[np.float64], within: float
) -> NDArray[np.int64]:
    ordered = found[0] < found[1]
    return found[:, ordered & (hours[found[1]] - hours[found[0]] <= within)]


def heads(rows: Rows, top: int = 48) -> Rows:
    """Keep the heaviest cells of each row: enough to find who is worth a closer look."""
    kept = [
        start + np.sort(np.argsort(-rows.data[start:end], kind="stable")[:top])
        for start, end in zip(rows.indptr[:-1], rows.indptr[1:], strict=True)
    ]
    ends = np.cumsum([0, *(len(places) for places in kept)])
    places = np.concatenate(kept or [np.array([], dtype=np.int64)])
    return csr_array((rows.data[places], rows.indices[places], ends), shape=rows.shape)


def cosines(
    rows: Rows, one: NDArray[np.int64], other: NDArray[np.int64], *, with_: Rows | None = None
) -> NDArray[np.float64]:
    """Multiply pairs of rows, or rows of one table with those of another."""
    others = rows if with_ is None else with_
    parts = [
        np.asarray(
            rows[one[at : at + _PAIRS]].multiply(others[other[at : at + _PAIRS]]).sum(axis=1)
        )
        for at in range(0, len(one), _PAIRS)
    ]
    return np.concatenate(parts).ravel().astype(float) if parts else np.zeros(0)
