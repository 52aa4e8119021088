"""Runs that fail, processes that die, schedulers that compete: each reader is mailed once."""

import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.engine.jobs import Job
from digest.model.issue import IssueState
from digest.model.run import RunClock, RunRecord
from digest.pipeline.clocks import LEASE
from digest.storage import runs
from tests.forks import FORKS
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
    result,
)
from tests.pipeline.scheduler import keep_time
from tests.waiting import wait_until


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
    url = office.newsroom.database.url
    world = (tmp_path, url, time.time(), 200)
    schedulers = [FORKS.Process(target=keep_time, args=world, daemon=True) for _ in range(3)]
    for scheduler in schedulers:
        scheduler.start()
    try:
        wait_until(lambda: bool(result_rows(office)), "a run")
        schedulers[0].kill()
        schedulers[1].kill()
        wait_until(lambda: all_issues(office) == [IssueState.SENT], "the end of the sending")
        time.sleep(0.5)  # a second sending would show up now
    finally:
        for scheduler in schedulers:
            scheduler.kill()
            scheduler.join()
    lines = (tmp_path / "mailed").read_text().splitlines()
    assert Counter(line.split()[1] for line in lines if line.startswith("mail ")) == ONCE


def result_rows(office: Office) -> list[RunRecord]:
    with office.newsroom.database.read() as connection:
        return runs.unfinished(connection)
