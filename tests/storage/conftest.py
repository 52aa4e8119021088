"""The rooms of the questions: each is tried on both kinds of database."""

import pytest

from subscribers.database import Database


@pytest.fixture
def database(both_databases: Database) -> Database:
    """What is asked here must hold on SQLite and on PostgreSQL."""
    return both_databases
