"""Is the database of this code's version, and if not, how does it become so?"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from digest.errors import StorageError
from digest.storage import moved
from subscribers.database import Database, alone, writing

_MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0012"
"""The newest revision in migrations/versions; a test keeps the two equal."""


def upgrade(database: Database) -> None:
    """Bring the database to HEAD, in one transaction that other processes wait for.

    Raises:
        StorageError: the database was written by a newer version of digest, or was moved.
    """
    if revision(database) == HEAD:
        return
    with _remaking(database) as connection:
        bring_up(connection)


def revision(database: Database) -> str | None:
    """Give the revision that the database is at; None where there are no tables yet.

    Raises:
        StorageError: as upgrade.
    """
    with database.read() as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> str | None:
    """Give the revision that a connection's database is at, as `revision` does."""
    found = moved.version(connection)
    if found not in {None, HEAD} and found not in _known():
        raise StorageError(_unusable(connection, found))
    return found


def bring_up(connection: Connection, to: str = HEAD) -> None:
    """Bring a database to a revision in the caller's transaction; one caller at a time."""
    alone(connection, "upgrade")
    if revision_of(connection) != to:
        _run_alembic(connection, to)


@contextmanager
def _remaking(database: Database) -> Iterator[Connection]:
    """Do one transaction that may make tables anew.

    SQLite alters a table by making another, copying the rows and dropping the first, which would
    take along every row that refers to it: references are checked at the end instead.
    """
    with database.workbench() as connection:
        if connection.dialect.name != "sqlite":
            with writing(connection):
                yield connection
            return
        # Heeded only between two transactions (sqlite.org/foreignkeys.html#fk_enable).
        connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
        with writing(connection):
            yield connection
            if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                raise StorageError(f"the upgrade would lose what {broken[0][0]} refers to")


def _known() -> frozenset[str]:
    versions = (_MIGRATIONS / "versions").glob("[0-9]*_*.py")
    return frozenset(path.name.partition("_")[0] for path in versions)


def _unusable(connection: Connection, found: str) -> str:
    return moved.why_unusable(connection) or (
        f"the database is at version {found!r}, unknown to this digest, which knows {HEAD!r}:"
        " run the digest that wrote it, or a newer one"
    )


def _run_alembic(connection: Connection, to: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
