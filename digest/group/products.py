"""Which rows are near each other? Their products, a block of rows with all before them at a time.

Exact. The products of a block are held as plain numbers: faster than a sparse product, since most
articles share some word.
"""

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Rows: TypeAlias = csr_array
"""A row for each article, of length 1 unless it has no features."""

Places: TypeAlias = NDArray[np.int64]

_BLOCK = 256
"""Rows that are compared with those before them at once, at most."""
_CELLS = 10_000_000
"""Products that are held at once, about."""
_PAIRS = 20_000
"""Pairs whose cells are compared at once."""


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
    earlier, later = np.nonzero(looked_at)
    one, other = earlier + span.first, later + span.start
    kept = np.flatnonzero((one < other) & (hours[other] - hours[one] <= within))
    ordered = kept[np.argsort(later[kept], kind="stable")]
    return one[ordered], other[ordered]


def products(rows: Rows, span: Span) -> NDArray[np.floating]:
    """Multiply the rows within reach (downwards) with those of a block (across)."""
    block, all_ = rows[span.start : span.end], rows[span.first : span.end]
    columns = np.unique(block.indices)
    table = np.ascontiguousarray(block[:, columns].toarray().T)
    found: NDArray[np.floating] = all_[:, columns] @ table
    return found


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
) -> NDArray[np.float64]:
    """Multiply pairs of rows, or rows of one table with those of another.

    Fast where `other` holds few different rows, in order.
    """
    others = rows if with_ is None else with_
    found = np.zeros(len(one))
    for at in range(0, len(one), _PAIRS):
        part = slice(at, at + _PAIRS)
        found[part] = _cosines(rows[one[part]], others, other[part])
    return found


def _cosines(rows: Rows, others: Rows, other: Places) -> NDArray[np.floating]:
    """Look the cells of rows up in others that are written out, a bounded number at a time."""
    found = np.zeros(len(other))
    names, which = np.unique(other, return_inverse=True)
    for at in range(0, len(names), _BLOCK):
        block = others[names[at : at + _BLOCK]]
        mine = np.flatnonzero((which >= at) & (which < at + _BLOCK))
        found[mine] = _looked_up(rows[mine], block, which[mine] - at)
    return found


def _looked_up(rows: Rows, block: Rows, which: Places) -> NDArray[np.floating]:
    columns = np.unique(block.indices)
    table = np.zeros((block.shape[0], len(columns) + 1), dtype=block.dtype)
    table[:, 1:] = block[:, columns].toarray()
    column = np.zeros(block.shape[1], dtype=np.int32)  # 0: no row of the block holds it
    column[columns] = np.arange(1, len(columns) + 1)
    cells = np.repeat((which * table.shape[1]).astype(np.int32), np.diff(rows.indptr))
    cells += column[rows.indices]
    multiplied = rows.data * table.ravel()[cells]
    # Added one by one, as in `products`: the same pair gives the same sum on either way.
    added = csr_array((multiplied, np.zeros_like(rows.indices), rows.indptr), (rows.shape[0], 1))
    return np.asarray(added @ np.ones(1, dtype=rows.dtype))


def heads(rows: Rows, top: int = 48) -> Rows:
    """Keep the heaviest cells of each row: enough to find who is worth a closer look."""
    kept = [
        start + np.sort(np.argsort(-rows.data[start:end], kind="stable")[:top])
        for start, end in zip(rows.indptr[:-1], rows.indptr[1:], strict=True)
    ]
    ends = np.cumsum([0, *(len(places) for places in kept)])
    places = np.concatenate(kept or [np.array([], dtype=np.int64)])
    return csr_array((rows.data[places], rows.indices[places], ends), shape=rows.shape)
