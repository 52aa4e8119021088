"""How is the database opened, read and written? SQLite by default, PostgreSQL by URL."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    LargeBinary,
    Table,
    Text,
    any_,
    bindparam,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator, TypeEngine

_BUSY_MS = 30_000
_BENCH_KIB = 64 * 1024
"""SQLite's 2 MiB of pages would be written and read back again and again."""

_SERVED: Mapping[str, Any] = {
    "pool_size": 8,
    "max_overflow": 56,  # each thread holds one at a time: two issues with 32 calls at once
    "pool_pre_ping": True,  # a server that was restarted is noticed before the transaction begins
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
    """Subscriber ids in planned order: bigint[] on PostgreSQL, 4 bytes each on SQLite."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type."""
        postgresql = dialect.name == "postgresql"
        return dialect.type_descriptor(ARRAY(BigInteger) if postgresql else LargeBinary())

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:  # noqa: ANN401
        """Pack; raises OverflowError for an id past 2³²-1: SQLite's packing has no room for it."""
        if value is None or dialect.name == "postgresql":
            return value if value is None else list(value)
        return array("I", value).tobytes()

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[int, ...] | None:  # noqa: ANN401
        """Unpack."""
        if value is None or dialect.name == "postgresql":
            return value if value is None else tuple(value)
        ids = array("I")
        ids.frombytes(value)
        return tuple(ids)


class Database:
    """One database: `with database.read() as c` asks, `…write() as c` is one transaction."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)

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
        with self.engine.connect() as connection, writing(connection):
            yield connection

    @contextmanager
    def workbench(self) -> Iterator[Connection]:
        """Prepare much before it is written: temporary tables last from transaction to transaction.

        They lock nobody out and end with the connection, which is nobody else's. Only what is done
        under `with writing(connection)` may touch other tables.
        """
        with self.engine.connect() as connection:
            connection.detach()
            if connection.dialect.name == "sqlite":
                for schema in ("main", "temp"):
                    connection.exec_driver_sql(f"PRAGMA {schema}.cache_size = -{_BENCH_KIB}")
                connection.rollback()
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


def insert_if_absent(connection: Connection, table: Table, **values: Any) -> bool:  # noqa: ANN401
    """Insert a row unless one of its unique keys is taken; say whether it was inserted."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing()
    counted = {"preserve_rowcount": True}  # psycopg's count of inserted rows is lost without it
    return connection.execute(statement, execution_options=counted).rowcount == 1


KINDS = ("sqlite", "postgresql")
"""The kinds of database there are, as SQLAlchemy names them."""


def among(kind: str, column: ColumnElement[int]) -> ColumnElement[bool]:
    """Ask for the rows of the ids in the parameter `ids`: one parameter, however many they are."""
    if kind == "postgresql":
        return column == any_(bindparam("ids", type_=ARRAY(BigInteger)))
    each = func.json_each(bindparam("ids", type_=Text)).table_valued("value")
    return column.in_(select(each.c.value))


def as_ids(kind: str, ids: Sequence[int]) -> Any:  # noqa: ANN401
    """Give the value of the parameter `ids`."""
    return list(ids) if kind == "postgresql" else orjson.dumps(ids).decode()


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
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed, **_SERVED, json_serializer=to_json, json_deserializer=orjson.loads
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed,
        connect_args={"timeout": _BUSY_MS / 1000},
        hide_parameters=True,
        json_serializer=to_json,
        json_deserializer=orjson.loads,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # pysqlite's own BEGIN comes late and loses updates silently: take its transactions away, emit
    # our own (docs.sqlalchemy.org, "Serializable isolation / Savepoints / Transactional DDL").
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={_BUSY_MS}",
        "foreign_keys=ON",
        "secure_delete=ON",  # who is erased must not stay readable in the file's free pages
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("digest_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
