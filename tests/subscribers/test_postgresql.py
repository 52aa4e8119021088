"""What only PostgreSQL does: connections that are cut, texts it has no room for."""

import pytest
from sqlalchemy import insert, select, text

from subscribers import postgres, tables
from subscribers.database import Database
from tests.conftest import NOW

# SQLite has no server to lose, and keeps any character.


def test_a_server_that_restarts_while_nobody_asks_is_not_noticed(
    on_postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "IDLE", 0.0)  # any pause counts as one
    with on_postgresql.read() as connection:
        first = connection.scalar(text("SELECT pg_backend_pid()"))
    with on_postgresql.engine.connect() as keeper, on_postgresql.engine.connect() as other:
        kept = {one.scalar(text("SELECT pg_backend_pid()")) for one in (keeper, other)}
        assert first in kept
        killer = other if keeper.scalar(text("SELECT pg_backend_pid()")) == first else keeper
        victim = keeper if killer is other else other
        victim.close()
        killer.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first})
    for _ in range(2):
        with on_postgresql.read() as connection:
            assert connection.scalar(text("SELECT 1")) == 1


def test_a_character_that_it_has_no_room_for_does_not_keep_a_row_from_being_written(
    on_postgresql: Database,
) -> None:
    row = {"name": "hebdo", "title": "L'\x00hebdo", "created_at": NOW}
    with on_postgresql.write() as connection:
        connection.execute(insert(tables.lists), row)
        connection.execute(insert(tables.lists), [row | {"name": "other"}, row | {"name": "third"}])
    with on_postgresql.read() as connection:
        assert set(connection.scalars(select(tables.lists.c.title))) == {"L'\ufffdhebdo"}


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_its_address_is_understood(on_postgresql: Database, scheme: str) -> None:
    url = on_postgresql.url.replace("postgresql+psycopg", scheme)
    database = Database(url)
    with database.read() as connection:
        assert connection.dialect.name == "postgresql"
    database.close()
