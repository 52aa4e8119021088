"""What do the articles of a live window mean? Asked of those whose words leave it open, once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digest.group.growing import Growing
from digest.group.meaning import Encoder, Meanings
from digest.group.traits import Traits


class Meant:
    """Rows of meanings, not numbers where the encoder was not asked yet."""

    def __init__(
        self, encoder: Encoder | None, traits: Sequence[Traits], known: "Meanings | None"
    ) -> None:
        self._encoder = encoder
        self._short = [one.short for one in traits] if encoder else []
        self._rows = None if known is None else Growing(known)

    def add(
        self, short: str, first: int, undecided: NDArray[np.bool_], *, always: bool
    ) -> NDArray[np.float32] | None:
        """Add a text; give the cosines of its meaning and those of the texts from `first` on.

        Asked is about it and the `undecided` ones among those, or about it `always`; None where
        about none.
        """
        if self._encoder is None:
            return None
        self._short.append(short)
        places = first + np.flatnonzero(undecided)
        if not len(places) and not always:
            self._append(None)
            return None
        (row,) = self._encoder.encode([short])
        rows = self._known(len(row))
        unknown = places[np.isnan(rows.cells[places, 0])]
        if len(unknown):
            rows.cells[unknown] = self._encoder.encode([self._short[place] for place in unknown])
        cosines: NDArray[np.float32] = rows.cells[first:] @ row
        self._append(row)
        return cosines

    def _known(self, width: int) -> Growing[np.float32]:
        if self._rows is None:
            unknown = np.full((len(self._short) - 1, width), np.nan, dtype=np.float32)
            self._rows = Growing(unknown)
        return self._rows

    def _append(self, row: NDArray[np.float32] | None) -> None:
        if self._rows is not None:
            width = self._rows.cells.shape[1]
            self._rows.add(np.full((1, width), np.nan, np.float32) if row is None else row[None])
