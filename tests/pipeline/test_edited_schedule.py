"""A schedule.yaml that is edited, or broken, while the clocks run."""

from datetime import datetime

import pytest
from structlog.testing import capture_logs

from digest.model.issue import IssueState
from digest.model.run import RunClock
from digest.pipeline.running import draft_next
from tests.pipeline.clockwork import (
    DRAFT_SLOT,
    HOUR,
    MINUTE,
    ONCE,
    SECOND,
    SEND_SLOT,
    Mailbag,
    Office,
    all_issues,
    approve_it,
)


def test_an_edited_schedule_is_in_force_from_the_next_tick(office: Office) -> None:
    office.rewrite(("53 6 * * fri", "30 9 * * fri"))
    office.at(DRAFT_SLOT)
    assert office.desk.newsroom.schedule.newsletters["hebdo-sahel"].send == "30 9 * * fri"


def test_a_clock_set_to_an_hour_that_has_passed_waits_for_the_next_time(
    office: Office, bag: Mailbag
) -> None:
    office.at(DRAFT_SLOT).work()
    approve_it(office)
    office.at(SEND_SLOT).work()
    office.rewrite(("53 6 * * fri", "30 7 * * fri"))
    office.at(SEND_SLOT + 3 * HOUR).work()
    assert all_issues(office) == [IssueState.SENT]
    assert bag.mailed == ONCE


@pytest.mark.parametrize(
    ("cron", "moment"),
    [("30 9 * * fri", SEND_SLOT + 157 * MINUTE), ("0 20 * * thu", DRAFT_SLOT + 2 * HOUR)],
)
def test_an_issue_shaped_before_its_hour_was_changed_is_the_one_that_goes(
    office: Office, bag: Mailbag, cron: str, moment: datetime
) -> None:
    office.at(DRAFT_SLOT).work()
    approve_it(office)
    office.rewrite(("53 6 * * fri", cron))
    office.at(DRAFT_SLOT + HOUR).work()
    office.at(moment).work()
    office.at(SEND_SLOT + 5 * HOUR).work()
    assert all_issues(office) == [IssueState.SENT]
    assert bag.mailed == ONCE


def test_a_changed_hour_makes_no_second_issue_by_hand_either(office: Office) -> None:
    office.at(DRAFT_SLOT).work()
    office.rewrite(("53 6 * * fri", "30 9 * * fri"))
    office.at(DRAFT_SLOT + HOUR).work()
    assert draft_next(office.desk.newsroom, "hebdo-sahel").slot == SEND_SLOT
    assert all_issues(office) == [IssueState.DRAFT]


def test_a_broken_schedule_stops_nothing_and_is_told_once_per_change(office: Office) -> None:
    good = office.desk.newsroom.schedule
    with capture_logs() as logs:
        office.rewrite(("sections: [sahel-security", "sections: [sahell"))
        for second in range(3):
            office.at(DRAFT_SLOT + second * SECOND)
        office.rewrite(("sections: [sahell", "sections: [sahel"))
        office.at(DRAFT_SLOT + 4 * SECOND)
        office.path.unlink()
        for second in range(5, 8):
            office.at(DRAFT_SLOT + second * SECOND)
    told = [log["problems"][0] for log in logs if log["log_level"] == "error"]
    assert [one.partition("unknown theme ")[2][:9] for one in told[:2]] == [
        "'sahell' ",
        "'sahel' (",
    ]
    assert "`digest init`" in told[2]
    assert len(told) == 3
    assert office.desk.newsroom.schedule == good
    assert office.engine.steps() == [RunClock.DRAFT], "the broken file stopped the clocks"


def test_the_repaired_schedule_is_taken_over(office: Office) -> None:
    good = office.path.read_text()
    office.path.write_text("site: [")
    office.at(DRAFT_SLOT - HOUR)
    assert office.desk.trouble
    office.path.write_text(good.replace("https://lettre.example\n", "https://neu.example\n", 1))
    office.at(DRAFT_SLOT - HOUR + SECOND)
    assert not office.desk.trouble
    assert office.desk.newsroom.site_url == "https://neu.example"
