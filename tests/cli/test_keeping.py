"""`digest migrate`, `move-to`, `backup`, `restore`; what others say to a database behind."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from digest.cli import collecting, keeping, schedule, sources
from digest.cli.failures import explain
from digest.engine.procrastinate import SCHEMA
from digest.resources import shipped
from digest.storage import migrating
from digest.storage.moved import Mark, close
from subscribers import lists
from subscribers.database import Database, address_of
from tests.pipeline.scene import SECRET
from tests.storage.everything import AT, fill, rows_of

Digest = Callable[..., tuple[int, str]]


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Digest:
    """Run a command on a database; give exit code and output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIGEST_SECRET_KEY", SECRET.decode())
    monkeypatch.setenv("DIGEST_SCHEDULE", str(shipped("schedule.yaml")))
    monkeypatch.setenv("COLUMNS", "160")
    app = typer.Typer()
    for group in (keeping, collecting, schedule, sources):
        group.register(app)

    def run(url: str, *words: str) -> tuple[int, str]:
        monkeypatch.setenv("DIGEST_DATABASE_URL", url)
        result = CliRunner().invoke(app, list(words))
        if result.exception is None or isinstance(result.exception, SystemExit):
            return result.exit_code, result.output
        explained = explain(result.exception)
        assert explained is not None, result.exception
        return explained[1], result.output + explained[0]

    return run


def test_an_empty_postgresql_waits_for_somebody_to_migrate_it(
    digest: Digest, empty_postgresql: Database
) -> None:
    url = empty_postgresql.url
    code, said = digest(url, "sources")
    assert code == 8
    assert f"(tables: nothing → {migrating.HEAD}, queue: nothing → {SCHEMA})" in said
    assert "run `digest migrate`" in said
    assert digest(url, "check")[1].count("run `digest migrate`") == 1
    assert migrating.revision(empty_postgresql) is None
    lines = f"tables: nothing → {migrating.HEAD}\nqueue: nothing → {SCHEMA}\n"
    assert digest(url, "migrate") == (0, lines)
    assert digest(url, "sources")[0] == 0
    assert digest(url, "migrate") == (0, "The database is of this version: nothing to do.\n")


def test_a_postgresql_that_is_behind_is_upgraded_only_by_migrate(
    digest: Digest, empty_postgresql: Database
) -> None:
    with empty_postgresql.write() as connection:
        migrating.bring_up(connection, "0001")
    url = empty_postgresql.url
    for words in (["sources"], ["collect"], ["migrate", "--check"]):
        code, said = digest(url, *words)
        assert (code, f"0001 → {migrating.HEAD}" in said) == (8, True)
    assert migrating.revision(empty_postgresql) == "0001"
    tables = {"part": "tables", "before": "0001", "after": migrating.HEAD}
    queue = {"part": "queue", "before": None, "after": SCHEMA}
    told = json.loads(digest(url, "migrate", "--json")[1])
    assert told == {"steps": [tables, queue], "done": True}
    assert digest(url, "migrate", "--check")[0] == 0


def test_an_sqlite_is_brought_up_when_it_is_opened(digest: Digest, empty_sqlite: Database) -> None:
    with empty_sqlite.write() as connection:
        migrating.bring_up(connection, "0001")
    assert digest(empty_sqlite.url, "migrate", "--check")[0] == 8
    assert migrating.revision(empty_sqlite) == "0001"
    assert digest(empty_sqlite.url, "sources")[0] == 0
    assert migrating.revision(empty_sqlite) == migrating.HEAD


def test_a_failing_migration_says_what_stood_in_its_way(digest: Digest, empty: Database) -> None:
    with empty.write() as connection:
        migrating.bring_up(connection, "0001")
        connection.exec_driver_sql("CREATE TABLE events (in_the_way INTEGER)")
    code, said = digest(empty.url, "migrate")
    assert code == 8
    assert "failed, and changed nothing" in said
    assert "events" in said


def test_a_move_says_what_to_do_next_and_no_password(
    digest: Digest, empty_sqlite: Database, other_postgresql: Database
) -> None:
    migrating.upgrade(empty_sqlite)
    with empty_sqlite.write() as connection:
        fill(connection)
    url = f"{other_postgresql.url}&password=s3cret"
    code, said = digest(empty_sqlite.url, "move-to", url)
    assert code == 0
    assert "were copied, read back and found equal" in said
    assert address_of(url) in said
    assert "set DIGEST_DATABASE_URL" in said
    assert "s3cret" not in said
    assert rows_of(other_postgresql) == rows_of(empty_sqlite)
    assert digest(url, "sources")[0] == 0
    code, said = digest(empty_sqlite.url, "sources")
    assert (code, address_of(url) in said, "s3cret" in said) == (8, True, False)
    assert "usable again" in digest(empty_sqlite.url, "move-to", "--undo")[1]
    assert digest(empty_sqlite.url, "sources")[0] == 0


def test_a_process_that_opened_a_database_before_its_move_ends_in_a_sentence(
    both_databases: Database,
) -> None:
    with both_databases.write() as connection:
        mark = Mark(id="a", place="postgresql://there/news", version=migrating.HEAD, at=AT)
        close(connection, mark)
    with pytest.raises(DBAPIError) as refused, both_databases.write() as connection:
        lists.create(connection, "hebdo", "", AT)
    sentence = "this database was moved to postgresql://there/news"
    assert explain(refused.value) == (sentence, 8)


@pytest.mark.parametrize("words", [["move-to"], ["move-to", "sqlite:///a", "--undo"], ["restore"]])
def test_a_command_that_does_not_say_what_it_means_is_called_wrongly(
    digest: Digest, on_sqlite: Database, words: list[str]
) -> None:
    assert digest(on_sqlite.url, *words)[0] == 2


def test_a_target_that_can_not_be_opened_is_not_called_a_setting(
    digest: Digest, on_sqlite: Database
) -> None:
    code, said = digest(on_sqlite.url, "move-to", "postgresql://127.0.0.1:9/nowhere")
    assert code == 8
    assert "look at the address you gave" in said


def test_a_backup_is_told_and_restored(digest: Digest, on_sqlite: Database) -> None:
    with on_sqlite.write() as connection:
        fill(connection)
    code, said = digest(on_sqlite.url, "backup", "a.db")
    assert (code, "secret.key" in said, "2026-11-27 05:53" in said) == (0, True, True)
    on_sqlite.close()
    code, said = digest(on_sqlite.url, "restore", "a.db")
    assert (code, "say --replace" in said) == (5, True)
    code, said = digest(on_sqlite.url, "restore", "a.db", "--replace")
    assert code == 0
    assert "5 batches for 10 recipients may have been mailed since: they are held" in said
    assert "hebdo-sahel/2" in said
    assert ".before-" in said


def test_postgresql_is_saved_by_its_own_program(digest: Digest, on_postgresql: Database) -> None:
    code, said = digest(on_postgresql.url, "backup", "a.dump")
    assert code == 8
    assert f"pg_dump --format=custom --file=a.dump '{address_of(on_postgresql.url)}'" in said
    assert not Path("a.dump").exists()


def test_a_database_that_was_restored_otherwise_is_held_back(
    digest: Digest, on_postgresql: Database
) -> None:
    with on_postgresql.write() as connection:
        fill(connection)
    told = json.loads(digest(on_postgresql.url, "restore", "--hold", "--json")[1])
    assert told["held"] == {"batches": 5, "recipients": 10, "issues": ["hebdo-sahel/2"]}
