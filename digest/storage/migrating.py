"""Is the database of this code's version, and if not, how does it become so?"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from digest.errors import StorageError
from subscribers.database import Database

_MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0002"
"""The newest revision in migrations/versions; a test keeps the two equal."""


def upgrade(database: Database) -> None:
    """Bring the database to HEAD, in one transaction that other processes wait for.

    Raises:
        StorageError: the database was written by a newer version of digest.
    """
    with database.read() as connection:
        if _revision(connection) == HEAD:
            return
    with database.write() as connection:
        if connection.dialect.name == "postgresql":  # SQLite's writers queue by themselves
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('digest.upgrade'))"))
        if _revision(connection) != HEAD:
            _run_alembic(connection)


def revision(database: Database) -> str | None:
    """Give the revision that the database is at; None where there are no tables yet."""
    with database.read() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _run_alembic(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as failure:
        raise StorageError(
            f"the database is at version {_revision(connection)!r}, unknown to this digest, which"
            f" knows {HEAD!r}: run the digest that wrote it, or a newer one ({failure})"
        ) from failure
