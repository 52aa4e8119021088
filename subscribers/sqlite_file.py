"""What does SQLite need so that several processes share one file and no update is lost?"""

import time
from functools import partial
from sqlite3 import OperationalError

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.pool import ConnectionPoolEntry


def prepare(engine: Engine, busy_ms: int) -> None:
    """Set up each connection of an engine; whoever finds the file locked waits so long."""
    event.listen(engine, "connect", partial(_connect, busy_ms))
    event.listen(engine, "begin", _begin)


def _connect(busy_ms: int, connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # pysqlite's own BEGIN comes late and loses updates silently: take its transactions away, emit
    # our own (docs.sqlalchemy.org, "Serializable isolation / Savepoints / Transactional DDL").
    connection.isolation_level = None
    cursor = connection.cursor()
    _write_ahead(cursor, busy_ms)
    for pragma in (
        "synchronous=FULL",
        f"busy_timeout={busy_ms}",
        "foreign_keys=ON",
        "secure_delete=ON",  # who is erased must not stay readable in the file's free pages
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(cursor: DBAPICursor, busy_ms: int) -> None:
    """Use a write-ahead log. Of two who make a new file do so, one is told at once to come again:
    the busy time-out does not count here (sqlite.org/wal.html, "Activating And Configuring").
    """
    until = time.monotonic() + busy_ms / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("digest_write", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:  # which waits for nobody and can't fail: a tenth of the time when said to the driver
        connection.connection.cursor().execute("BEGIN")
