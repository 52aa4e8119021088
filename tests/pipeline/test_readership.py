"""An admin's files of readers: who may do what while one is read, and who may read it."""

import stat
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from digest.pipeline import readership
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.readership import Terms
from digest.schedule.values import Source
from subscribers import admitting, lists, transfer
from subscribers.database import Database
from subscribers.errors import UnknownList
from subscribers.seats import Profile
from tests.pipeline.rooms import Room

AWA, BOB = "awa@example.org", "bob@example.org"
_TEMPORARY = {
    "sqlite": "SELECT name FROM sqlite_temp_master",
    "postgresql": "SELECT relname FROM pg_class WHERE relpersistence = 't'",
}
AGREED = Terms(consent="signed at the fair")


@pytest.fixture
def newsroom(database: Database, tmp_path: Path) -> Newsroom:
    return Room(tmp_path, database, [Source(name="inbox", folder="inbox")]).newsroom()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "readers.csv"
    path.write_text(f"email\n{AWA}\n{BOB}\n", encoding="utf-8")
    return path


def load(newsroom: Newsroom, file: Path, terms: Terms = AGREED) -> dict[str, str]:
    rows: dict[str, str] = {}
    readership.import_file(
        newsroom, file, terms, lambda row: rows.update({row.address: row.verdict})
    )
    return rows


def mailed(newsroom: Newsroom) -> list[str]:
    with newsroom.database.read() as connection:
        if not lists.lists(connection):
            return []
        return [reader.address for reader in lists.readers(connection, "hebdo")]


def leave(newsroom: Newsroom, now: datetime) -> None:
    key = newsroom.secret_key
    assert readership.remove_reader(newsroom.database, key, AWA, "hebdo", now)[1]


def test_who_leaves_while_a_file_is_read_is_let_out_and_stays_away(
    newsroom: Newsroom, file: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    readership.add_reader(newsroom, AWA, AGREED, Profile())
    read = transfer.stage_file

    def read_slowly(*file: Any, **how: Any) -> transfer.Staged:
        sheet = read(*file, **how)
        leave(newsroom, now)
        return sheet

    monkeypatch.setattr(transfer, "stage_file", read_slowly)
    assert load(newsroom, file) == {AWA: "unsubscribed", BOB: "accepted"}
    assert mailed(newsroom) == [BOB]


def test_a_dry_run_locks_nobody_out_and_makes_no_list(newsroom: Newsroom, file: Path) -> None:
    with newsroom.database.write():  # another writer would wait, and give up
        told = load(newsroom, file, Terms(consent="fair", dry_run=True))
    assert told == {AWA: "accepted", BOB: "accepted"}
    with newsroom.database.read() as connection:
        assert lists.lists(connection) == []


def test_a_dry_run_says_what_the_import_then_does(
    newsroom: Newsroom, file: Path, now: datetime
) -> None:
    readership.add_reader(newsroom, AWA, AGREED, Profile())
    leave(newsroom, now)
    foretold = load(newsroom, file, Terms(consent="fair", dry_run=True))
    assert foretold == load(newsroom, file) == {AWA: "unsubscribed", BOB: "accepted"}


def test_an_import_that_breaks_off_while_writing_leaves_nothing(
    newsroom: Newsroom, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(admitting, "_witness", broken)
        with pytest.raises(ZeroDivisionError):
            load(newsroom, file)
    assert mailed(newsroom) == []
    assert load(newsroom, file) == {AWA: "accepted", BOB: "accepted"}


def test_what_was_staged_ends_with_the_import(newsroom: Newsroom, file: Path) -> None:
    load(newsroom, file)
    until = time.monotonic() + 30
    while temporary_tables(newsroom.database) and time.monotonic() < until:
        time.sleep(0.05)  # a server drops them a moment after the connection has ended
    assert temporary_tables(newsroom.database) == []


def temporary_tables(database: Database) -> list[str]:
    with database.read() as connection:
        question = _TEMPORARY[connection.dialect.name]
        return list(connection.exec_driver_sql(question).scalars())


def test_a_language_or_theme_that_is_none_is_told_and_nobody_is_put_on_the_list_for_it(
    newsroom: Newsroom, file: Path
) -> None:
    theme, *_ = newsroom.schedule.themes
    rows = [f"a@x.example,fr-FR,{theme}", "b@x.example,12,", f"c@x.example,en,{theme} sahell"]
    file.write_text("\n".join(["email,language,themes", *rows]), encoding="utf-8")
    told: list[transfer.RowReport] = []
    readership.import_file(newsroom, file, AGREED, told.append)
    assert [(row.line, row.verdict, row.reason.partition(":")[0]) for row in told] == [
        (2, "accepted", ""),
        (3, "invalid", "'12' is no language"),
        (4, "invalid", "there is no theme 'sahell'"),
    ]
    assert theme in told[2].reason
    assert mailed(newsroom) == ["a@x.example"]


def test_an_unknown_list_is_refused_before_the_file_is_read(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    with pytest.raises(UnknownList):
        load(newsroom, tmp_path / "none.csv", Terms(list_name="hebdoo"))


def test_an_export_over_a_file_that_all_may_read_is_private(
    newsroom: Newsroom, file: Path, tmp_path: Path
) -> None:
    load(newsroom, file)
    out = tmp_path / "out.csv"
    out.touch(mode=0o644)
    out.chmod(0o644)
    with out.open() as screen:
        assert readership.export_file(newsroom.database, "", out, screen) == ("hebdo", 2)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
