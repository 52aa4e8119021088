"""A sending that was cut short goes on in an upgraded, a moved and a restored database."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from digest.errors import ConflictError
from digest.model.delivery import BatchState, Tally
from digest.model.issue import IssueState
from digest.pipeline import keeping, moving
from digest.pipeline.doubts import doubts, resolve
from digest.pipeline.sending import resume, status
from digest.storage import issues, migrating, runs, tables
from subscribers.database import Database
from tests.deliver.courier import Courier
from tests.pipeline.scene import QUICK, a_newsroom
from tests.storage.everything import AT, fill, rows_of

LATER = AT + timedelta(hours=3)
HELD = {*range(3, 13)} - {10}
"""The readers of issue 1 whose fate an old backup does not know; reader 10 was left out."""


def later() -> datetime:
    return LATER


def go_on(database: Database, *, again: bool = False) -> tuple[Courier, Tally]:
    """Resume; give whom that mailed, and the tally, in which all doubts count as `held`."""
    courier = Courier()
    newsroom = a_newsroom(database, lambda: courier, clock=later)
    [report] = resume(newsroom, 1, again=again, patience=QUICK)
    doubtful = report.tally.in_doubt + report.tally.held
    return courier, replace(report.tally, in_doubt=0, held=doubtful)


def assert_it_goes_on(database: Database) -> None:
    courier, tally = go_on(database)
    assert courier.mailed == Counter([7, 8, 9])
    assert tally == Tally(planned=12, sent=5, skipped=1, held=4, failed=2)
    courier, tally = go_on(database, again=True)
    assert courier.mailed == Counter([11, 12])
    assert tally == Tally(planned=12, sent=7, skipped=1, held=4)


def test_an_interrupted_sending_goes_on_after_an_upgrade(empty: Database) -> None:
    with empty.write() as connection:
        migrating.bring_up(connection, "0001")
        fill(connection)
    migrating.upgrade(empty)
    assert_it_goes_on(empty)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("filled_sqlite", "other_postgresql"),
        ("filled_postgresql", "other_sqlite"),
        ("filled_sqlite", "other_sqlite"),
        ("filled_postgresql", "other_postgresql"),
    ],
)
def test_an_interrupted_sending_goes_on_after_a_move(
    request: pytest.FixtureRequest, source: str, target: str
) -> None:
    one, other = (request.getfixturevalue(name) for name in (source, target))
    before = rows_of(one)
    moving.move(one, other, later)
    assert rows_of(other) == rows_of(one) == before
    assert_it_goes_on(other)


@pytest.fixture
def backup(filled_sqlite: Database, tmp_path: Path) -> Path:
    """A backup that was made in the middle of a sending, which then went on."""
    file = tmp_path / "backup.db"
    keeping.backup(filled_sqlite, file)
    go_on(filled_sqlite, again=True)
    filled_sqlite.close()
    return file


def restored(filled_sqlite: Database, backup: Path) -> keeping.Restored:
    return keeping.restore(filled_sqlite.url, backup, later, replace=True)


def test_who_may_have_been_mailed_since_a_backup_waits_for_a_person(
    filled_sqlite: Database, backup: Path
) -> None:
    done = restored(filled_sqlite, backup)
    assert (done.held.batches, done.held.recipients) == (5, 10)
    for again in (False, True):
        courier, tally = go_on(filled_sqlite, again=again)
        assert courier.calls == []
        assert tally == Tally(planned=12, sent=2, skipped=1, held=9)
    newsroom = a_newsroom(filled_sqlite, clock=later)
    held = doubts(newsroom)
    assert {id_ for one in held for id_ in one.doubt.recipient_ids} == HELD
    assert {one.doubt.batch.state for one in held} == {BatchState.HELD}
    assert all("restored from a backup" in one.doubt.batch.last_error for one in held)


def test_a_person_can_settle_what_a_restored_backup_holds_back(
    filled_sqlite: Database, backup: Path
) -> None:
    restored(filled_sqlite, backup)
    newsroom = a_newsroom(filled_sqlite, clock=lambda: LATER + timedelta(minutes=1))
    for batch, sent in ((12, True), (13, True), (14, False), (15, False), (16, True)):
        resolve(newsroom, batch, sent=sent)
    courier, tally = go_on(filled_sqlite)
    assert courier.mailed == Counter([7, 8, 9])
    assert tally == Tally(planned=12, sent=11, skipped=1)


def test_an_issue_that_a_backup_calls_approved_waits_for_another_approval(
    filled_sqlite: Database, backup: Path
) -> None:
    assert restored(filled_sqlite, backup).held.issues == ("hebdo-sahel/2",)
    with filled_sqlite.read() as connection:
        assert issues.issue(connection, 2).state is IssueState.DRAFT


def test_no_strike_from_before_a_restoration_is_caught_up(
    filled_sqlite: Database, backup: Path
) -> None:
    restored(filled_sqlite, backup)
    with filled_sqlite.read() as connection:
        assert runs.unfinished(connection) == []
        assert connection.scalar(select(tables.clocks.c.since)) == LATER


@pytest.fixture(params=["filled_sqlite", "filled_postgresql"])
def full(request: pytest.FixtureRequest) -> Database:
    database: Database = request.getfixturevalue(request.param)
    return database


def test_a_database_that_was_brought_back_by_other_means_is_made_safe_where_it_is(
    full: Database,
) -> None:
    done = keeping.hold(full, later)
    assert (done.held.batches, done.former) == (5, None)
    assert go_on(full, again=True)[0].calls == []


def test_a_ledger_that_a_living_sender_writes_to_is_neither_moved_nor_held(
    full: Database, other_sqlite: Database
) -> None:
    with full.write() as connection:
        connection.execute(update(tables.batches).values(worker="elsewhere - - 1 1"))
    soon = AT + timedelta(seconds=59)
    works: list[Callable[[], object]] = [
        lambda: moving.move(full, other_sqlite, lambda: soon),
        lambda: keeping.hold(full, lambda: soon),
    ]
    for work in works:
        with pytest.raises(ConflictError, match="2 batches for 4 recipients are being mailed"):
            work()
    assert status(a_newsroom(full), 1)[0].tally.waiting == 5
    assert migrating.revision(other_sqlite) is None
