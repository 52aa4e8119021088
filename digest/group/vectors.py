"""What are articles about, in numbers? A row of weights each, by words, marks and meaning."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from digest.group.background import RARE, mark_shares, shares
from digest.group.meaning import Encoder
from digest.group.traits import Counts, Tallier, Traits, Vocabulary

Rows: TypeAlias = csr_array
"""A row for each article, of length 1 unless it has no features."""

OWN_TOP = 64
SHARED_TOP = 160
"""Features that are kept of a row: the heaviest."""

_NONE = np.array([], dtype=np.uint32)
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
    """By a sentence encoder, where there is one."""


def weigh(
    traits: Sequence[Traits],
    tallier: Tallier,
    *,
    settled: Collection[int] = (),
    encoder: Encoder | None = None,
) -> Vectors:
    """Weigh everything that articles say: how often, times how telling it is.

    Only the window says what is rare: which `settled` articles are looked at changes nothing.
    """
    fresh = [one for one in traits if one.id not in settled]
    own = _Rarity(tallier.own, _own_prior(tallier.own))
    for language in sorted({one.language for one in traits}):
        spoken = [one.own for one in fresh if one.language == language]
        own.learn(spoken, prefix=f"{language}:")
    shared = _Rarity(tallier.shared, _shared_prior(tallier.shared))
    shared.learn([one.shared for one in fresh])
    return Vectors(
        own=own.rows([one.own for one in traits], top=OWN_TOP),
        shared=shared.rows([one.shared for one in traits], top=SHARED_TOP, logarithmic=True),
        meaning=encoder.encode([one.short for one in traits]) if encoder and traits else None,
    )


class _Rarity:
    """How telling a feature is: ln(1 / share of articles that hold it).

    Columns stand in the order of the features' names: who was read first changes no sum.
    """

    def __init__(self, vocabulary: Vocabulary, prior: NDArray[np.float64]) -> None:
        names = list(vocabulary)
        order = sorted(range(len(names)), key=names.__getitem__)
        self._names = names
        self._column = np.empty(len(names), dtype=np.int32)
        self._column[order] = np.arange(len(names), dtype=np.int32)
        self._prior = prior
        self._telling = np.maximum(0.0, -np.log(np.maximum(prior, 1e-9)))

    def learn(self, counted: Iterable[Counts], *, prefix: str = "") -> None:
        """Take account of articles, for the features that begin with a prefix."""
        held = [counts.features for counts in counted]
        features = np.concatenate([*held, _NONE]).astype(np.int64)
        holding = np.bincount(features, minlength=self._size)
        share = (holding + _PRIOR_ARTICLES * self._prior) / (len(held) + _PRIOR_ARTICLES)
        telling = np.maximum(0.0, -np.log(np.maximum(share, 1e-9)))
        if prefix:
            meant = np.fromiter((n.startswith(prefix) for n in self._names), bool, self._size)
            telling = np.where(meant, telling, self._telling)
        self._telling = telling

    def rows(self, counted: Sequence[Counts], *, top: int, logarithmic: bool = False) -> Rows:
        """Weigh articles, keep the heaviest features of each, bring them to length 1."""
        columns = np.empty(len(counted) * top, dtype=np.int32)
        weights = np.empty(len(counted) * top, dtype=np.float32)
        ends = [0]
        for counts in counted:
            times = counts.times.astype(np.float32)
            weight = (np.log1p(times) if logarithmic else times) * self._telling[counts.features]
            column = self._column[counts.features]
            kept = _heaviest(weight, column, top)
            length = np.sqrt(np.sum(weight[kept] ** 2))
            start, end = ends[-1], ends[-1] + len(kept)
            columns[start:end] = column[kept]
            weights[start:end] = weight[kept] / length if length else 0.0
            ends.append(end)
        cells = (weights[: ends[-1]], columns[: ends[-1]], np.array(ends))
        return csr_array(cells, shape=(len(counted), self._size))

    @property
    def _size(self) -> int:
        return len(self._names)


def _own_prior(vocabulary: Vocabulary) -> NDArray[np.float64]:
    """Give the share of articles of its language that a word or name is thought to stand in."""
    parted = (feature.partition(":") for feature in vocabulary)
    known = (shares(language).get(stem.removeprefix("^"), RARE) for language, _, stem in parted)
    return np.fromiter(known, float, len(vocabulary))


def _shared_prior(vocabulary: Vocabulary) -> NDArray[np.float64]:
    known = mark_shares()
    return np.fromiter((known.get(mark, RARE) for mark in vocabulary), float, len(vocabulary))


def _heaviest(
    weight: NDArray[np.floating], column: NDArray[np.int32], top: int
) -> NDArray[np.int64]:
    """Give the places of the `top` heaviest weights, in the order of their columns."""
    telling = np.flatnonzero(weight > 0)
    if len(telling) > top:
        order = np.lexsort((column[telling], -weight[telling]))
        telling = telling[order[:top]]
    return telling[np.argsort(column[telling])]
