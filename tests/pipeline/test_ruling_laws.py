"""A split is never undone, a merge is kept, a lead leads: whatever comes and is grouped."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from subscribers.database import Database
from tests import postgres
from tests.pipeline.rulers import Ruler, Step, steps

SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@contextmanager
def fresh(empty: Path, folder: Path) -> Iterator[Database]:
    path = shutil.copy(empty, folder / "laws.db")
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.mark.parametrize("works", [15, pytest.param(200, marks=pytest.mark.nightly)])
def test_what_editors_ruled_holds_after_every_step(
    empty_database: Path, tmp_path: Path, works: int
) -> None:
    """Each work is a dozen steps with as many groupings: a second."""

    @given(steps)
    @settings(max_examples=works, suppress_health_check=SHARED)
    def holds(work: list[Step]) -> None:
        with fresh(empty_database, tmp_path) as database:
            ruler = Ruler(database)
            for step in work:
                ruler.do(step)

    holds()


@given(steps)
@settings(max_examples=5, suppress_health_check=SHARED)
def test_both_kinds_of_database_end_with_the_same_stories(
    empty_database: Path,
    tmp_path: Path,
    postgresql: postgres.Server,
    on_wiped_postgresql: Database,
    work: list[Step],
) -> None:
    postgres.wipe(postgresql, on_wiped_postgresql)
    with fresh(empty_database, tmp_path) as on_sqlite:
        one, other = Ruler(on_sqlite), Ruler(on_wiped_postgresql)
        for step in work:
            one.do(step)
            other.do(step)
        assert one.told() == other.told()
