"""How is the database opened, read and written? SQLite by default, PostgreSQL by URL."""

import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from weakref import finalize

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    FunctionElement,
    LargeBinary,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    create_engine,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeDecorator

from subscribers import sqlite_file

_BUSY_MS = 30_000
_NO_SECRETS = frozenset({"host", "port", "sslmode", "sslrootcert", "target_session_attrs"})
_BENCH = {
    "sqlite": (
        "PRAGMA main.cache_size = -65536",
        "PRAGMA temp.cache_size = -65536",
        "PRAGMA wal_autocheckpoint = 65536",  # 256 MiB: a page that many parts change is moved once
    ),
    "postgresql": ("SET work_mem = 65536",),
}
"""64 MiB each: in the default, a few, pages would be written and read back again and again."""

_SERVED: Mapping[str, Any] = {
    "pool_size": 8,
    "max_overflow": 56,  # each thread holds one at a time: two issues with 32 calls at once
    "hide_parameters": True,  # of a failed statement: a log is no place for readers' addresses
}
"""A server's connections: opened when needed, kept up to pool_size."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. SQLite hands back naive datetimes: the zone is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments, convert the others to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: give it a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Put UTC back where the driver lost it."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Ids(TypeDecorator[tuple[int, ...]]):
    """Subscriber ids in planned order, 4 bytes each.

    PostgreSQL's own arrays take twice the room, and its driver looks at each id for its type: a
    million take a second there and back.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> bytes | None:
        """Pack; raises OverflowError for an id past 2³²-1."""
        return None if value is None else _little_endian(array("I", value)).tobytes()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> tuple[int, ...] | None:
        """Unpack."""
        if value is None:
            return None
        ids = array("I")
        ids.frombytes(value)
        return tuple(_little_endian(ids))


def _little_endian(ids: "array[int]") -> "array[int]":
    """Let machines of either kind share a database."""
    if sys.byteorder == "big":
        ids.byteswap()
    return ids


class Database:
    """One database: `with database.read() as c` asks, `…write() as c` is one transaction."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self._writer = self.engine.execution_options(digest_write=True)
        finalize(self, self.engine.dispose)  # a command ends without saying good-bye

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Ask questions on one snapshot; anything written is rolled back."""
        with self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":  # whose default is a snapshot a statement
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection
            connection.rollback()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Do one transaction: committed whole at the block's end, rolled back on any exception."""
        with self._writer.begin() as connection:
            yield connection

    @contextmanager
    def workbench(self) -> Iterator[Connection]:
        """Prepare much before it is written: temporary tables last from transaction to transaction.

        They lock nobody out and end with the connection, which is nobody else's. Only what is done
        under `with writing(connection)` may touch other tables.
        """
        with self.engine.connect() as connection:
            connection.detach()
            for setting in _BENCH[connection.dialect.name]:
                connection.exec_driver_sql(setting)
            connection.commit()
            yield connection

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


@contextmanager
def writing(connection: Connection) -> Iterator[None]:
    """Do one transaction on a connection: committed whole at the block's end, or rolled back."""
    connection.execution_options(digest_write=True)
    try:
        with connection.begin():
            yield
    finally:
        connection.execution_options(digest_write=False)


def address_of(url: str) -> str:
    """Write a database's address without driver and secrets, as its own programs take it."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    if parsed.get_backend_name() == "sqlite":
        return f"sqlite:///{Path(parsed.database or ':memory:').absolute()}"
    kept = {name: value for name, value in parsed.query.items() if name in _NO_SECRETS}
    bare = parsed.set(drivername="postgresql", query=kept)
    return bare._replace(password=None).render_as_string()


def alone(connection: Connection, work: str) -> None:
    """Let one transaction at a time do a work, named so: others wait here until it has ended.

    SQLite's writers do so by themselves. What is read after this call, nobody who calls it changes.
    """
    if connection.dialect.name == "postgresql":
        key = func.hashtextextended(f"digest: {work}", 0)
        connection.execute(select(func.pg_advisory_xact_lock(key)))


KINDS = ("sqlite", "postgresql")
"""The kinds of database there are, as SQLAlchemy names them."""


def among(kind: str, column: ColumnElement[int]) -> ColumnElement[bool]:
    """Ask for the rows of the ids in the parameter `ids`: one parameter, however many they are."""
    if kind == "postgresql":
        return column == any_(cast(bindparam("ids", type_=Text), ARRAY(BigInteger)))
    each = func.json_each(bindparam("ids", type_=Text)).table_valued("value")
    return column.in_(select(each.c.value))


def as_ids(kind: str, ids: Sequence[int]) -> str:
    """Give the value of the parameter `ids`, a text: drivers look at each item of a list."""
    listed = orjson.dumps(ids).decode()
    return f"{{{listed[1:-1]}}}" if kind == "postgresql" else listed


def packed_ids(kind: str, column: ColumnElement[int]) -> FunctionElement[Any]:
    """Ask for many ids as one value that costs little to read: PostgreSQL's arrays cost a lot."""
    if kind == "postgresql":
        four_bytes = func.int4send(column, type_=LargeBinary)
        return func.string_agg(four_bytes, literal(b"", LargeBinary), type_=LargeBinary)
    return func.json_group_array(column, type_=Text)


def unpacked(kind: str, value: Any) -> "array[int]":  # noqa: ANN401
    """Read what packed_ids asked for, in no order."""
    if kind != "postgresql":
        return array("I", orjson.loads(value))
    ids = array("I")
    ids.frombytes(value or b"")
    if sys.byteorder == "little":  # they come in the network's order
        ids.byteswap()
    return ids


def gathered(kind: str, question: Select[Any]) -> Select[Any]:
    """Ask for a question's rows as one row of columns: to make a thousand costs more than to find
    them. `columns_of` reads it.
    """
    whole = func.json_agg if kind == "postgresql" else func.json_group_array
    columns = [cast(whole(column), Text) for column in question.subquery().c]
    return select().add_columns(*columns)


def columns_of(row: Iterable[str | None]) -> list[list[Any]]:
    """Read what `gathered` asked for: the columns' values, the rows in no order."""
    return [orjson.loads(column or "[]") for column in row]


def is_away(failure: BaseException) -> bool:
    """Say whether a server is away or just went: then the same may succeed in a moment."""
    if not isinstance(failure, DBAPIError):
        return False
    state: str | None = getattr(failure.orig, "sqlstate", "")  # SQLite's errors have none
    return state is None or state.startswith(("08", "57P"))


def to_json(value: object) -> str:
    """Write a JSON column: several times faster than the standard library."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _engine(url: str) -> Engine:
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    if parsed.get_backend_name() != "sqlite":
        return _postgresql(parsed)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed,
        connect_args={"timeout": _BUSY_MS / 1000},
        hide_parameters=True,
        json_serializer=to_json,
        json_deserializer=orjson.loads,
    )
    sqlite_file.prepare(engine, _BUSY_MS)
    return engine


def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url,
        **_SERVED,
        json_serializer=to_json,
        json_deserializer=orjson.loads,
    )
    if engine.driver == "psycopg":
        from subscribers.postgres import prepare

        prepare(engine)
    return engine
