"""Was this database moved elsewhere, or is it only half arrived? The marks that keep it from use.

A moved database refuses every write, so that a process that opened it before the move can't go on
mailing from it, and its version is one that no digest knows, so that none opens it. Taking the
mark off makes it what it was.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    String,
    Table,
    Text,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.schema import CreateTable, DropTable

from digest.errors import StorageError
from digest.storage.whole import TABLES
from subscribers.database import UtcDateTime

PREFIX = "this database was moved to "
"""How what a moved one says to a writer begins."""

_mark = Table(
    "moved",
    MetaData(),
    Column("id", String(32), primary_key=True),
    Column("place", Text, nullable=False),
    Column("version", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
_CHANGES = ("INSERT", "UPDATE", "DELETE")


class Standing(StrEnum):
    """What stands in place of the version of a database that is not to be used."""

    MOVED = "moved"
    ARRIVING = "arriving"
    """Whole, but its source is not marked yet."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Where a database went, or where it came from."""

    id: str
    """The move's, the same at both ends."""
    place: str
    """The other end's address, without secrets."""
    version: str
    """The revision that the database is at."""
    at: datetime


def version(connection: Connection) -> str | None:
    """Give what stands as the database's version; None where there are no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def mark_of(connection: Connection) -> Mark | None:
    """Give the mark of a database that was moved or is arriving."""
    if not inspect(connection).has_table(_mark.name):
        return None
    row = connection.execute(select(_mark)).mappings().one()
    return Mark(**row)


def why_unusable(connection: Connection) -> str:
    """Say why a marked database can't be used and what to do; empty for any other."""
    mark, found = mark_of(connection), version(connection)
    if mark is None:
        return ""
    if found == Standing.ARRIVING:
        return (
            f"a move from {mark.place} into this database was cut short: run the same"
            " `digest move-to` again, over there"
        )
    return (
        f"{PREFIX}{mark.place} on {mark.at:%Y-%m-%d %H:%M} UTC: set DIGEST_DATABASE_URL to that;"
        " `digest move-to --undo` makes this one usable again"
    )


def announce(connection: Connection, mark: Mark) -> None:
    """Mark a copy that is whole, but not to be used before its source is marked."""
    _put_up(connection, mark, Standing.ARRIVING)


def close(connection: Connection, mark: Mark) -> None:
    """Mark a database as moved: nothing is written to it any more."""
    _put_up(connection, mark, Standing.MOVED)
    words = f"{PREFIX}{mark.place}".replace("'", "''")
    if connection.dialect.name == "sqlite":
        _close_sqlite(connection, words)
    else:
        _close_postgresql(connection, words)


def reopen(connection: Connection) -> Mark:
    """Take off either mark.

    Raises:
        StorageError: there is none.
    """
    mark = mark_of(connection)
    if mark is None:
        raise StorageError("this database was not moved: there is nothing to undo")
    if version(connection) == Standing.MOVED:
        _open(connection)
    connection.execute(DropTable(_mark))
    connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": mark.version})
    return mark


def _put_up(connection: Connection, mark: Mark, standing: Standing) -> None:
    connection.execute(CreateTable(_mark))
    connection.execute(insert(_mark), asdict(mark))
    connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": standing.value})


def _close_sqlite(connection: Connection, words: str) -> None:
    for table in TABLES:
        for change in _CHANGES:
            connection.exec_driver_sql(
                f"CREATE TRIGGER moved_{table.name}_{change} BEFORE {change} ON {table.name}"
                f" BEGIN SELECT RAISE(ABORT, '{words}'); END"
            )


def _close_postgresql(connection: Connection, words: str) -> None:
    raises = f"RAISE EXCEPTION USING MESSAGE = '{words}'".replace(
        ":", r"\:"
    )  # no parameter of ours
    body = f"$$ BEGIN {raises}; END $$ LANGUAGE plpgsql"
    connection.execute(text(f"CREATE FUNCTION digest_moved() RETURNS trigger AS {body}"))
    for table in TABLES:
        connection.exec_driver_sql(
            f"CREATE TRIGGER digest_moved BEFORE {' OR '.join(_CHANGES)} ON {table.name}"
            " EXECUTE FUNCTION digest_moved()"
        )


def _open(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP FUNCTION digest_moved() CASCADE")
        return
    for table in TABLES:
        for change in _CHANGES:
            connection.exec_driver_sql(f"DROP TRIGGER moved_{table.name}_{change}")
