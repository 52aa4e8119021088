"""The history of migrations makes exactly the tables that the code asks."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, inspect, text

from digest.errors import StorageError
from digest.storage import migrating, tables
from subscribers.database import Database
from subscribers.tables import metadata as readership


def test_migrated_tables_are_those_of_the_code(database: Database) -> None:
    whole = MetaData()
    for table in (*readership.tables.values(), *tables.metadata.tables.values()):
        table.to_metadata(whole)
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, whole) == []


def test_head_is_the_newest_migration() -> None:
    history = ScriptDirectory(str(Path(migrating.__file__).parent / "migrations"))
    assert history.get_current_head() == migrating.HEAD


def test_a_second_upgrade_changes_nothing(database: Database) -> None:
    migrating.upgrade(database)
    migrating.upgrade(database)


def test_a_database_of_a_newer_version_is_refused_untouched(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match=r"'9999'.*newer"):
        migrating.upgrade(database)
    with database.read() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def test_several_processes_may_upgrade_a_new_database_at_once(empty: Database) -> None:
    databases = [Database(empty.url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrating.upgrade, databases))
    with databases[0].read() as connection:
        assert inspect(connection).has_table("batches")
    for database in databases:
        database.close()
