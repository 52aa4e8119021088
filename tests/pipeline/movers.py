"""Two databases between which everything moves, and what to ask of them."""

import pytest

from digest.errors import StorageError
from digest.pipeline import moving
from digest.storage import migrating
from subscribers import lists
from subscribers.database import Database
from tests.storage.everything import AT

BOTH_WAYS = pytest.mark.parametrize(
    ("source", "target"),
    [("filled_sqlite", "other_postgresql"), ("filled_postgresql", "other_sqlite")],
    ids=["to PostgreSQL", "to SQLite"],
    indirect=True,
)


def move(source: Database, target: Database) -> moving.Move:
    return moving.move(source, target, lambda: AT)


def is_usable(database: Database) -> bool:
    try:
        return migrating.revision(database) == migrating.HEAD
    except StorageError:
        return False


def assert_nothing_happened(source: Database, target: Database) -> None:
    assert is_usable(source)
    assert migrating.revision(target) is None
    with source.write() as connection:
        lists.create(connection, "still-writable", "", AT)
