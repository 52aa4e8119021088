"""The rooms of the questions: each is tried on both kinds of database."""

from collections.abc import Iterator

import pytest

from digest.storage import tables
from subscribers import tables as readership
from subscribers.database import Database
from tests.builders import NOON, an_entry
from tests.stored import add_article


@pytest.fixture
def database(both_databases: Database) -> Database:
    """What is asked here must hold on SQLite and on PostgreSQL."""
    return both_databases


@pytest.fixture
def in_memory() -> Iterator[Database]:
    """A database for many examples, each of which empties it: a new one for each would have to
    make its tables anew, and compile every question.
    """
    database = Database("sqlite://")
    with database.write() as connection:
        readership.metadata.create_all(connection)
        tables.metadata.create_all(connection)
    yield database
    database.close()


@pytest.fixture
def filled(database: Database) -> Database:
    """Five articles, numbered from 1."""
    with database.write() as connection:
        for number in range(1, 6):
            add_article(connection, an_entry(key=f"key {number}"), now=NOON)
    return database
