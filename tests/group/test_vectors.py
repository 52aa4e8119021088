"""Which features of an article are kept: the heaviest, and of equal ones always the same."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from digest.group.vectors import _heaviest

WEIGHTS = st.lists(st.sampled_from([0.0, 1.0, 1.5, 2.0]), max_size=7)


@given(st.lists(WEIGHTS, min_size=1, max_size=5), st.integers(1, 4))
def test_the_heaviest_are_kept_of_equal_ones_the_first(rows: list[list[float]], top: int) -> None:
    weight = np.array([one for row in rows for one in row])
    kept = _heaviest(weight, np.array([len(row) for row in rows]), top)
    wanted = []
    for row in rows:
        heaviest = sorted(range(len(row)), key=lambda place: (-row[place], place))[:top]
        wanted += [place in heaviest and row[place] > 0 for place in range(len(row))]
    assert kept.tolist() == wanted
