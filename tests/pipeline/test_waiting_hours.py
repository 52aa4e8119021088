"""Sendings that have to wait: quiet hours, a spread, a young domain's days."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from digest.deliver.pace import JOB, Manner
from digest.deliver.provider import Call, Receipt
from digest.model.delivery import Tally
from digest.model.issue import Issue
from digest.model.pace import Wait, Why
from digest.pipeline import calling, pacing
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.sending import send, status
from digest.pipeline.steering import pause, set_pace
from digest.pipeline.watching import Watch
from digest.storage import sendings, tables
from subscribers.database import Database
from tests.deliver.courier import ACCEPTED, Courier, refused
from tests.pipeline.clockwork import HandClock
from tests.pipeline.hours import (
    FEW,
    HOUR,
    MIDNIGHT,
    MINUTE,
    NIGHT,
    NOON,
    SECOND,
    SEVEN,
    TEN_AT_NIGHT,
    a_paced_newsroom,
    a_round,
    as_a_job,
    patiently,
    swept,
)
from tests.pipeline.scene import QUICK, an_approved_issue

ONCE = dict.fromkeys(range(1, 10), 1)


class Diary(Courier):
    """Notes when it was called; each call takes a while."""

    def __init__(self, clock: HandClock, took: timedelta = timedelta(), **how: Any) -> None:
        super().__init__(**how)
        self.clock, self.took = clock, took
        self.moments: list[datetime] = []

    def deliver(self, call: Call) -> Receipt:
        self.moments.append(self.clock.now)
        self.clock.now += self.took
        return super().deliver(call)


def in_quiet_hours(moment: datetime) -> bool:
    return TEN_AT_NIGHT <= moment < SEVEN


def test_in_quiet_hours_no_call_begins_and_one_under_way_ends(
    database: Database, issue: Issue
) -> None:
    clock = HandClock(TEN_AT_NIGHT - 5 * SECOND)
    diary = Diary(clock, took=3 * SECOND)
    newsroom = a_paced_newsroom(database, diary, clock, quiet=NIGHT)
    report = as_a_job(newsroom, issue)
    assert report.waits == Wait(why=Why.QUIET, until=SEVEN)
    assert report.tally == Tally(planned=9, sent=4, waiting=5)
    assert report.state == "sending"
    [seen] = Watch(newsroom, issue.id).look()
    assert seen.waits_for == "quiet hours, until 2026-11-28 06:00 UTC"
    for later in (HOUR, 8 * HOUR):
        clock.now = TEN_AT_NIGHT + later
        assert [one.waits for one in swept(newsroom)] == [report.waits]
    clock.now = SEVEN
    assert [one.tally for one in swept(newsroom)] == [Tally(planned=9, sent=9)]
    assert not any(in_quiet_hours(moment) for moment in diary.moments)
    assert diary.mailed == ONCE


def test_an_issue_due_in_quiet_hours_waits_for_their_end_and_says_so_once(
    database: Database, issue: Issue
) -> None:
    clock, told = HandClock(TEN_AT_NIGHT), list[Wait]()
    diary = Diary(clock)
    newsroom = a_paced_newsroom(database, diary, clock, quiet=NIGHT)
    report = send(newsroom, issue.id, patience=QUICK, manner=patiently(clock, told))
    assert told == [Wait(why=Why.QUIET, until=SEVEN)]
    assert report.tally == Tally(planned=9, sent=9)
    assert min(diary.moments) >= SEVEN


def test_who_says_now_mails_in_quiet_hours(database: Database, issue: Issue) -> None:
    clock = HandClock(TEN_AT_NIGHT)
    newsroom = a_paced_newsroom(database, Courier(), clock, quiet=NIGHT)
    report = send(newsroom, issue.id, manner=Manner(through_quiet=True))
    assert (report.tally, report.waits) == (Tally(planned=9, sent=9), None)


def test_a_batch_that_was_claimed_just_before_quiet_hours_is_given_back(
    database: Database, issue: Issue
) -> None:
    clock, courier = HandClock(TEN_AT_NIGHT - SECOND), Courier()
    newsroom = a_paced_newsroom(database, courier, clock, quiet=NIGHT)
    round_ = a_round(newsroom, issue)
    batch = pacing.claim(round_)
    assert batch is not None
    assert not isinstance(batch, Wait)
    clock.now = TEN_AT_NIGHT
    calling.mail(round_, batch)
    assert not courier.calls
    clock.now = SEVEN
    assert as_a_job(newsroom, issue).tally == Tally(planned=9, sent=9)


def test_a_spread_sending_goes_evenly_until_its_end(database: Database, issue: Issue) -> None:
    clock = HandClock(NOON)
    diary = Diary(clock, capacity=3)
    newsroom = a_paced_newsroom(database, diary, clock, spread=HOUR)
    report = send(newsroom, issue.id, patience=QUICK, manner=patiently(clock))
    assert report.tally == Tally(planned=9, sent=9)
    gaps = [(moment - NOON) / MINUTE for moment in diary.moments]
    assert gaps == pytest.approx([place * 60 / 9 for place in range(9)], abs=0.01)


def test_what_was_lost_of_a_spread_is_made_up_for(database: Database, issue: Issue) -> None:
    """Nobody works for half an hour: the rest goes twice as fast."""
    clock = HandClock(NOON)
    diary = Diary(clock, capacity=1)
    newsroom = a_paced_newsroom(database, diary, clock, spread=HOUR)
    assert as_a_job(newsroom, issue).tally == Tally(planned=9, sent=1, waiting=8)
    clock.now = NOON + 30 * MINUTE
    send(newsroom, issue.id, patience=QUICK, manner=patiently(clock))
    after = [(moment - NOON) / MINUTE for moment in diary.moments[1:]]
    assert after == pytest.approx([30 + place * 30 / 8 for place in range(8)], abs=0.01)


def test_quiet_hours_are_no_part_of_a_spread(database: Database, issue: Issue) -> None:
    clock = HandClock(TEN_AT_NIGHT - HOUR)
    diary = Diary(clock, capacity=1)
    newsroom = a_paced_newsroom(database, diary, clock, spread=3 * HOUR, quiet=NIGHT)
    send(newsroom, issue.id, patience=QUICK, manner=patiently(clock))
    assert sum(moment < TEN_AT_NIGHT for moment in diary.moments) == 3
    assert not any(in_quiet_hours(moment) for moment in diary.moments)
    assert max(diary.moments) < SEVEN + 2 * HOUR


def test_a_persons_word_replaces_the_newsletters_spread(database: Database, issue: Issue) -> None:
    clock = HandClock(NOON)
    diary = Diary(clock)
    newsroom = a_paced_newsroom(database, diary, clock, spread=HOUR)
    set_pace(newsroom, issue.id, rate=0)
    send(newsroom, issue.id, patience=QUICK)
    assert diary.moments == [NOON] * 5


def test_a_rate_that_is_changed_while_it_runs_holds_from_the_next_call(
    database: Database, issue: Issue
) -> None:
    clock = HandClock(NOON)
    diary = Diary(clock, capacity=1)
    newsroom = a_paced_newsroom(database, diary, clock)
    set_pace(newsroom, issue.id, rate=1)

    def faster(wait: Wait) -> None:
        if len(diary.moments) == 3:
            set_pace(newsroom, issue.id, rate=10)
        assert wait.until is not None
        clock.now = wait.until if len(diary.moments) != 3 else clock.now

    send(newsroom, issue.id, patience=QUICK, manner=Manner(tell=faster))
    seconds = [(moment - NOON) / SECOND for moment in diary.moments]
    assert seconds[:3] == [0, 1, 2]
    assert seconds[3:] == pytest.approx([2 + place / 10 for place in range(6)])


def days_of(newsroom: Newsroom, clock: HandClock, issue: Issue) -> list[int]:
    """Let a job send day after day; give how many were sent by the end of each."""
    sent = [as_a_job(newsroom, issue).tally.sent]
    while sent[-1] < 9:
        [standing] = status(newsroom, issue.id)
        assert standing.waits is not None
        assert standing.waits.why is Why.WARM_UP
        assert standing.waits.until is not None
        clock.now = standing.waits.until - 2 * MINUTE
        swept(newsroom)
        assert status(newsroom, issue.id)[0].tally.sent == sent[-1]
        clock.now = standing.waits.until
        swept(newsroom)
        sent.append(status(newsroom, issue.id)[0].tally.sent)
    return sent


def test_a_young_domain_mails_some_today_and_more_tomorrow(
    database: Database, issue: Issue
) -> None:
    clock, courier = HandClock(MIDNIGHT - HOUR), Courier(capacity=1_000)
    newsroom = a_paced_newsroom(database, courier, clock, warm_up=FEW)
    assert days_of(newsroom, clock, issue) == [4, 9]
    assert clock.now == MIDNIGHT
    assert courier.mailed == ONCE


def test_what_is_refused_leaves_its_place_in_the_day_to_others(
    database: Database, issue: Issue
) -> None:
    clock, courier = HandClock(NOON), Courier(refused(), refused())
    newsroom = a_paced_newsroom(database, courier, clock, warm_up=FEW)
    report = send(newsroom, issue.id, patience=QUICK, manner=Manner(longest=MINUTE, tell=on(clock)))
    assert report.tally == Tally(planned=9, sent=4, waiting=5)
    assert len(courier.calls) == 4 + 2


def on(clock: HandClock) -> Callable[[Wait], None]:
    def tell(wait: Wait) -> None:
        assert wait.until is not None
        clock.now = wait.until

    return tell


def test_a_day_is_shared_by_all_issues(database: Database, issue: Issue) -> None:
    clock, courier = HandClock(NOON), Courier()
    newsroom = a_paced_newsroom(database, courier, clock, warm_up=FEW)
    other = an_approved_issue(database, slot=NOON)
    assert as_a_job(newsroom, issue).tally.sent == 4
    assert as_a_job(newsroom, other).tally.sent == 0
    clock.now = MIDNIGHT
    assert sum(one.tally.sent for one in swept(newsroom)) == 4 + 6


def test_a_call_that_began_before_midnight_is_of_the_day_before(
    database: Database, issue: Issue
) -> None:
    clock = HandClock(MIDNIGHT - SECOND)
    diary = Diary(clock, took=2 * SECOND)
    newsroom = a_paced_newsroom(database, diary, clock, warm_up=FEW)
    report = as_a_job(newsroom, issue)
    assert report.tally.sent == 1 + 6
    assert [moment < MIDNIGHT for moment in diary.moments] == [True] + [False] * 6


def test_a_batch_that_was_planned_before_the_warm_up_waits_for_a_day_that_has_room(
    database: Database, issue: Issue
) -> None:
    clock = HandClock(NOON)
    a_round(a_paced_newsroom(database, Courier(capacity=9), clock), issue)
    newsroom = a_paced_newsroom(database, Courier(capacity=9), clock, warm_up=FEW)
    wait = Wait(why=Why.WARM_UP, until=MIDNIGHT + timedelta(days=1))
    assert as_a_job(newsroom, issue).waits == wait
    clock.now += timedelta(days=2)
    assert [one.tally.sent for one in swept(newsroom)] == [9]


def test_a_job_that_has_to_wait_for_a_refused_call_leaves_its_thread(
    database: Database, issue: Issue
) -> None:
    clock, courier = HandClock(NOON), Courier(refused(), capacity=9)
    newsroom = a_paced_newsroom(database, courier, clock)
    patience = replace(QUICK, first_wait=400, longest_wait=400)
    report = send(newsroom, issue.id, patience=patience, manner=JOB)
    assert report.waits is not None
    assert report.waits.why is Why.RETRY
    assert report.tally == Tally(planned=9, waiting=9)
    assert report.waits.until is not None
    clock.now = report.waits.until
    assert [one.tally.sent for one in swept(newsroom)] == [9]


def test_an_issue_that_waits_for_nothing_has_nothing_to_tell(
    database: Database, issue: Issue
) -> None:
    clock = HandClock(TEN_AT_NIGHT)
    newsroom = a_paced_newsroom(database, Courier(), clock, quiet=NIGHT)
    [standing] = status(newsroom, issue.id)
    assert (standing.waits, standing.paused_at) == (None, None)
    pause(newsroom, issue.id)
    [standing] = status(newsroom, issue.id)
    assert standing.waits == Wait(why=Why.PAUSED)
    assert standing.paused_at == TEN_AT_NIGHT


def test_only_a_wish_or_a_spread_is_written_down(database: Database, issue: Issue) -> None:
    newsroom = a_paced_newsroom(database, Courier(ACCEPTED), HandClock(NOON), quiet=NIGHT)
    as_a_job(newsroom, issue)
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.sendings)) == 0
        assert sendings.wishes(connection, issue.id).rate is None
