"""How a sending looks from another process: how far, how fast, and what it waits for."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
from sqlalchemy import insert, update

from digest.deliver.provider import Call, Receipt
from digest.model.delivery import Tally
from digest.model.issue import Issue, IssueState
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.watching import Speed, Standing, Watch, follow, waits_for
from digest.storage.standings import Traffic
from digest.storage.tables import batches, issues, paces, sendings
from subscribers.database import Database
from tests.builders import NOON
from tests.deliver.courier import ACCEPTED, Courier
from tests.pipeline.scene import a_newsroom, sent_by

SECOND = timedelta(seconds=1)


def ticking(database: Database, *, step: timedelta = SECOND) -> Newsroom:
    """Give a newsroom whose clock goes on by one step at each look."""
    steps = itertools.count(0)
    return a_newsroom(database, clock=lambda: NOON + next(steps) * step)


def half_sent(database: Database, issue: Issue, **values: Any) -> None:
    """Leave an issue `sending`, its first two batches sent, the others as `values` say."""
    sent_by(Courier(), database, issue)
    changes = {"state": "ready", **values}
    with database.write() as connection:
        connection.execute(update(issues).values(state=IssueState.SENDING))
        connection.execute(update(batches).where(batches.c.seq > 2).values(**changes))


def test_a_watcher_sees_another_process_send(database: Database, issue: Issue) -> None:
    seen: list[Standing] = []
    watch = Watch(a_newsroom(database), issue.id)

    def looked_at(_call: Call) -> Receipt:
        seen.extend(watch.look())
        return ACCEPTED

    seen.extend(watch.look())
    sent_by(Courier(*[looked_at] * 5), database, issue)
    seen.extend(watch.look())
    assert [one.done for one in seen] == [0, 0, 2, 4, 6, 8, 9]
    assert [one.in_hand for one in seen] == [0, 1, 1, 1, 1, 1, 0]
    assert [one.over for one in seen] == [False] * 6 + [True]
    assert (seen[0].state, seen[0].waits_for) == (IssueState.APPROVED, "its sending to begin")
    assert seen[-1].tally == Tally(planned=9, sent=9)
    assert seen[1].waits_for == seen[-1].waits_for == ""


def test_rate_and_time_left_follow_from_two_looks(database: Database, issue: Issue) -> None:
    half_sent(database, issue)
    watch = Watch(ticking(database, step=2 * SECOND), issue.id)
    [first] = watch.look()
    with database.write() as connection:
        connection.execute(update(batches).where(batches.c.seq == 3).values(state="sent"))
    [second] = watch.look()
    assert (first.rate, first.seconds_left) == (None, None)
    assert (second.rate, second.seconds_left) == (1.0, 3.0)


@pytest.mark.parametrize(
    ("counts", "rate"), [([0], None), ([0, 10], 10), ([0, 10, 10], 5), ([7, 7], 0)]
)
def test_a_speed_is_the_growth_over_its_window(counts: list[int], rate: float | None) -> None:
    speed = Speed()
    rates = [speed.note(NOON + n * SECOND, count) for n, count in enumerate(counts)]
    assert rates[-1] == rate


def test_a_speed_forgets_what_is_older_than_half_a_minute() -> None:
    speed = Speed()
    for second in range(100):
        rate = speed.note(NOON + second * SECOND, min(second, 50) * 10)
    assert rate == 0
    assert speed.changed_at == NOON + 50 * SECOND
    assert speed.note(NOON + 100 * SECOND, 530) == pytest.approx(1, abs=0.1)


def traffic(**changes: Any) -> Traffic:
    values: dict[str, Any] = {
        "in_hand": 0,
        "due": 0,
        "put_off": 0,
        "next_at": None,
        "paused_at": None,
        "free_at": None,
    }
    return Traffic(**values | changes)


@pytest.mark.parametrize(
    ("found", "idle", "words"),
    [
        (traffic(in_hand=1, due=3), True, ""),
        (traffic(due=3), False, ""),
        (traffic(due=3), True, "nobody is sending it, `digest resume` does"),
        (traffic(paused_at=NOON, in_hand=1), False, "paused at 12:00:00 UTC"),
        (traffic(due=3, free_at=NOON + SECOND), False, ""),
        (traffic(due=3, free_at=NOON + 9 * SECOND), False, "the next call at 12:00:09 UTC"),
        (traffic(put_off=2, next_at=NOON + SECOND), False, "2 refused batches: the next try at"),
        (traffic(put_off=2, next_at=NOON + SECOND, due=1), False, ""),
    ],
)
def test_what_it_waits_for_is_said(found: Traffic, idle: bool, words: str) -> None:
    told = waits_for(IssueState.SENDING, found, NOON, idle=idle)
    assert words in told
    assert bool(words) == bool(told)


def told_of(database: Database, issue: Issue, *, looks: int = 1) -> Standing:
    watch = Watch(ticking(database), issue.id)
    return [watch.look()[0] for _ in range(looks)][-1]


def test_the_ledger_tells_what_it_waits_for(database: Database, issue: Issue) -> None:
    later: datetime = NOON + timedelta(minutes=5)
    half_sent(database, issue, not_before=later)
    assert "3 refused batches: the next try at 12:05:00" in told_of(database, issue).waits_for
    with database.write() as connection:
        connection.execute(update(batches).where(batches.c.seq == 4).values(not_before=None))
    assert told_of(database, issue).waits_for == ""
    assert "nobody is sending it" in told_of(database, issue, looks=7).waits_for
    with database.write() as connection:
        connection.execute(insert(paces), {"name": f"issue:{issue.id}", "free_at": later})
    assert "the next call at 12:05:00" in told_of(database, issue).waits_for
    with database.write() as connection:
        connection.execute(insert(paces), {"name": "provider:null", "free_at": later + SECOND})
    assert "the next call at 12:05:01" in told_of(database, issue).waits_for
    with database.write() as connection:
        connection.execute(insert(sendings), {"issue_id": issue.id, "paused_at": NOON})
    assert "paused at 12:00:00" in told_of(database, issue).waits_for


def test_following_ends_when_all_is_over(database: Database, issue: Issue) -> None:
    half_sent(database, issue)
    looks = follow(Watch(ticking(database)), every=0, stop=Event())
    assert [one.over for one in next(looks)] == [False]
    with database.write() as connection:
        connection.execute(update(batches).values(state="sent"))
        connection.execute(update(issues).values(state=IssueState.SENT))
    assert [[one.over for one in found] for found in looks] == [[True]]


def test_following_ends_when_it_is_told_to_stop(database: Database, issue: Issue) -> None:
    half_sent(database, issue)
    stop = Event()
    stop.set()
    assert len(list(follow(Watch(ticking(database)), every=60, stop=stop))) == 1


@pytest.mark.parametrize("state", [IssueState.DRAFT, IssueState.CANCELLED, IssueState.SENT])
def test_where_nothing_will_happen_nobody_waits(
    database: Database, issue: Issue, state: IssueState
) -> None:
    with database.write() as connection:
        connection.execute(update(issues).values(state=state))
    newsroom = ticking(database)
    assert [one.over for one in Watch(newsroom, issue.id).look()] == [True]
    assert list(follow(Watch(replace(newsroom)), every=60, stop=Event())) == [[]]


def test_what_is_left_of_a_sent_issue_is_watched_too(database: Database, issue: Issue) -> None:
    half_sent(database, issue)
    with database.write() as connection:
        connection.execute(update(issues).values(state=IssueState.SENT))
    assert [one.over for one in Watch(ticking(database)).look()] == [False]
