"""How do tables of numbers grow by a row at a time? With room behind them: few are ever copied."""

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Number = TypeVar("Number", bound=np.generic)

_ROOM = 8
"""A table that is full grows by one part in so many."""


class Growing(Generic[Number]):
    """Numbers, or rows of numbers, to which more are added at the end."""

    def __init__(self, cells: NDArray[Number]) -> None:
        self._size = len(cells)
        self._kept = cells

    @property
    def cells(self) -> NDArray[Number]:
        """What is held now; a view, good until the next addition."""
        return self._kept[: self._size]

    def add(self, more: NDArray[Number]) -> None:
        """Put more at the end."""
        size = self._size + len(more)
        if size > len(self._kept):
            grown = np.empty((size + size // _ROOM, *self._kept.shape[1:]), self._kept.dtype)
            grown[: self._size] = self.cells
            self._kept = grown
        self._kept[self._size : size] = more
        self._size = size


class GrowingRows:
    """Sparse rows to which rows are added; later ones may have further columns."""

    def __init__(self, rows: csr_array) -> None:
        self._weights: Growing[np.float32] = Growing(rows.data)
        self._columns: Growing[np.int32] = Growing(rows.indices.astype(np.int32))
        self._ends: Growing[np.int32] = Growing(rows.indptr.astype(np.int32))

    def add(self, row: csr_array) -> None:
        """Put one row at the end."""
        self._weights.add(row.data)
        self._columns.add(row.indices.astype(np.int32))
        self._ends.add(self._ends.cells[-1:] + np.int32(len(row.data)))

    def times(self, row: csr_array, first: int) -> NDArray[Any]:
        """Multiply the rows from `first` on with one row, which has all their columns."""
        wanted = np.zeros(row.shape[1], dtype=np.float32)
        wanted[row.indices] = row.data
        ends = self._ends.cells[first:]
        start = ends[0]
        shelf = (self._weights.cells[start:], self._columns.cells[start:], ends - start)
        return np.asarray(csr_array(shelf, shape=(len(ends) - 1, row.shape[1])) @ wanted)
