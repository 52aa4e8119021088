"""A database of the first version, in the middle of its work, becomes one of this version."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from digest.storage import migrating
from digest.storage.whole import TABLES
from subscribers.database import Database
from tests.storage.everything import everything, fill, rows_of

NEW = {
    "sendings",
    "paces",
    "events",
    "imports",
    "segments",
    "notices",
    "quotas",
    "rulings",
    "corrections",
    "clicks",
    "pictures",
    "issue_pictures",
    "twins",
    "pages",
    "robots",
    "claims",
    "imprints",
}


@pytest.fixture
def database(empty: Database) -> Database:
    """A database of the first version with rows in every table."""
    with empty.write() as connection:
        migrating.bring_up(connection, "0001")
        fill(connection)
    return empty


def test_every_table_is_tried() -> None:
    assert {table.name for table in TABLES} == set(everything())


def test_an_upgrade_loses_nothing(database: Database) -> None:
    before = rows_of(database)
    assert NEW.isdisjoint(before)
    assert all(before.values())
    migrating.upgrade(database)
    after = rows_of(database)
    for name, rows in before.items():
        kept = [{column: row[column] for column in rows[0]} for row in after.pop(name)]
        assert kept == rows
    assert after == {name: [] for name in NEW}
    assert migrating.revision(database) == migrating.HEAD


def test_an_upgrade_that_fails_leaves_what_was_there(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("CREATE INDEX ix_attempts_intent_at ON attempts (provider)"))
    before = rows_of(database)
    with pytest.raises(DBAPIError):
        migrating.upgrade(database)
    assert rows_of(database) == before  # of as many tables
    assert migrating.revision(database) == "0001"


def test_a_table_that_is_made_anew_keeps_the_rows_that_refer_to_it(on_sqlite: Database) -> None:
    # PostgreSQL alters a table in place.
    with on_sqlite.write() as connection:
        fill(connection)
    before = rows_of(on_sqlite)
    with migrating._remaking(on_sqlite) as connection:
        for statement in _MADE_ANEW:
            connection.exec_driver_sql(statement)
    assert rows_of(on_sqlite) == before


_MADE_ANEW = (
    "CREATE TABLE fresh AS SELECT * FROM stories",
    "DROP TABLE stories",
    "CREATE TABLE stories (id INTEGER PRIMARY KEY, lead_id INTEGER REFERENCES articles (id),"
    " voices INTEGER, happened_at TEXT, grouped_at TEXT)",
    "INSERT INTO stories SELECT * FROM fresh",
    "DROP TABLE fresh",
)
