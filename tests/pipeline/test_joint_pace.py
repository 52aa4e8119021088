"""One pace for all: threads, processes and machines that share a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Event, Thread
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import event, func, select, update

from digest.deliver.pace import Manner
from digest.deliver.provider import Call, Receipt
from digest.model.delivery import Batch, Tally
from digest.model.issue import Issue
from digest.model.pace import Wait, Why
from digest.pipeline import pacing
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.rounds import Round
from digest.pipeline.sending import send, status
from digest.pipeline.steering import set_pace
from digest.storage import ledger, tables
from subscribers.database import Database
from tests.deliver.courier import ACCEPTED, Courier, refused
from tests.forks import FORKS
from tests.pipeline.clockwork import HandClock
from tests.pipeline.hours import FEW, MIDNIGHT, NOON, SECOND, a_paced_newsroom, a_round
from tests.pipeline.scene import QUICK, a_newsroom, an_approved_issue, enrol


def claims_at_once(newsroom: Newsroom, issue: Issue, workers: int = 8) -> list[Batch | Wait | None]:
    """Let so many workers, each a machine of its own, claim at the same moment."""
    start, found = Barrier(workers), list[Batch | Wait | None]()
    rounds = [a_round(newsroom, issue) for _ in range(workers)]

    def claim(round_: Round) -> None:
        start.wait()
        found.append(pacing.claim(round_))

    threads = [Thread(target=claim, args=(round_,)) for round_ in rounds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == workers
    return found


def batches_of(found: list[Batch | Wait | None]) -> list[Batch]:
    return [one for one in found if isinstance(one, Batch)]


@pytest.mark.parametrize("whose", ["provider", "issue"])
def test_of_many_workers_that_claim_at_once_a_rate_lets_one_go(
    database: Database, issue: Issue, whose: str
) -> None:
    clock, courier = HandClock(NOON), Courier(capacity=2)
    rate = 0.5 if whose == "provider" else None
    newsroom = a_paced_newsroom(database, courier, clock, rate=rate)
    if whose == "issue":
        set_pace(newsroom, issue.id, rate=0.5)
    for _ in range(3):
        found = claims_at_once(newsroom, issue)
        assert len(batches_of(found)) == 1
        waits = {one for one in found if isinstance(one, Wait)}
        why = Why.PROVIDER_RATE if whose == "provider" else Why.OWN_RATE
        assert waits == {Wait(why=why, until=clock.now + 4 * SECOND)}
        clock.now += 4 * SECOND - timedelta(microseconds=1)
        assert not batches_of(claims_at_once(newsroom, issue))
        clock.now += timedelta(microseconds=1)


def test_of_many_workers_that_claim_at_once_a_warm_up_lets_as_many_go_as_the_day_has(
    database: Database, issue: Issue
) -> None:
    newsroom = a_paced_newsroom(database, Courier(), HandClock(NOON), warm_up=FEW)
    found = claims_at_once(newsroom, issue)
    assert sum(len(batch.recipient_ids) for batch in batches_of(found)) == FEW.first_day
    waits = {one for one in found if isinstance(one, Wait)}
    assert waits == {Wait(why=Why.WARM_UP, until=MIDNIGHT)}


def test_a_batch_that_a_full_day_has_no_room_for_is_given_back(
    on_postgresql: Database,
) -> None:
    """The one that was looked at is locked by another, so the claim takes the next."""
    enrol(on_postgresql, 9)
    newsroom = a_paced_newsroom(on_postgresql, Courier(), HandClock(NOON), warm_up=FEW)
    round_ = a_round(newsroom, an_approved_issue(on_postgresql))
    first, second = tables.batches.c.seq == 1, tables.batches.c.seq == 2
    with on_postgresql.write() as connection:
        larger = {"recipient_ids": (3, 4, 5, 6, 7), "recipients": 5}
        connection.execute(update(tables.batches).where(second).values(larger))
    with on_postgresql.write() as other:
        other.execute(select(tables.batches.c.id).where(first).with_for_update())
        assert pacing.claim(round_) == Wait(why=Why.WARM_UP, until=MIDNIGHT)
    with on_postgresql.read() as connection:
        assert set(connection.scalars(select(tables.batches.c.state))) == {"ready"}


def test_two_issues_share_their_providers_rate(database: Database) -> None:
    first, second = two_issues(database)
    newsroom = a_paced_newsroom(database, Courier(capacity=2), HandClock(NOON), rate=1)
    rounds = [a_round(newsroom, issue) for issue in (first, second)]
    assert isinstance(pacing.claim(rounds[0]), Batch)
    wait = Wait(why=Why.PROVIDER_RATE, until=NOON + 2 * SECOND)
    assert [pacing.claim(round_) for round_ in rounds] == [wait, wait]


def test_an_issues_own_rate_is_not_anothers(database: Database) -> None:
    first, second = two_issues(database)
    newsroom = a_paced_newsroom(database, Courier(capacity=2), HandClock(NOON))
    set_pace(newsroom, first.id, rate=1)
    rounds = [a_round(newsroom, issue) for issue in (first, second)]
    assert isinstance(pacing.claim(rounds[0]), Batch)
    assert pacing.claim(rounds[0]) == Wait(why=Why.OWN_RATE, until=NOON + 2 * SECOND)
    assert isinstance(pacing.claim(rounds[1]), Batch)
    assert isinstance(pacing.claim(rounds[1]), Batch)


def two_issues(database: Database) -> list[Issue]:
    enrol(database, 4)
    return [an_approved_issue(database, slot=NOON + n * SECOND) for n in (1, 2)]


def test_a_sending_without_rate_or_hold_asks_once_more_and_writes_nothing_more(
    database: Database, issue: Issue
) -> None:
    newsroom = a_newsroom(database, Courier)
    round_ = a_round(newsroom, issue)
    with statements(database) as said:
        batch = pacing.claim(round_)
    assert isinstance(batch, Batch)
    with database.write() as connection:
        ledger.release(connection, batch)
    verbs = [one.split()[0] for one in said if not one.startswith(("BEGIN", "COMMIT"))]
    assert verbs == ["SELECT", "UPDATE"]
    send(newsroom, issue.id)
    with database.read() as connection:
        for table in (tables.paces, tables.sendings):
            assert connection.scalar(select(func.count()).select_from(table)) == 0


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    said: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    event.listen(database.engine, "before_cursor_execute", hear)
    yield said
    event.remove(database.engine, "before_cursor_execute", hear)


def send_paced(database_url: str, issue_id: int, rate: float) -> None:
    """Be one of several machines that send the same issue."""
    newsroom = a_newsroom(Database(database_url), f"null://?capacity=5&workers=2&rate={rate}")
    send(newsroom, issue_id, patience=QUICK)


@pytest.mark.slow
def test_several_processes_together_keep_the_rate_of_one(database: Database) -> None:
    enrol(database, 60)
    issue, rate = an_approved_issue(database), 40
    a_round(a_newsroom(database, f"null://?capacity=5&rate={rate}"), issue)
    database.engine.dispose()
    started = [
        FORKS.Process(target=send_paced, args=(database.url, issue.id, rate)) for _ in range(3)
    ]
    began = monotonic()
    for process in started:
        process.start()
    for process in started:
        process.join(60)
    took = monotonic() - began
    assert [process.exitcode for process in started] == [0, 0, 0]
    [standing] = status(a_newsroom(database), issue.id)
    assert standing.tally == Tally(planned=60, sent=60)
    assert took >= (60 - 5) / rate
    assert rows(database) == 12, "a batch was called twice"


def rows(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(tables.attempts)) or 0


def test_a_429_that_one_machine_hears_holds_the_others(database: Database, issue: Issue) -> None:
    clock = HandClock(NOON)
    here = a_paced_newsroom(database, Courier(refused("429", retry_after=40)), clock)
    there = a_paced_newsroom(Database(database.url), Courier(), clock)
    told: list[Wait] = []
    round_ = a_round(there, issue)

    def heard(wait: Wait) -> None:
        told.append(wait)
        other = pacing.claim(round_)
        assert isinstance(other, Wait)
        assert other.why is Why.HOLD
        clock.now += 50 * SECOND

    report = send(here, issue.id, patience=QUICK, manner=Manner(tell=heard))
    assert told[0] == Wait(why=Why.HOLD, until=NOON + 40 * SECOND)
    assert report.tally == Tally(planned=9, sent=9)
    there.database.close()


def test_a_hold_is_in_force_before_any_other_worker_claims_again(
    database: Database, issue: Issue
) -> None:
    """The second worker's call ends right after the first one's 429 was heard."""
    clock, begun = HandClock(NOON), Event()

    def too_many(_call: Call) -> Receipt:
        assert begun.wait(10)
        return refused("429", retry_after=40)

    def meanwhile(_call: Call) -> Receipt:
        begun.set()
        while not held(database):
            pass
        return ACCEPTED

    courier = Courier(too_many, meanwhile, workers=2)
    newsroom = a_paced_newsroom(database, courier, clock)

    def wait(_wait: Wait) -> None:
        assert len(courier.calls) == 2
        clock.now = NOON + 60 * SECOND

    report = send(newsroom, issue.id, patience=QUICK, manner=Manner(tell=wait))
    assert report.tally == Tally(planned=9, sent=9)


def held(database: Database) -> bool:
    with database.read() as connection:
        return connection.scalar(select(tables.paces.c.free_at)) is not None


def test_a_hold_is_no_longer_than_patience_has_it(database: Database, issue: Issue) -> None:
    clock = HandClock(NOON)
    newsroom = a_paced_newsroom(database, Courier(), clock)
    round_ = a_round(newsroom, issue)
    pacing.hold(round_, 900)
    pacing.hold(round_, 5)
    assert pacing.claim(round_) == Wait(why=Why.HOLD, until=NOON + 900 * SECOND)
    clock.now += 900 * SECOND
    assert isinstance(pacing.claim(round_), Batch)


def test_another_provider_is_not_held(database: Database, issue: Issue) -> None:
    newsroom = a_paced_newsroom(database, Courier(), HandClock(NOON))
    pacing.hold(a_round(newsroom, issue), 900)
    other = a_paced_newsroom(database, Courier(name="other"), HandClock(NOON))
    assert isinstance(pacing.claim(a_round(other, issue)), Batch)


def test_who_waits_for_pace_leaves_when_others_have_done_the_rest(
    database: Database, issue: Issue
) -> None:
    newsroom = a_paced_newsroom(database, Courier(capacity=9), HandClock(NOON), rate=0.001)
    round_ = a_round(newsroom, issue)
    with database.write() as connection:
        connection.execute(update(tables.batches).values(state="claimed", worker="elsewhere"))
    pacing.hold(round_, 900)
    assert pacing.claim(round_) is None
