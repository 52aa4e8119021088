import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from digest.engine.jobs import Job
from digest.model.issue import IssueState
from digest.model.run import Run, RunClock, RunRecord
from digest.pipeline.clocks import LEASE, due, lapsed
from digest.pipeline.composing import approve
from digest.pipeline.running import draft_next
from digest.storage import issues, runs
from subscribers.database import Database
from tests.pipeline.clockwork import (
    DRAFT_SLOT,
    LONG_AGO,
    READERS,
    ROOT,
    SEND_SLOT,
    Mailbag,
    Office,
    furnish,
)
from tests.schedule.texts import small

DRAFT = Run(newsletter="hebdo", clock=RunClock.DRAFT, slot=DRAFT_SLOT)
SEND = Run(newsletter="hebdo", clock=RunClock.SEND, slot=SEND_SLOT)
LONG_KNOWN = {("hebdo", clock): LONG_AGO for clock in RunClock}
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
ONCE = Counter(dict.fromkeys(READERS, 1))


# --- what is due: values only ---


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (DRAFT_SLOT - SECOND, []),
        (DRAFT_SLOT, [DRAFT]),
        (DRAFT_SLOT + 11 * HOUR, [DRAFT]),
        (DRAFT_SLOT + 12 * HOUR, [DRAFT]),
        (SEND_SLOT - SECOND, []),
        (SEND_SLOT, [SEND]),  # sending makes the draft when it is not there
        (SEND_SLOT + 12 * HOUR, [SEND]),
        (SEND_SLOT + 12 * HOUR + SECOND, []),
    ],
)
def test_the_latest_strike_within_its_grace_is_due(now: datetime, expected: list[Run]) -> None:
    assert list(due(small(), LONG_KNOWN, now)) == expected


def test_a_machine_that_was_off_for_a_month_catches_up_one_strike() -> None:
    assert due(small(grace="30 days"), LONG_KNOWN, SEND_SLOT + 3 * WEEK + HOUR) == (
        Run(newsletter="hebdo", clock=RunClock.SEND, slot=SEND_SLOT + 3 * WEEK),
    )


def test_what_was_due_before_a_clock_was_set_is_not_missed() -> None:
    since = {("hebdo", clock): SEND_SLOT + SECOND for clock in RunClock}
    assert due(small(), since, SEND_SLOT + HOUR) == ()
    assert due(small(), {}, SEND_SLOT + HOUR) == ()


@given(st.integers(0, 20 * 86_400), st.sampled_from(["1 minute", "12 hours", "10 days"]))
def test_what_is_due_is_never_to_come_and_never_older_than_its_grace(
    seconds: int, grace: str
) -> None:
    schedule = small(grace=grace)
    now = DRAFT_SLOT + timedelta(seconds=seconds)
    for run in due(schedule, LONG_KNOWN, now):
        assert run.slot <= now <= run.slot + schedule.newsletters["hebdo"].grace


def test_only_runs_left_alone_past_their_grace_are_given_up() -> None:
    def left(slot: datetime, taken_at: datetime, newsletter: str = "hebdo") -> RunRecord:
        run = Run(newsletter=newsletter, clock=RunClock.SEND, slot=slot)
        return RunRecord(run=run, taken_at=taken_at, finished_at=None, result="")

    now = SEND_SLOT + 13 * HOUR
    given_up, worked_on, young = left(SEND_SLOT, SEND_SLOT), left(SEND_SLOT, now), left(now, now)
    unknown = left(now - HOUR, now - HOUR, newsletter="gone")
    assert lapsed(small(), [given_up, worked_on, young, unknown], now) == (given_up, unknown)


# --- the tick, on the real pipeline ---


@pytest.fixture
def bag() -> Mailbag:
    return Mailbag()


@pytest.fixture
def office(tmp_path: Path, database: Database, bag: Mailbag) -> Office:
    furnish(tmp_path, database)
    return Office(tmp_path, database, LONG_AGO, bag).at(LONG_AGO)


def all_issues(office: Office) -> list[IssueState]:
    with office.newsroom.database.read() as connection:
        return [issue.state for issue in issues.issues(connection)]


def result(office: Office, clock: RunClock) -> str:
    with office.newsroom.database.read() as connection:
        record = runs.last(connection, "hebdo-sahel", clock)
    return record.result if record else ""


def approve_it(office: Office) -> None:
    with office.newsroom.database.read() as connection:
        issue = issues.find(connection, "hebdo-sahel", SEND_SLOT)
    assert issue is not None
    approve(office.newsroom, issue.id, "editor")


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


# --- between the newsletters' clocks ---


def test_sources_are_asked_all_week_because_feeds_forget(office: Office) -> None:
    office.at(LONG_AGO).work()
    asked = []
    for minutes in range(0, 120, 10):
        office.at(LONG_AGO + timedelta(minutes=minutes))
        asked += [minutes] if ("collect", "") in office.engine.jobs else []
        office.work()
    assert asked == [30, 60, 90]


# --- processes that die, and many schedulers ---


@pytest.mark.parametrize("clock", [RunClock.DRAFT, RunClock.SEND])
def test_a_run_whose_process_died_is_taken_up_after_the_lease(
    office: Office, bag: Mailbag, clock: RunClock
) -> None:
    office.rewrite(("editors:", "approval: automatic\n    editors:"))
    office.at(LONG_AGO + HOUR)
    slot = DRAFT_SLOT if clock is RunClock.DRAFT else SEND_SLOT
    office.at(slot)
    assert office.engine.steps() == [clock]
    office.restart(slot + LEASE - SECOND)
    assert office.engine.steps() == []
    office.at(slot + LEASE)
    assert office.engine.steps() == [clock]
    office.work()
    assert len(all_issues(office)) == 1
    assert bag.mailed == (ONCE if clock is RunClock.SEND else Counter())


def test_a_run_in_hand_is_nobody_elses_however_long_it_takes(
    office: Office, tmp_path: Path, bag: Mailbag
) -> None:
    office.at(DRAFT_SLOT).engine.stop()
    job = Job(step="draft", key=f"hebdo-sahel {DRAFT_SLOT.isoformat()}")
    other = Office(tmp_path, office.newsroom.database, DRAFT_SLOT, bag)
    begun, go = threading.Event(), threading.Event()

    def slowly() -> datetime:
        if threading.current_thread() is worker:
            begun.set()
            assert go.wait(10)
        return office.clock.now

    object.__setattr__(office.desk.newsroom, "clock", slowly)
    worker = threading.Thread(target=office.clocks.handle, args=(job,))
    worker.start()
    try:
        assert begun.wait(10)
        for minute in range(0, 60, 2):
            moment = DRAFT_SLOT + timedelta(minutes=minute)
            assert office.at(moment).engine.steps() == []
            assert other.at(moment).engine.steps() == []
    finally:
        go.set()
        worker.join()
    assert len(all_issues(office)) == 1


def test_a_failing_run_is_noted_and_tried_again(office: Office, bag: Mailbag) -> None:
    office.at(DRAFT_SLOT).work()
    approve_it(office)
    bag.down = True
    office.at(SEND_SLOT).work()
    assert result(office, RunClock.SEND) == "failed: the mailbag is shut"
    bag.down = False
    office.at(SEND_SLOT + SECOND).work()
    assert not bag.mailed
    office.at(SEND_SLOT + LEASE).work()
    assert bag.mailed == ONCE


@pytest.mark.slow
def test_of_three_schedulers_one_of_them_killed_each_reader_is_mailed_once(
    office: Office, tmp_path: Path, bag: Mailbag
) -> None:
    office.rewrite(("editors:", "approval: automatic\n    editors:"))
    office.at(LONG_AGO + HOUR)
    database = office.newsroom.database
    offices = [Office(tmp_path, database, LONG_AGO, bag) for _ in range(3)]
    for slot in (DRAFT_SLOT, SEND_SLOT):
        together(offices, slot)
        winners = [one for one in offices if one.engine.steps()]
        assert len(winners) == 1, "a due moment was taken by none, or by several"
        winners[0].die()
        together(offices, slot + LEASE)
        for one in offices:
            one.work()
        together(offices, slot + 2 * LEASE)
        for one in offices:
            one.work()
    assert all_issues(office) == [IssueState.SENT]
    assert bag.mailed == ONCE


def together(offices: list[Office], moment: datetime) -> None:
    threads = [threading.Thread(target=office.at, args=(moment,)) for office in offices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.slow
def test_of_three_processes_two_killed_at_the_draft_each_reader_is_mailed_once(
    office: Office, tmp_path: Path
) -> None:
    office.rewrite(
        ("53 6 * * fri", "10 18 * * thu"), ("editors:", "approval: automatic\n    editors:")
    )
    office.at(LONG_AGO + HOUR)
    schedulers = [start_scheduler(tmp_path) for _ in range(3)]
    try:
        wait_until(lambda: bool(result_rows(office)))
        schedulers[0].kill()
        schedulers[1].kill()
        wait_until(lambda: all_issues(office) == [IssueState.SENT])
        time.sleep(0.5)  # a second sending would show up now
    finally:
        for scheduler in schedulers:
            scheduler.kill()
            scheduler.communicate()
    lines = (tmp_path / "mailed").read_text().splitlines()
    assert Counter(line.split()[1] for line in lines if line.startswith("mail ")) == ONCE


def start_scheduler(folder: Path) -> "subprocess.Popen[str]":
    began = folder / "began"
    if not began.exists():
        began.write_text(str(time.time()))
    return subprocess.Popen(
        [sys.executable, "-m", "tests.pipeline.scheduler", str(folder), began.read_text(), "200"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def result_rows(office: Office) -> list[RunRecord]:
    with office.newsroom.database.read() as connection:
        return runs.unfinished(connection)


def wait_until(happened: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)


# --- an edited schedule.yaml ---


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
