"""Is the same stored in two ways of collecting? Random weeks pass in one, then in the other."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subscribers.database import Database
from tests import postgres

Week: TypeAlias = Callable[[Database, int], dict[str, Any]]
"""Lets a week pass that its seed decides; gives all rows and reports."""


def same_on_sqlite(ways: tuple[Week, Week], *, empty: Path, folder: Path, weeks: int) -> None:
    """Try so many weeks, each on fresh copies of an empty database."""

    @given(st.integers(0, 2**32))
    @settings(max_examples=weeks, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    def one(seed: int) -> None:
        found = []
        for week in ways:
            with _copy_of(empty, folder) as database:
                found.append(week(database, seed))
        assert found[0] == found[1]

    one()


def same_on_postgresql(
    ways: tuple[Week, Week], *, server: postgres.Server, database: Database, seed: int
) -> None:
    """Try one week, with the database wiped after each way."""
    found = []
    for week in ways:
        found.append(week(database, seed))
        assert postgres.wipe(server, database)
    assert found[0] == found[1]


@contextmanager
def _copy_of(empty: Path, folder: Path) -> Iterator[Database]:
    path = folder / "week.db"
    for old in folder.glob("week.db*"):
        old.unlink()
    database = Database(f"sqlite:///{shutil.copy(empty, path)}")
    yield database
    database.close()
