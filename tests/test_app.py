"""What the composition root chooses, and what it says when a choice can't be had."""

import sys
from pathlib import Path

import pytest

from digest.app import open_database, open_engine
from digest.clock import system_clock
from digest.config import Settings
from digest.engine.local import LocalEngine
from digest.engine.procrastinate import ProcrastinateEngine
from digest.errors import ConfigError, StorageError
from subscribers.database import Database


def settings(url: str) -> Settings:
    return Settings(database_url=url, secret_key=b"0123456789abcdef")


def test_with_sqlite_jobs_run_in_threads_of_this_process(tmp_path: Path) -> None:
    engine = open_engine(settings(f"sqlite:///{tmp_path}/digest.db"), system_clock)
    assert isinstance(engine, LocalEngine)


def test_with_postgresql_jobs_come_from_a_queue_that_is_made_on_the_way(
    on_postgresql: Database,
) -> None:
    for _ in range(2):
        engine = open_engine(settings(on_postgresql.url), system_clock)
        assert isinstance(engine, ProcrastinateEngine)
        engine.stop()


@pytest.mark.parametrize("missing", ["procrastinate", "psycopg"])
def test_without_the_extra_postgresql_is_refused_with_its_name(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.delitem(sys.modules, "digest.engine.procrastinate", raising=False)
    given = settings("postgresql+psycopg://nobody@/nothing")
    with pytest.raises(ConfigError, match=r"pip install digest\[scale\]"):
        open_database(given) if missing == "psycopg" else open_engine(given, system_clock)


def test_a_server_that_does_not_answer_is_named_with_its_setting(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="DIGEST_DATABASE_URL"):
        open_engine(settings(f"postgresql+psycopg://nobody@/x?host={tmp_path}"), system_clock)
