"""How likely do two articles tell one event? A few likenesses, each with its weight.

A logistic regression over the cosines of the articles' words, of the marks that languages share
and, with a sentence encoder, of their meanings, and over the time between them (the likenesses of
Miranda et al., Multilingual Clustering of Streaming News, 2018). The weights were learned on news
of four weeks that people grouped by event; the texts of three of them belong to their publishers
(tests/quality).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from digest.group.products import Bounds, Places, Span, cosines, heads, in_time, products, spans
from digest.group.vectors import Vectors

WINDOW = timedelta(hours=84)
"""From one morning to the evening three days later. Articles further apart tell another event,
however alike: digest.group.lineage ties them.
"""

NEAR = 0.1
"""Likelihood below which a pair is none."""

LOOKED_AT = 0.08
"""Cosine of words, or of marks across languages, from which a pair is looked at closely."""
MEANT = 0.5
"""The same of meanings."""

UNDECIDED = (0.15, 0.85)
"""Likelihoods by words between which what articles mean is asked too. Beyond them the encoder, ten
times as slow as all else, changes nothing on the windows that the weights were learned on.
"""


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What each likeness adds to the log-odds that two articles tell one event."""

    own: float
    shared: float
    meaning: float
    apart: float
    """Of each day between them."""
    start: float


WITHIN = Weights(own=7.0, shared=15.0, meaning=0.0, apart=-0.5, start=-5.2)
ACROSS = Weights(own=0.0, shared=30.0, meaning=0.0, apart=-0.67, start=-8.5)
WITHIN_MEANT = Weights(own=6.56, shared=14.6, meaning=0.74, apart=-0.53, start=-5.36)
ACROSS_MEANT = Weights(own=0.0, shared=25.0, meaning=5.0, apart=-0.33, start=-8.2)
"""Where meanings are known. Within a language a fifth of a fit of its own, the rest of WITHIN: that
fit alone trusts meanings so much that French windows come out worse than by words.
"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Pairs:
    """Pairs of articles by their places, the earlier first, and how likely they tell one event."""

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    likely: NDArray[np.float64]

    def __iter__(self) -> Iterator[tuple[int, int, float]]:
        return zip(self.one.tolist(), self.other.tolist(), self.likely.tolist(), strict=True)

    def only(self, kept: NDArray[np.bool_]) -> "Pairs":
        """Give those of the pairs that are to be kept."""
        return Pairs(one=self.one[kept], other=self.other[kept], likely=self.likely[kept])


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
        search = _Search(self, texts)
        found = [_NO_PAIRS, *map(search.within, spans(self.hours, _HOURS))]
        return Pairs(
            one=np.concatenate([pairs.one for pairs in found]),
            other=np.concatenate([pairs.other for pairs in found]),
            likely=np.concatenate([pairs.likely for pairs in found]),
        )

    def undecided(self, texts: Sequence[int]) -> Places:
        """Give those of articles at these places whose meanings are needed.

        They are in a pair of which words leave open whether it tells one event. Where several
        languages are spoken, all are: stories are compared across languages by all they mean.
        """
        if len(np.unique(self.languages[list(texts)])) > 1:
            return np.sort(np.array(texts, dtype=np.int64))
        pairs = self.pairs(texts)
        open_ = undecided(pairs.likely)
        return np.unique(np.concatenate((pairs.one[open_], pairs.other[open_])))

    def meaning(self, rows: "NDArray[np.float32] | None") -> "Window":
        """Give the same window with what its articles mean."""
        return replace(self, vectors=replace(self.vectors, meaning=rows))

    def near(self, place: int) -> Pairs:
        """Give the pairs of one article with all others of its days, however unlikely."""
        rest = np.flatnonzero(np.abs(self.hours - self.hours[place]) <= _HOURS)
        rest = rest[rest != place]
        return self.weighed(np.full(len(rest), place), rest, least=0.0)

    def weighed(self, one: Places, other: Places, *, least: float = NEAR) -> Pairs:
        """Say of pairs how likely they tell one event; those under `least` are left out."""
        own = cosines(self.vectors.own, one, other)
        shared = cosines(self.vectors.shared, one, other)
        meaning = self.vectors.meaning
        meant = None if meaning is None else np.einsum("ij,ij->i", meaning[one], meaning[other])
        likely = self.likely(one, other, own, shared, meant)
        return Pairs(one=one, other=other, likely=likely).only(likely >= least)

    def likely(
        self,
        one: Places,
        other: Places,
        own: NDArray[np.floating],
        shared: NDArray[np.floating],
        meaning: NDArray[np.floating] | None,
    ) -> NDArray[np.float64]:
        """Say of pairs how likely they tell one event, by their cosines."""
        return likelihoods(
            same=self.languages[one] == self.languages[other],
            own=own,
            shared=shared,
            hours=np.abs(self.hours[one] - self.hours[other]),
            meaning=meaning,
        )


class _Search:
    """Looks for likely pairs, in a block of rows and all before them at a time."""

    def __init__(self, window: Window, texts: Sequence[int]) -> None:
        self._window, self._bounds = window, Bounds(window.vectors.own)
        self._wanted = np.zeros(len(window.hours), dtype=np.bool_)
        self._wanted[list(texts)] = True
        several = len(np.unique(window.languages)) > 1
        self._marked = heads(window.vectors.shared) if several else None

    def within(self, span: Span) -> Pairs:
        """Give the likely pairs of a block."""
        earlier, later = slice(span.first, span.end), slice(span.start, span.end)
        bounds, meaning = self._bounds.times(span), self._window.vectors.meaning
        meant = None if meaning is None else meaning[earlier] @ meaning[later].T
        surely = self._beside_words(span, meant)
        looked_at = surely | (bounds >= self._bounds.reaching(LOOKED_AT))
        looked_at &= self._wanted[earlier][:, None] & self._wanted[later]
        one, other = in_time(looked_at, span, self._window.hours, _HOURS)
        cells = one - span.first, other - span.start
        at_most = self._bounds.at_most(bounds[cells])
        known = None if meant is None else meant[cells]
        return self._likely(one, other, at_most, surely[cells], known)

    def _beside_words(self, span: Span, meant: NDArray[np.floating] | None) -> NDArray[np.bool_]:
        """Tell which cells are looked at for their marks or their meaning."""
        languages = self._window.languages
        found: NDArray[np.bool_]
        found = languages[span.first : span.end, None] != languages[span.start : span.end]
        if self._marked is not None:
            found &= products(self._marked, span) >= LOOKED_AT
        return found if meant is None else found | (meant >= MEANT)

    def _likely(
        self,
        one: Places,
        other: Places,
        at_most: NDArray[np.float64],
        surely: NDArray[np.bool_],
        meant: NDArray[np.floating] | None,
    ) -> Pairs:
        """Ask of the few pairs that may be likely how near their own words are."""
        vectors, likely = self._window.vectors, self._window.likely
        shared = cosines(vectors.shared, one, other)
        may = likely(one, other, at_most, shared, meant) >= NEAR
        one, other, shared, surely = one[may], other[may], shared[may], surely[may]
        own = cosines(vectors.own, one, other)
        found = likely(one, other, own, shared, None if meant is None else meant[may])
        kept = (surely | (own >= LOOKED_AT)) & (found >= NEAR)
        return Pairs(one=one, other=other, likely=found).only(kept)


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
    where there is no encoder, not a number where it was not asked: then words decide alone.
    """
    apart = hours / 24
    odds = np.where(same, _odds(WITHIN, own, shared, apart), _odds(ACROSS, own, shared, apart))
    if meaning is not None:
        meaning = meaning.astype(np.float64)
        meant = np.where(
            same,
            _odds(WITHIN_MEANT, own, shared, apart) + WITHIN_MEANT.meaning * meaning,
            _odds(ACROSS_MEANT, own, shared, apart) + ACROSS_MEANT.meaning * meaning,
        )
        odds = np.where(np.isnan(meaning), odds, meant)
    likely = np.round(1 / (1 + np.exp(-odds)), 6)  # ties are ties whatever the order of sums
    likely[hours > _HOURS] = 0.0
    return likely


def undecided(likely: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell of which pairs words leave open whether they tell one event."""
    return (likely >= UNDECIDED[0]) & (likely <= UNDECIDED[1])


def _odds(
    weights: Weights,
    own: NDArray[np.floating],
    shared: NDArray[np.floating],
    apart: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Give the log-odds without what the articles mean."""
    words = weights.own * own.astype(np.float64) + weights.shared * shared.astype(np.float64)
    return words + weights.apart * apart + weights.start
