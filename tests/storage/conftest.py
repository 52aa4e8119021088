"""The rooms of the questions: each is tried on both kinds of database."""

import pytest

from subscribers.database import Database
from tests.builders import NOON, an_entry
from tests.stored import add_article


@pytest.fixture
def database(both_databases: Database) -> Database:
    """What is asked here must hold on SQLite and on PostgreSQL."""
    return both_databases


@pytest.fixture
def filled(database: Database) -> Database:
    """Five articles, numbered from 1."""
    with database.write() as connection:
        for number in range(1, 6):
            add_article(connection, an_entry(key=f"key {number}"), now=NOON)
    return database
