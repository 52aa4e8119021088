"""Which rows are near each other? Their products, a block of rows with all before them at a time.

Exact. The products of a block are held as plain numbers: faster than a sparse product, since most
articles share some word.
"""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Rows: TypeAlias = csr_array
"""A row for each article, of length 1 unless it has no features."""

Places: TypeAlias = NDArray[np.int64]

_BLOCK = 256
"""Rows that are compared with those before them at once, at most."""
_CELLS = 8_000_000
"""Products that are held at once, about."""
_PAIRS = 20_000
"""Pairs whose cells are compared at once."""
_MOST_UNITS = 255
"""Its square is within 16 bits: of two rows of n cells, rounded up, at most (unit + √n)²."""


class Span(NamedTuple):
    """A block of rows, and where those within its reach begin."""

    first: int
    start: int
    end: int


def spans(hours: NDArray[np.float64], within: float) -> Iterator[Span]:
    """Go through rows that stand in the order of their hours."""
    start = 0
    while start < len(hours):
        first = int(np.searchsorted(hours, hours[start] - within))
        size = min(_BLOCK, max(1, _CELLS // (start - first + _BLOCK)))
        yield Span(first, start, min(start + size, len(hours)))
        start += size


def in_time(
    looked_at: NDArray[np.bool_], span: Span, hours: NDArray[np.float64], within: float
) -> tuple[Places, Places]:
    """Give the places of true cells whose hours lie near, the earlier and the later; each once."""
    # Flat: of two dimensions numpy asks ten times as long.
    earlier, later = np.divmod(np.flatnonzero(looked_at), looked_at.shape[1])
    one, other = earlier + span.first, later + span.start
    kept = np.flatnonzero((one < other) & (hours[other] - hours[one] <= within))
    ordered = kept[np.argsort(later[kept], kind="stable")]
    return one[ordered], other[ordered]


def products(rows: Rows, span: Span) -> NDArray[Any]:
    """Multiply the rows within reach (downwards) with those of a block (across)."""
    block, all_ = rows[span.start : span.end], rows[span.first : span.end]
    columns = np.unique(block.indices)
    table = np.ascontiguousarray(block[:, columns].toarray().T)
    found: NDArray[Any] = all_[:, columns] @ table
    return found


class Bounds:
    """Says fast how near rows are at most: by weights as whole numbers of 16 bits, rounded up.

    Half as wide, they are multiplied twice as fast, and their sums are little above the exact ones.
    """

    def __init__(self, rows: Rows) -> None:
        """Take rows of length 1 at most, of a few hundred cells at most: no sum overflows then."""
        widest = int(np.diff(rows.indptr).max(initial=0))
        unit = _MOST_UNITS - math.ceil(math.sqrt(widest))
        weights = np.ceil(rows.data * unit).astype(np.uint16)
        self._rows = csr_array((weights, rows.indices, rows.indptr), shape=rows.shape)
        self._whole = unit**2

    def times(self, span: Span) -> NDArray[np.uint16]:
        """Multiply as `products` does."""
        return products(self._rows, span)

    def reaching(self, least: float) -> int:
        """Give the bound that all products of at least `least` reach."""
        return math.floor(least * self._whole) - 1  # 1: more than what rounding takes away

    def at_most(self, bounds: NDArray[np.uint16]) -> NDArray[np.float64]:
        """Give products that the exact ones don't exceed."""
        return (bounds + 1.0) / self._whole


def block_pairs(
    rows: Rows, hours: NDArray[np.float64], *, within: float, least: float
) -> Iterator[tuple[Places, Places]]:
    """Give the pairs of rows whose product is at least `least` and whose hours lie near each other.

    Rows stand in the order of their hours. Block by block: the earlier places, and the later ones;
    each pair once.
    """
    for span in spans(hours, within):
        yield in_time(products(rows, span) >= least, span, hours, within)


def cosines(
    rows: Rows, one: Places, other: Places, *, with_: Rows | None = None
) -> NDArray[np.floating]:
    """Multiply pairs of rows, or rows of one table with those of another.

    Fast where `other` holds few different rows, in order.
    """
    others = rows if with_ is None else with_
    found = np.zeros(len(one), dtype=np.result_type(rows, others))
    names, which = np.unique(other, return_inverse=True)
    for at in range(0, len(names), _BLOCK):
        block = _Block(others[names[at : at + _BLOCK]])
        mine = np.flatnonzero((which >= at) & (which < at + _BLOCK))
        for start in range(0, len(mine), _PAIRS):
            some = mine[start : start + _PAIRS]
            found[some] = block.times(rows[one[some]], which[some] - at)
    return found


class _Block:
    """A bounded number of rows that are written out: the cells of others are looked up in them."""

    def __init__(self, rows: Rows) -> None:
        columns = np.unique(rows.indices)
        self._column = np.zeros(rows.shape[1], dtype=np.int32)  # 0: no row of the block holds it
        self._column[columns] = np.arange(1, len(columns) + 1)
        table = np.zeros((rows.shape[0], len(columns) + 1), dtype=rows.dtype)
        whose = np.repeat(np.arange(len(table)), np.diff(rows.indptr))
        table[whose, self._column[rows.indices]] = rows.data
        self._cells, self._width = table.ravel(), table.shape[1]

    def times(self, rows: Rows, which: Places) -> NDArray[np.floating]:
        """Multiply each row with one of the block."""
        cells = np.repeat((which * self._width).astype(np.int32), np.diff(rows.indptr))
        cells += self._column[rows.indices]
        # Added one by one, as in `products`: the same pair gives the same sum on either way.
        pairs = csr_array((rows.data, cells, rows.indptr), shape=(len(which), len(self._cells)))
        return np.asarray(pairs @ self._cells)


def heads(rows: Rows, top: int = 48) -> Rows:
    """Keep the heaviest cells of each row: enough to find who is worth a closer look."""
    kept = [
        start + np.sort(np.argsort(-rows.data[start:end], kind="stable")[:top])
        for start, end in zip(rows.indptr[:-1], rows.indptr[1:], strict=True)
    ]
    ends = np.cumsum([0, *(len(places) for places in kept)])
    places = np.concatenate(kept or [np.array([], dtype=np.int64)])
    return csr_array((rows.data[places], rows.indices[places], ends), shape=rows.shape)
