"""What the composition root chooses, and what it says when a choice can't be had."""

import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from digest.app import open_database, open_engine, parts_of
from digest.clock import system_clock
from digest.config import Settings
from digest.engine.local import LocalEngine
from digest.engine.procrastinate import SCHEMA, ProcrastinateEngine
from digest.errors import ConfigError, StorageError
from digest.pipeline.upgrading import bring_up
from digest.storage.migrating import upgrade
from subscribers.database import Database
from tests.postgres import Server


def settings(url: str) -> Settings:
    return Settings(database_url=url, secret_key=b"0123456789abcdef")


def test_with_sqlite_jobs_run_in_threads_of_this_process(tmp_path: Path) -> None:
    engine = open_engine(settings(f"sqlite:///{tmp_path}/digest.db"), system_clock)
    assert isinstance(engine, LocalEngine)


def test_with_postgresql_jobs_come_from_a_queue(on_postgresql: Database) -> None:
    engine = open_engine(settings(on_postgresql.url), system_clock)
    assert isinstance(engine, ProcrastinateEngine)
    engine.stop()


def test_a_postgresql_without_a_queue_is_not_used_until_it_is_migrated(
    postgresql: Server,
) -> None:
    url = postgresql.url(postgresql.fresh(template="template0"))
    parts, database = parts_of(url), Database(url)
    upgrade(database)
    with pytest.raises(StorageError, match=r"queue: nothing → digest_queue_\w+.*digest migrate"):
        open_database(settings(url))
    [step] = bring_up(database, parts)
    assert (step.part, step.before) == ("queue", None)
    assert bring_up(database, parts) == ()
    open_database(settings(url)).close()
    database.close()


def test_the_queue_of_another_version_is_left_to_its_workers(on_postgresql: Database) -> None:
    with on_postgresql.write() as connection:
        connection.execute(text(f"ALTER SCHEMA {SCHEMA} RENAME TO digest_queue_0ld"))
    [step] = bring_up(on_postgresql, parts_of(on_postgresql.url))
    assert (step.before, step.after) == ("digest_queue_0ld", SCHEMA)
    with on_postgresql.read() as connection:
        found = connection.scalars(
            text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'digest_queue%'")
        )
        assert set(found) == {"digest_queue_0ld", SCHEMA}


@pytest.mark.parametrize("missing", ["procrastinate", "psycopg"])
def test_without_the_extra_postgresql_is_refused_with_its_name(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.delitem(sys.modules, "digest.engine.procrastinate", raising=False)
    given = settings("postgresql+psycopg://nobody@/nothing")
    with pytest.raises(ConfigError, match=r"pip install digest\[scale\]"):
        open_database(given) if missing == "psycopg" else open_engine(given, system_clock)
