"""What is found block by block is what comparing all with all finds."""

import random

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array

from digest.group import products
from digest.group.products import Bounds, Rows, Span, block_pairs, cosines, spans

REACH, LEAST = 10.0, 0.4


def table(seed: int, rows: int = 90, columns: int = 25) -> tuple[Rows, NDArray[np.float64]]:
    """Make rows, some of them empty, and their hours."""
    chance = np.random.default_rng(seed)
    cells = chance.random((rows, columns)) * (chance.random((rows, columns)) < 0.15)
    return csr_array(cells.astype(np.float32)), np.sort(chance.random(rows) * 60)


@pytest.fixture(params=[7, 256])
def _blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "_BLOCK", request.param)
    monkeypatch.setattr(products, "_PAIRS", 50)


@pytest.mark.usefixtures("_blocks")
@pytest.mark.parametrize("seed", range(5))
def test_every_near_pair_is_found_once(seed: int) -> None:
    rows, hours = table(seed)
    plain = rows.toarray()
    found = [
        pair
        for one, other in block_pairs(rows, hours, within=REACH, least=LEAST)
        for pair in zip(one.tolist(), other.tolist(), strict=True)
    ]
    wanted = {
        (a, b)
        for b in range(len(hours))
        for a in range(b)
        if hours[b] - hours[a] <= REACH and plain[a] @ plain[b] >= LEAST
    }
    assert len(found) == len(set(found))
    assert set(found) == wanted


@pytest.mark.usefixtures("_blocks")
def test_pairs_in_any_order_are_multiplied_cell_by_cell() -> None:
    (rows, _), (others, _) = table(1), table(2)
    chance = random.Random(3)
    one, other = (np.array([chance.randrange(90) for _ in range(200)]) for _ in range(2))
    wanted = (rows.toarray()[one] * others.toarray()[other]).sum(axis=1)
    assert cosines(rows, one, other, with_=others) == pytest.approx(wanted, abs=1e-6)
    assert len(cosines(rows, one[:0], other[:0])) == 0


@pytest.mark.parametrize("seed", range(5))
def test_bounds_are_never_below_a_product_nor_far_above_it(seed: int) -> None:
    rows, _ = table(seed)
    lengths = np.linalg.norm(rows.toarray(), axis=1, keepdims=True)
    plain = rows.toarray() / np.maximum(lengths, 1e-9)
    bounds = Bounds(csr_array(plain))
    found = bounds.times(Span(0, 0, len(plain)))
    exact = plain @ plain.T
    assert (bounds.at_most(found) >= exact).all()
    assert (bounds.at_most(found) <= exact + 0.03).all()
    assert (found[exact >= LEAST] >= bounds.reaching(LEAST)).all()


def test_two_equal_rows_of_many_cells_overflow_no_bound() -> None:
    cells = 400
    rows = csr_array(np.full((2, cells), cells**-0.5, dtype=np.float32))
    bounds = Bounds(rows)
    assert bounds.times(Span(0, 0, 2)).min() >= bounds.reaching(0.999)


def test_blocks_are_smaller_where_more_lies_within_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what is held at once stays bounded."""
    monkeypatch.setattr(products, "_CELLS", 2_000)
    found = list(spans(np.linspace(0, 1, 400), within=2.0))
    assert [span.start for span in found[1:]] == [span.end for span in found[:-1]]
    assert found[-1].end == 400
    assert all((span.end - span.start) * (span.end - span.first) <= 2_500 for span in found)
