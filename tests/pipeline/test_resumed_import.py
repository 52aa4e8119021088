"""A long file that is imported in parts, and killed between two of them or in the middle of one."""

import os
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from digest.pipeline import readership
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.readership import Terms
from digest.schedule.values import Source
from subscribers import admitting, tables
from subscribers.database import Database
from subscribers.seats import Profile
from subscribers.transfer import ImportReport, RowReport
from tests.forks import ended
from tests.pipeline.rooms import Room

AGREED = Terms(consent="signed at the fair")
Doing = Callable[..., None]
KILLS = ("_seat", "_witness", "note")
"""Steps of a part, in whose second round the process dies."""


@pytest.fixture(params=["on_sqlite", "on_postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A database of its own: a server drops what a killed process had a moment later."""
    database: Database = request.getfixturevalue(request.param)
    return database


@pytest.fixture
def newsroom(database: Database, tmp_path: Path) -> Newsroom:
    return a_newsroom(database, tmp_path)


def a_newsroom(database: Database, folder: Path) -> Newsroom:
    return Room(folder, database, [Source(name="inbox", folder="inbox")]).newsroom()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "readers.csv"
    rows = "".join(f"r{n % 23}@example.org\n" for n in range(29))
    path.write_text(f"email\nhere@example.org\n{rows}nobody\n", encoding="utf-8")
    return path


def load(newsroom: Newsroom, file: Path) -> tuple[ImportReport, list[RowReport]]:
    rows: list[RowReport] = []
    report = readership.import_file(newsroom, file, AGREED, rows.append)
    return report, rows


def counted(newsroom: Newsroom) -> dict[str, int]:
    counts = (tables.subscribers, tables.subscriptions, tables.consents)
    with newsroom.database.read() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in counts
        }


@pytest.mark.parametrize("step", KILLS)
def test_a_killed_import_goes_on_and_ends_as_one_that_was_not(
    newsroom: Newsroom, file: Path, step: str
) -> None:
    readership.add_reader(newsroom, "here@example.org", AGREED, Profile())
    assert ended(import_and_die, newsroom.database.url, file, step) == -signal.SIGKILL
    assert 0 < counted(newsroom)["subscribers"] < 24
    report, rows = load(newsroom, file)
    assert report.resumed_after == 7
    assert (report.accepted, report.already_there, report.invalid) == (23, 7, 1)
    assert [row.line for row in rows] == list(range(2, 33))
    assert counted(newsroom) == dict.fromkeys(("subscribers", "subscriptions", "consents"), 24)


def test_what_was_finished_is_not_gone_on_with(newsroom: Newsroom, file: Path) -> None:
    assert load(newsroom, file)[0].accepted == 24
    again, _ = load(newsroom, file)
    assert (again.accepted, again.already_there, again.resumed_after) == (0, 30, 0)


def test_who_leaves_between_a_kill_and_its_repetition_stays_away(
    newsroom: Newsroom, file: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(admitting, "PART", 7)
        patched.setattr(admitting, "note", _in_round_two(admitting.note, _break))
        with pytest.raises(ZeroDivisionError):
            load(newsroom, file)
    leaver = "r0@example.org"
    key = newsroom.secret_key
    assert readership.remove_reader(newsroom.database, key, leaver, "hebdo", now)[1]
    report, _ = load(newsroom, file)
    assert report.accepted == 24  # the file's row was taken in; its reader left afterwards
    with newsroom.database.read() as connection:
        state = select(tables.subscriptions.c.state).join(
            tables.subscribers, tables.subscribers.c.id == tables.subscriptions.c.subscriber_id
        )
        assert connection.scalar(state.where(tables.subscribers.c.address == leaver)) == (
            "unsubscribed"
        )


def _in_round_two(step: Doing, instead: Doing) -> Doing:
    rounds = 0

    def once_more(*given: Any) -> None:
        nonlocal rounds
        rounds += 1
        (instead if rounds == 2 else step)(*given)

    return once_more


def _die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _break(*_: Any) -> None:
    raise ZeroDivisionError


def import_and_die(url: str, file: Path, step: str) -> None:
    """Import, and die in the second part."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(admitting, "PART", 7)
        patched.setattr(admitting, step, _in_round_two(getattr(admitting, step), _die))
        load(a_newsroom(Database(url), file.parent), file)
