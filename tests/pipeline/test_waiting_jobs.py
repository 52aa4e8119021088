"""Under `digest serve`: a sending that waits leaves its thread, and goes on in its time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.model.issue import IssueState
from digest.model.run import RunClock
from digest.pipeline.clocks import LEASE
from digest.pipeline.composing import the_issue
from digest.pipeline.steering import go_on, pause
from subscribers.database import Database
from tests.pipeline.clockwork import (
    DRAFT_SLOT,
    HOUR,
    LONG_AGO,
    MINUTE,
    ONCE,
    READERS,
    SECOND,
    SEND_SLOT,
    Mailbag,
    Office,
    all_issues,
    furnish,
    result,
)

TEN_IN_THE_MORNING = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@pytest.fixture
def office(tmp_path: Path, database: Database, bag: Mailbag) -> Office:
    """A scheduler whose newsletter needs no approval."""
    furnish(tmp_path, database)
    office = Office(tmp_path, database, LONG_AGO, bag)
    office.rewrite(("editors:", "approval: automatic\n    editors:"))
    return office.at(LONG_AGO)


def test_a_sending_that_strikes_in_quiet_hours_goes_by_itself_when_they_are_over(
    office: Office, bag: Mailbag
) -> None:
    office.rewrite(("editors:", "quiet: 22:00-10:00\n    editors:"))
    office.at(LONG_AGO + HOUR)
    office.at(DRAFT_SLOT).work()
    office.at(SEND_SLOT).work()
    assert all_issues(office) == [IssueState.SENDING]
    words = "waits until 2026-11-27 10:00 (Europe/Paris): quiet hours"
    assert result(office, RunClock.SEND) == f"hebdo-sahel/1 sending, 0 of 2 mailed; {words}"
    for minutes in range(5, 180, 5):
        office.at(SEND_SLOT + minutes * MINUTE).work()
    assert not bag.mailed
    office.at(TEN_IN_THE_MORNING).work()
    assert bag.mailed == ONCE
    assert all_issues(office) == [IssueState.SENT]


def test_one_that_died_while_it_waited_is_taken_up_by_the_next_sweep(
    office: Office, bag: Mailbag
) -> None:
    office.rewrite(("editors:", "quiet: 22:00-10:00\n    editors:"))
    office.at(LONG_AGO + HOUR)
    office.at(SEND_SLOT).work()
    office.restart(TEN_IN_THE_MORNING + LEASE).work()
    assert bag.mailed == ONCE


def test_a_young_domain_goes_on_day_by_day(office: Office, bag: Mailbag) -> None:
    plan = "  warm_up: {since: 2026-11-27, first_day: 1, growth: 1.01}\n"
    office.rewrite(("  organisation:", f"{plan}  organisation:"))
    office.at(LONG_AGO + HOUR)
    office.at(SEND_SLOT).work()
    assert sum(bag.mailed.values()) == 1
    midnight = datetime(2026, 11, 27, 23, 0, tzinfo=UTC)
    office.at(midnight - MINUTE - SECOND).work()
    assert sum(bag.mailed.values()) == 1
    office.at(midnight).work()
    assert bag.mailed == ONCE
    assert all_issues(office) == [IssueState.SENT]


def test_a_spread_keeps_no_thread_between_its_calls(office: Office, bag: Mailbag) -> None:
    office.rewrite(("editors:", "spread: 2 hours\n    editors:"))
    bag.capacity = 1
    office.at(LONG_AGO + HOUR)
    office.at(SEND_SLOT).work()
    assert sum(bag.mailed.values()) == 1
    office.at(SEND_SLOT + HOUR).work()
    assert bag.mailed == ONCE


def test_a_paused_issue_is_not_sent_when_it_is_due_but_when_a_person_goes_on(
    office: Office, bag: Mailbag
) -> None:
    office.at(DRAFT_SLOT).work()
    issue = the_issue(office.newsroom, "hebdo-sahel/1")
    pause(office.newsroom, issue.id)
    for minutes in range(0, 60, 7):
        office.at(SEND_SLOT + minutes * MINUTE).work()
    assert all_issues(office) == [IssueState.APPROVED]
    assert result(office, RunClock.SEND) == "hebdo-sahel/1 approved, 0 of 0 mailed; paused"
    go_on(office.newsroom, issue.id)
    assert bag.mailed == ONCE
    office.at(SEND_SLOT + 2 * HOUR).work()
    assert bag.mailed == ONCE


def test_one_that_lost_its_pause_before_it_was_due_goes_at_its_hour(
    office: Office, bag: Mailbag
) -> None:
    office.at(DRAFT_SLOT).work()
    issue = the_issue(office.newsroom, "hebdo-sahel/1")
    pause(office.newsroom, issue.id)
    go_on(office.newsroom, issue.id)
    office.at(SEND_SLOT - MINUTE).work()
    assert not bag.mailed
    office.at(SEND_SLOT).work()
    assert bag.mailed == ONCE


def test_a_sending_that_was_paused_in_its_middle_is_left_alone(
    office: Office, bag: Mailbag
) -> None:
    bag.capacity = 1
    office.at(DRAFT_SLOT).work()
    issue = the_issue(office.newsroom, "hebdo-sahel/1")
    bag.meanwhile = lambda: pause(office.newsroom, issue.id)
    office.at(SEND_SLOT).work()
    bag.meanwhile = None
    assert sum(bag.mailed.values()) == 1
    for hours in range(1, 30):
        office.at(SEND_SLOT + timedelta(hours=hours)).work()
    assert sum(bag.mailed.values()) == 1
    assert result(office, RunClock.SEND) == "hebdo-sahel/1 sending, 1 of 2 mailed; paused"
    go_on(office.newsroom, issue.id)
    assert bag.mailed == ONCE
    assert len(READERS) == 2
