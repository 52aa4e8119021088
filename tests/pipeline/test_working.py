"""What a process does as long as it is at work, and how it leaves."""

import threading
from pathlib import Path

import pytest

from digest.clock import system_clock
from digest.engine.jobs import Job
from digest.engine.local import LocalEngine
from digest.model.run import Run, RunClock
from digest.pipeline.clocks import EVERY
from digest.pipeline.desk import Desk
from digest.pipeline.lanes import JOIN
from digest.pipeline.sending import begin
from digest.pipeline.working import at_work
from digest.storage import runs
from subscribers.database import Database
from tests.deliver.courier import Courier
from tests.pipeline.clockwork import HOUR, LONG_AGO, Mailbag, Office, furnish
from tests.pipeline.scene import a_newsroom, write_schedule
from tests.waiting import wait_until


class Ledger(LocalEngine):
    """An engine that also keeps what it was given."""

    def __init__(self) -> None:
        super().__init__(system_clock, threads=2)
        self.given: list[Job] = []
        self.stopped = threading.Event()

    def enqueue(self, job: Job) -> None:
        self.given.append(job)
        super().enqueue(job)

    def stop(self) -> None:
        super().stop()
        self.stopped.set()

    def steps(self) -> set[str]:
        return {job.step for job in self.given}


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    courier = Courier(capacity=3)
    return Desk(a_newsroom(database, lambda: courier), write_schedule(tmp_path))


@pytest.mark.parametrize(("clocks", "expected"), [(True, {JOIN, *EVERY}), (False, {JOIN})])
def test_only_a_scheduler_hands_sweeps_out_but_everyone_joins_a_sending(
    desk: Desk, issue: object, database: Database, clocks: bool, expected: set[str]
) -> None:
    begin(desk.newsroom, 1)
    engine = Ledger()
    with at_work(desk, engine, clocks=clocks, look=0.05):
        wait_until(lambda: engine.steps() == expected, f"{expected} handed out")
    assert engine.stopped.is_set()
    assert desk.newsroom.stopping.is_set()


def test_a_run_in_hand_is_kept_without_clocks_too(tmp_path: Path, database: Database) -> None:
    furnish(tmp_path, database)
    office = Office(tmp_path, database, LONG_AGO, Mailbag())
    run = Run(newsletter="hebdo-sahel", clock=RunClock.SEND, slot=LONG_AGO)
    with database.write() as connection:
        assert runs.take(connection, run, LONG_AGO)
    office.clocks._in_hand.add(run)
    office.clock.now += HOUR
    office.clocks.look()
    with database.read() as connection:
        record = runs.record(connection, run)
    assert record is not None
    assert record.taken_at == LONG_AGO + HOUR


def test_an_edited_schedule_is_taken_over_by_whoever_looks_first(
    tmp_path: Path, database: Database
) -> None:
    furnish(tmp_path, database)
    office = Office(tmp_path, database, LONG_AGO, Mailbag()).at(LONG_AGO)
    office.rewrite(("53 6 * * fri", "10 18 * * thu"))
    office.clocks.look()
    assert office.desk.newsroom.schedule.newsletters["hebdo-sahel"].send == "10 18 * * thu"
    assert office.clocks._since == {}, "the tick would not see that hours changed"
