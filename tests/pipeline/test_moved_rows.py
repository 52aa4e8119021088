"""What moves arrives as it was, to the last microsecond and number, or not at all."""

from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, select, text
from sqlalchemy.exc import DBAPIError

from digest.errors import StorageError
from digest.pipeline import moving
from digest.storage import copying, migrating
from digest.storage.copying import Content
from subscribers import lists
from subscribers import tables as readership
from subscribers.database import Database
from tests.pipeline.movers import BOTH_WAYS, assert_nothing_happened, move
from tests.storage.everything import AT, READERS


@BOTH_WAYS
@pytest.mark.parametrize(
    "table", ["subscribers", "batches", "events", "theme_scores", "rulings", "corrections"]
)
def test_a_copy_that_differs_in_one_value_is_not_kept(
    source: Database, target: Database, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    write = copying._write

    def write_wrongly(connection: Any, one: Table, rows: Any) -> None:
        wrong = map(_falsified, rows) if one.name == table else rows
        write(connection, one, wrong)

    monkeypatch.setattr(copying, "_write", write_wrongly)
    with pytest.raises(StorageError, match=f"not what was copied: {table} "):
        move(source, target)
    assert_nothing_happened(source, target)


def _falsified(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Change one value by as little as can be."""
    for place, value in enumerate(row):
        if hasattr(value, "microsecond"):
            return (
                *row[:place],
                value.replace(microsecond=value.microsecond ^ 1),
                *row[place + 1 :],
            )
        if isinstance(value, tuple):
            return (*row[:place], value[::-1], *row[place + 1 :])
        if isinstance(value, bool):
            return (*row[:place], not value, *row[place + 1 :])
    raise AssertionError(row)


@BOTH_WAYS
def test_a_copy_that_lost_a_row_is_not_kept(
    source: Database, target: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = copying._write

    def write_less(connection: Any, one: Table, rows: Any) -> None:
        write(connection, one, iter(list(rows)[1:]) if one.name == "consents" else rows)

    monkeypatch.setattr(copying, "_write", write_less)
    with pytest.raises(StorageError, match=r"consents \(2 rows, there 1\)"):
        move(source, target)
    assert_nothing_happened(source, target)


@pytest.mark.parametrize("title", ["L'\x00hebdo", "x" * 65])
def test_what_postgresql_has_no_room_for_stays_where_it_is(
    empty_sqlite: Database, other_postgresql: Database, title: str
) -> None:
    migrating.upgrade(empty_sqlite)
    with empty_sqlite.write() as connection:
        row = {"name": title, "title": title, "created_at": AT}
        connection.execute(insert(readership.lists), row)
    with pytest.raises(StorageError, match="nothing was moved"):
        move(empty_sqlite, other_postgresql)
    assert_nothing_happened(empty_sqlite, other_postgresql)


@BOTH_WAYS
def test_the_number_of_an_erased_reader_is_nobodys_after_a_move(
    source: Database, target: Database
) -> None:
    people = readership.subscribers
    with source.write() as connection:
        row = dict(connection.execute(select(people)).mappings().first() or {})
        del row["id"]
        added = insert(people).values(row | {"address_key": "z"}).returning(people.c.id)
        last = connection.execute(added).scalar_one()
        connection.execute(delete(people).where(people.c.id == last))
    assert last == len(READERS) + 1
    move(source, target)
    with target.write() as connection:
        assert connection.execute(added).scalar_one() == last + 1


@BOTH_WAYS
def test_every_counter_goes_on_after_the_last_row(source: Database, target: Database) -> None:
    move(source, target)
    with target.write() as connection:
        made = lists.create(connection, "next", "", AT)
    assert made.id == 2


def test_nobody_writes_while_a_database_is_copied(
    empty_postgresql: Database, other_sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # SQLite has one writer in any case.
    migrating.upgrade(empty_postgresql)
    tried: list[str] = []

    def write() -> None:
        with empty_postgresql.write() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '100ms'"))
            lists.create(connection, "meanwhile", "", AT)

    def try_to_write(_: Content) -> None:
        if not tried:
            with pytest.raises(DBAPIError) as refused:
                write()
            tried.append(str(refused.value))

    moving.move(empty_postgresql, other_sqlite, lambda: AT, tell=try_to_write)
    assert "lock timeout" in tried[0]
    with other_sqlite.read() as connection:
        assert not lists.lists(connection)
