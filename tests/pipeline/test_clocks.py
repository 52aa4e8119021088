"""The newsletters' clocks on the real pipeline: from draft over approval to the readers."""

from datetime import timedelta
from pathlib import Path

import pytest

from digest.deliver.provider import Call, Receipt
from digest.model.delivery import Outcome, Tally
from digest.model.issue import IssueState
from digest.model.run import RunClock
from digest.pipeline.clocks import LEASE
from digest.pipeline.sending import status
from digest.storage import issues
from subscribers.database import Database
from tests.pipeline.clockwork import (
    DRAFT_SLOT,
    HOUR,
    LONG_AGO,
    ONCE,
    SECOND,
    SEND_SLOT,
    Mailbag,
    Office,
    all_issues,
    approve_it,
    furnish,
    result,
)

HTTPS = "url: https://lettre.example"


def test_a_week_goes_from_draft_over_approval_to_the_readers(office: Office, bag: Mailbag) -> None:
    office.at(DRAFT_SLOT - SECOND).work()
    assert all_issues(office) == []
    office.at(DRAFT_SLOT).work()
    assert all_issues(office) == [IssueState.DRAFT]
    assert bag.proofs == ["editor@lettre.example"]
    approve_it(office)
    office.at(SEND_SLOT - SECOND).work()
    assert not bag.mailed
    for minutes in range(0, 60, 7):
        office.at(SEND_SLOT + timedelta(minutes=minutes)).work()
    assert all_issues(office) == [IssueState.SENT]
    assert bag.mailed == ONCE
    assert result(office, RunClock.SEND) == "hebdo-sahel/1 sent, 2 of 2 mailed"


def test_a_new_installation_does_not_send_what_was_due_before_it(
    tmp_path: Path, database: Database, bag: Mailbag
) -> None:
    furnish(tmp_path, database)
    office = Office(tmp_path, database, SEND_SLOT, bag)
    office.rewrite(("editors:", "approval: automatic\n    editors:"))
    office.at(SEND_SLOT + HOUR).work()
    assert all_issues(office) == []


def test_a_missed_week_is_caught_up_once(office: Office, bag: Mailbag) -> None:
    office.rewrite(("editors:", "approval: automatic\n    editors:"))
    office.at(LONG_AGO + HOUR)
    office.restart(SEND_SLOT + 3 * HOUR).work()
    office.restart(SEND_SLOT + 4 * HOUR).work()
    assert all_issues(office) == [IssueState.SENT]
    assert bag.mailed == ONCE


def test_a_held_issue_goes_when_it_is_approved_late_and_editors_hear_of_it_once(
    office: Office, bag: Mailbag
) -> None:
    office.at(DRAFT_SLOT).work()
    bag.proofs.clear()
    for minutes in range(0, 30, 2):
        office.at(SEND_SLOT + timedelta(minutes=minutes)).work()
    assert result(office, RunClock.SEND) == "hebdo-sahel/1 held: nobody approved it"
    assert bag.proofs == ["editor@lettre.example"]
    assert not bag.mailed
    approve_it(office)
    office.at(SEND_SLOT + HOUR).work()
    assert bag.mailed == ONCE


def test_an_automatic_issue_with_an_error_says_which_and_goes_once_it_is_mended(
    office: Office, bag: Mailbag
) -> None:
    unsafe = "url: http://lettre.example"
    office.rewrite(("editors:", "approval: automatic\n    editors:"), (HTTPS, unsafe))
    office.at(LONG_AGO + HOUR)
    office.at(DRAFT_SLOT).work()
    office.at(SEND_SLOT).work()
    wrong = "error: site.url: 'http://lettre.example' is not https"
    assert f"1 editors told; {wrong}" in result(office, RunClock.DRAFT)
    assert f"held: nobody approved it; {wrong}" in result(office, RunClock.SEND)
    assert not bag.mailed
    office.rewrite((unsafe, HTTPS))
    office.at(SEND_SLOT + HOUR).work()
    assert bag.mailed == ONCE


def test_an_issue_nobody_approves_is_given_up_after_its_grace(office: Office, bag: Mailbag) -> None:
    office.at(DRAFT_SLOT).work()
    office.at(SEND_SLOT).work()
    office.at(SEND_SLOT + 12 * HOUR + LEASE + SECOND).work()
    assert result(office, RunClock.SEND).startswith("given up: hebdo-sahel/1 held")
    approve_it(office)
    office.at(SEND_SLOT + 13 * HOUR).work()
    assert not bag.mailed


@pytest.mark.parametrize(
    ("policy", "stories"), [("unapproved: send", 3), ("unapproved: shorten", 2)]
)
def test_an_unapproved_issue_goes_where_the_policy_says_so(
    office: Office, bag: Mailbag, policy: str, stories: int
) -> None:
    office.rewrite(("editors:", f"{policy}\n    editors:"))
    office.at(LONG_AGO + HOUR)
    office.at(DRAFT_SLOT).work()
    office.at(SEND_SLOT).work()
    assert bag.mailed == ONCE
    with office.newsroom.database.read() as connection:
        sent = issues.issues(connection)[0]
    assert sent.approved_by == f"schedule ({policy})"
    assert sum(len(section.briefs) for section in sent.content.sections) == stories


def test_a_cancelled_issue_is_not_made_again(office: Office, bag: Mailbag) -> None:
    office.at(DRAFT_SLOT).work()
    with office.newsroom.database.write() as connection:
        issue = issues.issues(connection)[0]
        issues.change(connection, issue, state=IssueState.CANCELLED, now=DRAFT_SLOT)
    office.at(SEND_SLOT).work()
    assert all_issues(office) == [IssueState.CANCELLED]
    assert not bag.mailed


def test_sources_are_asked_all_week_because_feeds_forget(office: Office) -> None:
    office.at(LONG_AGO).work()
    asked = []
    for minutes in range(20):
        office.at(LONG_AGO + timedelta(minutes=minutes))
        asked += [minutes] if ("collect", "") in office.engine.jobs else []
        office.work()
    assert asked == [5, 10, 15]


def test_doubts_are_looked_at_each_minute(office: Office) -> None:
    office.at(LONG_AGO).work()
    looked = []
    for seconds in range(0, 200, 20):
        office.at(LONG_AGO + timedelta(seconds=seconds))
        looked += [seconds] if ("settle", "") in office.engine.jobs else []
        office.work()
    assert looked == [60, 120, 180]


class DeafBag(Mailbag):
    """Takes the mail and says nothing."""

    def deliver(self, call: Call) -> Receipt:
        super().deliver(call)
        return Receipt(outcome=Outcome.UNKNOWN, detail="no answer")


def test_a_doubt_that_no_event_can_settle_is_left_to_a_person_within_a_minute(
    tmp_path: Path, database: Database
) -> None:
    furnish(tmp_path, database)
    bag = DeafBag()
    office = Office(tmp_path, database, LONG_AGO, bag).at(LONG_AGO)
    office.rewrite(("editors:", "approval: automatic\n    editors:"))
    office.at(LONG_AGO + HOUR)
    office.at(SEND_SLOT).work()
    office.at(SEND_SLOT + timedelta(minutes=1)).work()
    [found] = status(office.newsroom)
    assert found.tally == Tally(planned=2, held=2)
    assert bag.mailed == ONCE
