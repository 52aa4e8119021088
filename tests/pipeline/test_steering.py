"""A person pauses, goes on with or cancels a sending, at every point of a batch's way."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import select

from digest.deliver.provider import Call, Receipt
from digest.errors import ConflictError
from digest.model.delivery import Batch, BatchState, Tally
from digest.model.issue import Issue, IssueState
from digest.model.pace import Wait, Why, Wishes
from digest.pipeline import calling, pacing
from digest.pipeline.composing import cancel
from digest.pipeline.demo import _unhurried
from digest.pipeline.doubts import doubts, resolve
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.sending import SendReport, resume, send, status
from digest.pipeline.steering import go_on, pause, paused, set_pace
from digest.storage import sendings, tables
from subscribers.database import Database
from tests.deliver.courier import ACCEPTED, Answer, Courier, lost, refused
from tests.pipeline.clockwork import HandClock
from tests.pipeline.hours import (
    FEW,
    HOUR,
    NIGHT,
    NOON,
    TEN_AT_NIGHT,
    a_paced_newsroom,
    a_round,
    as_a_job,
    swept,
)
from tests.pipeline.scene import QUICK, a_newsroom, batches_in, later, sent_by, state_of

ONCE = dict.fromkeys(range(1, 10), 1)


def standing_of(newsroom: Newsroom, issue: Issue) -> Tally:
    [standing] = status(newsroom, issue.id)
    return standing.tally


def while_called(database: Database, issue: Issue, answer: Answer = ACCEPTED) -> Courier:
    """A courier whose second call finds the issue paused meanwhile."""
    courier = Courier()
    newsroom = a_newsroom(database, lambda: courier)

    def meanwhile(call: Call) -> Receipt:
        pause(newsroom, issue.id)
        assert not isinstance(answer, Exception)
        return answer(call) if callable(answer) else answer

    courier.then(ACCEPTED, meanwhile)
    return courier


def test_a_pause_before_it_is_sent_holds_the_coming_sending(
    database: Database, issue: Issue
) -> None:
    courier = Courier()
    newsroom = a_newsroom(database, lambda: courier, clock=HandClock(issue.slot))
    assert pause(newsroom, issue.id).paused_at is not None
    report = send(newsroom, issue.id)
    assert (report.state, report.waits) == ("approved", Wait(why=Why.PAUSED))
    assert report.paused_at is not None
    assert batches_in(database) == 0
    assert swept(newsroom) == []
    [report] = go_on(newsroom, issue.id)
    assert report.tally == Tally(planned=9, sent=9)
    assert courier.mailed == ONCE


def test_an_issue_whose_moment_is_to_come_only_loses_its_pause(
    database: Database, issue: Issue
) -> None:
    courier = Courier()
    newsroom = a_newsroom(database, lambda: courier, clock=HandClock(issue.slot - HOUR))
    pause(newsroom, issue.id)
    assert go_on(newsroom, issue.id) == []
    assert not courier.calls
    assert status(newsroom, issue.id)[0].paused_at is None
    with pytest.raises(ConflictError, match="nothing to resume"):
        go_on(newsroom, issue.id)


def test_a_pause_stops_every_worker_within_one_batch_and_the_call_under_way_ends(
    database: Database, issue: Issue
) -> None:
    courier = while_called(database, issue)
    report = sent_by(courier, database, issue)
    assert report.tally == Tally(planned=9, sent=4, waiting=5)
    assert (report.state, report.waits) == ("sending", Wait(why=Why.PAUSED))
    newsroom = a_newsroom(database, lambda: courier)
    assert [one.id for one in paused(newsroom)] == [issue.id]
    assert swept(newsroom) == []
    assert resume(newsroom, issue.id)[0].tally == report.tally, "only a person lifts a pause"
    [again] = go_on(newsroom, issue.id)
    assert again.tally == Tally(planned=9, sent=9)
    assert courier.mailed == ONCE
    assert paused(newsroom) == []


def test_a_pause_reaches_the_workers_of_another_machine(database: Database, issue: Issue) -> None:
    here, there = Courier(workers=2), Courier(workers=2)
    newsroom = a_newsroom(database, lambda: here)
    other = a_newsroom(Database(database.url), lambda: there)
    stands = Event()

    def meanwhile(_call: Call) -> Receipt:
        pause(other, issue.id)
        stands.set()
        return ACCEPTED

    def until_then(_call: Call) -> Receipt:
        assert stands.wait(30)
        return ACCEPTED

    here.then(meanwhile, until_then)
    report = send(newsroom, issue.id, patience=QUICK)
    assert report.paused_at is not None
    assert send(other, issue.id, patience=QUICK).paused_at == report.paused_at
    assert not there.calls
    go_on(other, issue.id)
    assert here.mailed + there.mailed == ONCE
    other.database.close()


def test_a_claimed_batch_is_given_back_when_the_pause_comes_before_its_intent(
    database: Database, issue: Issue
) -> None:
    courier = Courier()
    newsroom = a_newsroom(database, lambda: courier)
    round_ = a_round(newsroom, issue)
    batch = pacing.claim(round_)
    assert isinstance(batch, Batch)
    pause(newsroom, issue.id)
    calling.mail(round_, batch)
    assert not courier.calls
    assert states(database) == {BatchState.READY}
    [report] = go_on(newsroom, issue.id)
    assert report.tally == Tally(planned=9, sent=9)
    assert courier.mailed == ONCE


def states(database: Database) -> set[str]:
    with database.read() as connection:
        return set(connection.scalars(select(tables.batches.c.state)))


@pytest.mark.parametrize(
    ("answer", "after", "at_last"),
    [
        (refused("busy"), Tally(planned=9, sent=2, waiting=7), Tally(planned=9, sent=9)),
        (
            lost(),
            Tally(planned=9, sent=2, in_doubt=2, waiting=5),
            Tally(planned=9, sent=7, held=2),
        ),
    ],
    ids=["refused", "lost"],
)
def test_whatever_a_call_under_way_comes_to_is_written_down_and_goes_on_from_there(
    database: Database, issue: Issue, answer: Receipt, after: Tally, at_last: Tally
) -> None:
    courier = while_called(database, issue, answer)
    assert sent_by(courier, database, issue).tally == after
    [report] = go_on(a_newsroom(database, lambda: courier), issue.id)
    assert report.tally == at_last
    assert set(courier.mailed.values()) == {1}


def test_a_pause_during_the_last_call_leaves_nothing_to_go_on_with(
    database: Database, issue: Issue
) -> None:
    courier = Courier(capacity=9)
    newsroom = a_newsroom(database, lambda: courier)

    def meanwhile(_call: Call) -> Receipt:
        pause(newsroom, issue.id)
        return ACCEPTED

    courier.then(meanwhile)
    report = send(newsroom, issue.id)
    assert (report.state, report.paused_at, report.waits) == ("sent", None, None)
    with pytest.raises(ConflictError, match="is sent: there is nothing to pause"):
        pause(newsroom, issue.id)


def test_a_doubt_that_goes_again_waits_while_its_issue_is_paused(
    database: Database, issue: Issue
) -> None:
    courier = Courier(lost())
    sent_by(courier, database, issue)
    newsroom = a_newsroom(database, lambda: courier)
    [doubt] = doubts(newsroom)
    later_room = a_newsroom(database, lambda: courier, clock=later)
    resolve(later_room, doubt.doubt.batch.id, sent=False)
    pause(newsroom, issue.id)
    assert swept(newsroom) == []
    assert len(courier.calls) == 5
    assert go_on(newsroom, issue.id)[0].tally == Tally(planned=9, sent=9)


@pytest.mark.parametrize("when", ["before", "planned", "in a call"])
def test_a_paused_issue_can_be_cancelled(database: Database, issue: Issue, when: str) -> None:
    courier = while_called(database, issue) if when == "in a call" else Courier()
    newsroom = a_newsroom(database, lambda: courier)
    if when == "planned":
        a_round(newsroom, issue)
    if when == "in a call":
        sent_by(courier, database, issue)
    else:
        pause(newsroom, issue.id)
    mailed = sum(courier.mailed.values())
    assert cancel(newsroom, issue.id).state is IssueState.CANCELLED
    planned = 0 if when == "before" else 9
    assert standing_of(newsroom, issue) == Tally(
        planned=planned, sent=mailed, cancelled=planned - mailed
    )
    assert swept(newsroom) == []
    assert paused(newsroom) == []
    with pytest.raises(ConflictError, match="is cancelled: there is nothing to pause"):
        pause(newsroom, issue.id)


@pytest.mark.parametrize("do", [pause, go_on, cancel], ids=["pause", "go on", "cancel"])
def test_said_twice_it_is_said_once(
    database: Database, issue: Issue, do: Callable[[Newsroom, int], object]
) -> None:
    courier = while_called(database, issue)
    sent_by(courier, database, issue)
    newsroom = a_newsroom(database, lambda: courier)
    do(newsroom, issue.id)
    once = standing_of(newsroom, issue), state_of(database, issue)
    do(newsroom, issue.id)
    assert (standing_of(newsroom, issue), state_of(database, issue)) == once


def test_a_pause_does_not_eat_into_a_spread(database: Database, issue: Issue) -> None:
    clock = HandClock(NOON)
    newsroom = a_paced_newsroom(database, Courier(capacity=1), clock, spread=HOUR)
    as_a_job(newsroom, issue)
    pause(newsroom, issue.id)
    clock.now += 3 * HOUR
    with database.write() as connection:
        sendings.lift(connection, issue.id, clock.now)
        end = sendings.wishes(connection, issue.id).spread_until
    assert end == NOON + 4 * HOUR


@pytest.mark.parametrize(
    ("said", "wishes"),
    [
        ({"rate": 5.0}, Wishes(rate=5)),
        ({"rate": 0.0}, Wishes(spread_until=NOON)),
        ({"over": 2 * HOUR}, Wishes(spread_until=NOON + 2 * HOUR)),
    ],
)
def test_a_word_about_pace_replaces_the_last_one(
    database: Database, issue: Issue, said: dict[str, float], wishes: Wishes
) -> None:
    newsroom = a_paced_newsroom(database, Courier(), HandClock(NOON))
    set_pace(newsroom, issue.id, rate=77)
    set_pace(newsroom, issue.id, over=timedelta(days=1))
    set_pace(newsroom, issue.id, **said)  # type: ignore[arg-type]
    with database.read() as connection:
        assert sendings.wishes(connection, issue.id) == wishes


def test_of_an_issue_that_is_not_sent_no_pace_is_kept(database: Database, issue: Issue) -> None:
    newsroom = a_newsroom(database)
    cancel(newsroom, issue.id)
    with pytest.raises(ConflictError, match="is cancelled: it is not sent"):
        set_pace(newsroom, issue.id, rate=5)


def test_the_demo_lets_nobody_wait_for_its_files(database: Database, issue: Issue) -> None:
    night = HandClock(TEN_AT_NIGHT)
    slow = a_paced_newsroom(database, Courier(), night, quiet=NIGHT, spread=HOUR, warm_up=FEW)
    assert as_a_job(_unhurried(slow), issue).tally == Tally(planned=9, sent=9)


def test_a_slow_issue_is_planned_in_small_batches(database: Database, issue: Issue) -> None:
    courier = Courier(capacity=1_000)
    newsroom = a_paced_newsroom(database, courier, HandClock(NOON))
    set_pace(newsroom, issue.id, rate=0.05)
    report: SendReport = as_a_job(newsroom, issue)
    assert report.tally == Tally(planned=9, sent=3, waiting=6)
    assert report.waits == Wait(why=Why.OWN_RATE, until=NOON + timedelta(seconds=60))
