"""How does every row get from one database into another, and is it there unchanged?

Read and written by chunks, so that any number of rows fits in memory. What is written is read back
and compared as values: a driver that lost microseconds or a letter would be found out.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Dialect,
    Table,
    Text,
    cast,
    exists,
    func,
    select,
    text,
)

from digest.errors import StorageError
from digest.storage.whole import TABLES, counted

_CHUNK = 500
"""Rows in memory at once: those of editions and batches have many kB."""
_LOCK_TIMEOUT = "30s"


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a table holds."""

    table: str
    rows: int
    checksum: str
    """Of all values, in whatever order the rows are read."""


def lock(connection: Connection) -> None:
    """Let nobody else write until this transaction ends. SQLite's own lock does so already."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        names = ", ".join(table.name for table in TABLES)
        connection.exec_driver_sql(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")


def is_empty(connection: Connection) -> bool:
    """Say whether none of the tables has a row."""
    return not any(connection.scalar(select(exists().select_from(table))) for table in TABLES)


def clear(connection: Connection) -> None:
    """Remove every row."""
    for table in reversed(TABLES):
        connection.execute(table.delete())


def learn(connection: Connection) -> None:
    """Let PostgreSQL look at what it got, before its first plans."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {', '.join(table.name for table in TABLES)}")


def copy(
    source: Connection, target: Connection, tell: Callable[[Content], None] = lambda _: None
) -> tuple[Content, ...]:
    """Copy every row into empty tables; give what was read, table by table."""
    return tuple(_copied(source, target, table, tell) for table in TABLES)


def contents(connection: Connection) -> tuple[Content, ...]:
    """Read everything and say what it is."""
    return tuple(_content(connection, table) for table in TABLES)


def check(wanted: Iterable[Content], found: Iterable[Content]) -> None:
    """Compare what was read with what arrived.

    Raises:
        StorageError: names the tables that differ.
    """
    pairs = zip(wanted, found, strict=True)
    wrong = [f"{w.table} ({w.rows} rows, there {f.rows})" for w, f in pairs if w != f]
    if wrong:
        raise StorageError(f"the copy is not what was copied: {', '.join(wrong)}")


def _copied(
    source: Connection, target: Connection, table: Table, tell: Callable[[Content], None]
) -> Content:
    tally = _Tally()
    _write(target, table, tally.passing(_read(source, table)))
    _count_on(target, table, _last_given(source, table))
    content = tally.content(source, table)
    tell(content)
    return content


def _content(connection: Connection, table: Table) -> Content:
    tally = _Tally()
    deque(tally.passing(_read(connection, table)), maxlen=0)
    return tally.content(connection, table)


class _Tally:
    """Condenses rows while they pass."""

    def __init__(self) -> None:
        self._rows = 0
        self._sum = 0

    def passing(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        for row in rows:
            written = repr(row).encode("utf-8", "surrogatepass")
            digest = hashlib.blake2b(written, digest_size=16).digest()
            self._sum += int.from_bytes(digest, "big")
            self._rows += 1
            yield row

    def content(self, connection: Connection, table: Table) -> Content:
        rows = connection.scalar(select(func.count()).select_from(table))
        if rows != self._rows:
            raise StorageError(f"{table.name} has {rows} rows, of which {self._rows} were read")
        checksum = f"{self._sum % 2**128:032x}"
        return Content(table=table.name, rows=self._rows, checksum=checksum)


def _read(connection: Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    rows = select(*map(_plain, table.c)).order_by(*table.primary_key.columns)
    for row in connection.execute(rows.execution_options(yield_per=_CHUNK)):
        yield tuple(row)


def _plain(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Read JSON as the text that it is: nothing of it can change on the way."""
    return cast(column, Text) if isinstance(column.type, JSON) else column


def _write(connection: Connection, table: Table, rows: Iterator[Sequence[Any]]) -> None:
    names = [column.name for column in table.c]
    ready = _prepared(connection.dialect, table, rows)
    if connection.dialect.name == "postgresql":
        from subscribers.postgres import copy_rows

        copy_rows(connection, table.name, names, ready)
        return
    marks = ", ".join("?" for _ in names)
    columns = ", ".join(f'"{name}"' for name in names)
    statement = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"  # noqa: S608 - our own names
    while chunk := list(islice(ready, _CHUNK)):
        connection.exec_driver_sql(statement, chunk)


def _prepared(
    dialect: Dialect, table: Table, rows: Iterator[Sequence[Any]]
) -> Iterator[tuple[Any, ...]]:
    """Turn values into what the target's driver takes."""
    turns = [
        None if isinstance(column.type, JSON) else _turn(dialect, column) for column in table.c
    ]
    for row in rows:
        yield tuple(
            value if turn is None else turn(value) for value, turn in zip(row, turns, strict=True)
        )


def _turn(dialect: Dialect, column: ColumnElement[Any]) -> Callable[[Any], Any] | None:
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _last_given(connection: Connection, table: Table) -> int:
    """Give the last number that the database chose for a row of a table, erased ones too."""
    column = counted(table)
    if column is None:
        return 0
    highest = connection.scalar(select(func.max(column))) or 0
    if connection.dialect.name == "postgresql":
        sequence = connection.scalar(func.pg_get_serial_sequence(table.name, column.name))
        asked = f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}"  # noqa: S608 - a name that the server gave
    elif table.dialect_options["sqlite"]["autoincrement"]:
        asked = f"SELECT seq FROM sqlite_sequence WHERE name = '{table.name}'"  # noqa: S608 - our own name
    else:
        return highest
    return max(highest, connection.scalar(text(asked)) or 0)


def _count_on(connection: Connection, table: Table, last: int) -> None:
    """Let the database choose numbers after the last one that was given."""
    column = counted(table)
    if column is None or not last:
        return
    if connection.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(select(func.setval(sequence, last)))
    elif table.dialect_options["sqlite"]["autoincrement"]:
        here = {"name": table.name, "last": last}
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), here)
        connection.execute(text("INSERT INTO sqlite_sequence VALUES (:name, :last)"), here)
