"""What has to be said to PostgreSQL that SQLite does by itself, or does otherwise?

Imported by its users only when a connection is one of PostgreSQL's: psycopg is an extra.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

IDLE = 1.0
"""Seconds after which a kept connection is asked whether it lives."""


class WithoutNul(StrDumperUnknown):
    """Writes texts for a server that has no room for U+0000 in one: what came from outside, an
    answer of a provider say, must not keep its row from being written.
    """

    def dump(self, obj: str) -> Any:  # noqa: ANN401 - psycopg's Buffer
        """Put U+FFFD in its place."""
        return super().dump(obj.replace("\x00", "\ufffd"))


def prepare(engine: Engine) -> None:
    """Let every new connection of an engine write any text; look whether idle ones still live.

    SQLAlchemy's own `pool_pre_ping` asks at every use: a sixth of all that a worker asks.
    """
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "checkin", _put_back)
    event.listen(engine, "checkout", _take)


def copy_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write rows by COPY, in the connection's transaction: 20 times as fast as INSERT.

    Texts must be free of U+0000.

    Raises:
        DBAPIError: a row can't be written; a text holds U+0000, say, or is too long.
    """
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with _driver(connection).cursor() as cursor:
        cursor.adapters.register_dumper(str, StrDumperUnknown)  # the compiled one: 3 times as fast
        try:
            with cursor.copy(into) as copy:
                for row in rows:
                    copy.write_row(row)
        except psycopg.Error as failure:  # as SQLAlchemy itself would have told it
            raise DBAPIError.instance(f"COPY {table}", None, failure, psycopg.Error) from failure


def _prepare(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.adapters.register_dumper(str, WithoutNul)


def _put_back(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info["idle_since"] = time.monotonic()


def _take(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:  # noqa: ANN401
    """Notice a server that was restarted before a transaction begins: the pool dials it anew."""
    if time.monotonic() - record.info.get("idle_since", time.monotonic()) < IDLE:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as lost:
        raise DisconnectionError from lost


def _driver(connection: Connection) -> Any:  # noqa: ANN401 - a psycopg connection
    connection.exec_driver_sql("SELECT 1")  # begin what COPY is to be part of
    return connection.connection.dbapi_connection
