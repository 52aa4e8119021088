from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from digest.model.run import Run, RunClock
from digest.storage import runs
from subscribers.database import Database

SLOT = datetime(2026, 11, 27, 5, 53, tzinfo=UTC)
RUN = Run(newsletter="hebdo-sahel", clock=RunClock.SEND, slot=SLOT)
LONG = timedelta(minutes=5)


@pytest.fixture
def taken(database: Database) -> Database:
    with database.write() as c:
        assert runs.take(c, RUN, SLOT)
    return database


def test_of_many_schedulers_one_takes_a_run(database: Database) -> None:
    def take(_: int) -> bool:
        with database.write() as c:
            return runs.take(c, RUN, SLOT)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(40))) == 1


@pytest.mark.parametrize(
    "other",
    [
        Run(newsletter="autre", clock=RunClock.SEND, slot=SLOT),
        Run(newsletter="hebdo-sahel", clock=RunClock.DRAFT, slot=SLOT),
        Run(newsletter="hebdo-sahel", clock=RunClock.SEND, slot=SLOT + timedelta(days=7)),
    ],
)
def test_another_run_is_free(taken: Database, other: Run) -> None:
    with taken.write() as c:
        assert runs.take(c, other, SLOT)


def test_an_open_run_is_taken_up_only_after_a_long_silence(taken: Database) -> None:
    with taken.write() as c:
        assert not runs.take_up(c, RUN, SLOT + LONG, left_before=SLOT - LONG)
        assert runs.take_up(c, RUN, SLOT + LONG, left_before=SLOT)
        assert not runs.take_up(c, RUN, SLOT + LONG, left_before=SLOT), "two took it up"


def test_a_renewed_run_stays_its_takers(taken: Database) -> None:
    with taken.write() as c:
        runs.renew(c, [RUN], SLOT + LONG)
        assert not runs.take_up(c, RUN, SLOT + LONG, left_before=SLOT)


def test_a_finished_run_is_over(taken: Database) -> None:
    with taken.write() as c:
        runs.finish(c, RUN, SLOT + LONG, "sent")
        assert not runs.take(c, RUN, SLOT + LONG)
        assert not runs.take_up(c, RUN, SLOT + 2 * LONG, left_before=SLOT + 2 * LONG)
        runs.renew(c, [RUN], SLOT + 2 * LONG)
        runs.finish(c, RUN, SLOT + 3 * LONG, "sent again")
        record = runs.record(c, RUN)
        assert runs.unfinished(c) == []
    assert record is not None
    assert (record.finished_at, record.result) == (SLOT + LONG, "sent")


def test_a_note_is_news_once(taken: Database) -> None:
    with taken.write() as c:
        assert runs.note(c, RUN, "held")
        assert not runs.note(c, RUN, "held")
        assert [record.result for record in runs.unfinished(c)] == ["held"]


def test_the_last_run_of_a_clock_is_the_latest_due(taken: Database) -> None:
    earlier = Run(newsletter="hebdo-sahel", clock=RunClock.SEND, slot=SLOT - timedelta(days=7))
    with taken.write() as c:
        assert runs.take(c, earlier, SLOT + LONG)
        last = runs.last(c, "hebdo-sahel", RunClock.SEND)
        assert runs.last(c, "hebdo-sahel", RunClock.DRAFT) is None
    assert last is not None
    assert last.run == RUN


def test_a_clock_is_known_since_its_definition_last_changed(database: Database) -> None:
    def since(definition: str, now: datetime) -> datetime:
        with database.write() as c:
            return runs.known_since(c, "hebdo-sahel", RunClock.SEND, definition, now)

    assert since("53 6 * * fri", SLOT) == SLOT
    assert since("53 6 * * fri", SLOT + LONG) == SLOT
    assert since("0 8 * * fri", SLOT + LONG) == SLOT + LONG
    assert since("0 8 * * fri", SLOT + 2 * LONG) == SLOT + LONG
