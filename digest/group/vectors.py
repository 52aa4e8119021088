"""What are articles about, in numbers? A row of weights each, by words, marks and meaning."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from digest.group.background import RARE, mark_shares, shares
from digest.group.batches import batched
from digest.group.meaning import Encoder, told_in_short
from digest.group.products import Rows
from digest.group.reading import BLOCK, Reading
from digest.group.tallying import Tallier
from digest.group.traits import Counts, Traits, Vocabulary

OWN_TOP = 64
SHARED_TOP = 160
"""Features that are kept of a row: the heaviest."""

_Prior: TypeAlias = Callable[[Sequence[str]], NDArray[np.float64]]

_AT_ONCE = 256
"""Rows that are weighed at once: they stand in a table as wide as the longest of them."""
_PRIOR_ARTICLES = 300
"""How many imagined articles of the background weigh against those of the window."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Vectors:
    """The articles of a window as rows, in the order of their traits."""

    own: Rows
    """By words of their own language."""
    shared: Rows
    """By marks that languages share."""
    meaning: "NDArray[np.float32] | None"
    """By a sentence encoder, where there is one; not numbers where it was not asked."""


class Scales:
    """Reads articles and weighs what they say: how often, times how telling it is.

    What is telling, those say that were learned from. A feature met later was in none of them.
    """

    def __init__(self, encoder: Encoder | None = None) -> None:
        self._tallier, self.encoder = Tallier(), encoder
        self._own, self._shared = _Rarity(_own_prior), _Rarity(_shared_prior)

    def take(self, readings: Iterable[Reading]) -> Iterator[Traits]:
        """Count readings, a block at a time, and let them go."""
        for block in batched(readings, BLOCK):
            short = [told_in_short(one.article) if self.encoder else "" for one in block]
            yield from self._tallier.take(block, short)

    def learn(self, traits: Sequence[Traits], *, settled: Collection[int] = ()) -> None:
        """Take account of a window, once.

        Only the window says what is rare: which `settled` articles are looked at changes nothing.
        """
        self._grow()
        fresh = [one for one in traits if one.id not in settled]
        for language in sorted({one.language for one in traits}):
            spoken = (one.own for one in fresh if one.language == language)
            self._own.learn(spoken, prefix=f"{language}:")
        self._shared.learn(one.shared for one in fresh)

    def weigh(self, traits: Sequence[Traits]) -> Vectors:
        """Give the rows of articles."""
        self._grow()
        return Vectors(
            own=self._own.rows([one.own for one in traits], top=OWN_TOP),
            shared=self._shared.rows(
                [one.shared for one in traits], top=SHARED_TOP, logarithmic=True
            ),
            meaning=None,
        )

    def meant(
        self, traits: Sequence[Traits], places: NDArray[np.int64]
    ) -> "NDArray[np.float32] | None":
        """Give the meanings of articles at some places, as rows among rows that are no numbers."""
        if self.encoder is None or not len(places):
            return None
        rows = self.encoder.encode([traits[place].short for place in places])
        found = np.full((len(traits), rows.shape[1]), np.nan, dtype=np.float32)
        found[places] = rows
        return found

    def _grow(self) -> None:
        self._own.grow(self._tallier.own)
        self._shared.grow(self._tallier.shared)


class _Rarity:
    """How telling a feature is: ln(1 / share of articles that hold it).

    Columns stand in the order of the features' names: who was read first changes no sum. What is
    met after learning stands behind them.
    """

    def __init__(self, prior: _Prior) -> None:
        self._prior_of = prior
        self._names: list[str] = []
        self._column = np.array([], dtype=np.int32)
        self._prior, self._telling = np.zeros(0), np.zeros(0)
        self._learned: dict[str, int] = {}
        """Prefix → how many articles were learned from."""

    def grow(self, vocabulary: Vocabulary) -> None:
        """Take in the features that were met since."""
        fresh = vocabulary.beyond(len(self._names))
        if not fresh:
            return
        column = np.empty(len(fresh), dtype=np.int32)
        order = sorted(range(len(fresh)), key=fresh.__getitem__)
        column[order] = np.arange(self._size, self._size + len(fresh), dtype=np.int32)
        self._column = np.concatenate([self._column, column])
        prior = self._prior_of(fresh)
        learned = np.array([self._learned_of(name) for name in fresh], dtype=np.int64)
        self._prior = np.concatenate([self._prior, prior])
        self._telling = np.concatenate([self._telling, _telling(0, learned, prior)])
        self._names += fresh

    def learn(self, counted: Iterable[Counts], *, prefix: str = "") -> None:
        """Take account of articles, for the features that begin with a prefix."""
        holding, articles = np.zeros(self._size, dtype=np.int64), 0
        for some in batched(counted, _AT_ONCE):
            features = np.concatenate([counts.features for counts in some])
            holding += np.bincount(features, minlength=self._size)
            articles += len(some)
        telling = _telling(holding, articles, self._prior)
        self._learned[prefix] = articles
        if prefix:
            meant = np.fromiter((n.startswith(prefix) for n in self._names), bool, self._size)
            telling = np.where(meant, telling, self._telling)
        self._telling = telling

    def rows(self, counted: Sequence[Counts], *, top: int, logarithmic: bool = False) -> Rows:
        """Weigh articles, keep the heaviest features of each, bring them to length 1."""
        columns = np.empty(len(counted) * top, dtype=np.int32)
        weights = np.empty(len(counted) * top, dtype=np.float32)
        ends, end = [np.zeros(1, dtype=np.int32)], 0
        for some in batched(counted, _AT_ONCE):
            block = self._block(some, top, logarithmic=logarithmic)
            start, end = end, end + len(block.columns)
            columns[start:end], weights[start:end] = block.columns, block.weights
            ends.append((start + block.ends).astype(np.int32))  # 64 bits would widen the columns
        cells = (weights[:end], columns[:end], np.concatenate(ends))
        return csr_array(cells, shape=(len(counted), self._size))

    def _block(self, counted: Sequence[Counts], top: int, *, logarithmic: bool) -> "_Block":
        sizes = np.array([len(counts.features) for counts in counted])
        features = np.concatenate([counts.features for counts in counted])
        times = np.concatenate([counts.times for counts in counted])
        columns, whose = self._column[features], np.repeat(np.arange(len(counted)), sizes)
        order = np.argsort((whose << 32) | columns)
        features, times = features[order], times[order].astype(np.float32)
        weight = (np.log1p(times) if logarithmic else times) * self._telling[features]
        kept = _heaviest(weight, sizes, top)
        whose, weight = whose[kept], weight[kept]
        lengths = np.sqrt(np.bincount(whose, weights=weight**2, minlength=len(counted)))
        return _Block(
            columns=columns[order][kept],
            weights=weight / lengths[whose],
            ends=np.cumsum(np.bincount(whose, minlength=len(counted))),
        )

    def _learned_of(self, name: str) -> int:
        """Give how many articles could have held a feature: those of its prefix."""
        return self._learned.get("", self._learned.get(f"{name.partition(':')[0]}:", 0))

    @property
    def _size(self) -> int:
        return len(self._names)


def _telling(
    holding: NDArray[np.int64] | int, articles: NDArray[np.int64] | int, prior: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Say how telling features are that so many of so many articles hold."""
    share = (holding + _PRIOR_ARTICLES * prior) / (articles + _PRIOR_ARTICLES)
    return np.asarray(np.maximum(0.0, -np.log(np.maximum(share, 1e-9))))


def _own_prior(names: Sequence[str]) -> NDArray[np.float64]:
    """Give the share of articles of its language that a word or name is thought to stand in."""
    parted = (feature.partition(":") for feature in names)
    known = (shares(language).get(stem.removeprefix("^"), RARE) for language, _, stem in parted)
    return np.fromiter(known, float, len(names))


def _shared_prior(names: Sequence[str]) -> NDArray[np.float64]:
    known = mark_shares()
    return np.fromiter((known.get(mark, RARE) for mark in names), float, len(names))


class _Block(NamedTuple):
    """Rows one after the other, and where each ends."""

    columns: NDArray[np.int32]
    weights: NDArray[np.floating]
    ends: NDArray[np.int64]


def _heaviest(
    weight: NDArray[np.floating], sizes: NDArray[np.int64], top: int
) -> NDArray[np.bool_]:
    """Tell the `top` heaviest weights above 0 of each row: of equal ones those that stand first.

    `weight` has one row after the other, of so many weights each.
    """
    filled = np.arange(max(top, sizes.max())) < sizes[:, None]
    table = np.zeros(filled.shape, dtype=weight.dtype)
    table[filled] = weight
    least = np.partition(table, -top, axis=1)[:, [-top]]
    heavier, equal = table > least, table == least
    room = top - heavier.sum(axis=1, keepdims=True)
    kept = heavier | (equal & (table > 0) & (equal.cumsum(axis=1) <= room))
    found: NDArray[np.bool_] = kept[filled]
    return found
