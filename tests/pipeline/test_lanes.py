"""Who joins a sending, and when is it left alone? One process's view, its engine in hand."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from digest.deliver.provider import Call, Receipt
from digest.engine.jobs import Job
from digest.errors import DeliveryError
from digest.model.delivery import BatchState
from digest.model.issue import Issue, IssueState
from digest.pipeline.desk import Desk
from digest.pipeline.lanes import JOIN, LANES, REST, WAIT, Lanes
from digest.pipeline.sending import begin, resume, send
from digest.storage import lanes as storage
from digest.storage.tables import batches, issues
from subscribers.database import Database
from tests.deliver.courier import Courier, forbidden
from tests.pipeline.clockwork import (
    DRAFT_SLOT,
    ONCE,
    SECOND,
    SEND_SLOT,
    HandClock,
    InlineEngine,
    Mailbag,
    Office,
    approve_it,
)
from tests.pipeline.scene import QUICK, a_newsroom, state_of


class Part:
    """One process's part in all sendings, with its courier and its clock."""

    def __init__(self, database: Database, courier: Courier) -> None:
        self.courier = courier
        self.clock = HandClock(SEND_SLOT)
        self.newsroom = a_newsroom(database, self.open, clock=self.clock)
        self.engine = InlineEngine(self.clock)
        self.desk = Desk(self.newsroom, Path("schedule.yaml"))
        self.lanes = Lanes(self.desk, self.engine)
        self.opened = 0

    def open(self) -> Courier:
        self.opened += 1
        return self.courier

    def offered(self) -> list[str]:
        """Look, and give the lanes that are asked for."""
        self.engine.stop()
        self.lanes.look()
        return [key for step, key in self.engine.jobs if step == JOIN]

    def work(self) -> None:
        """Look, and take every lane."""
        self.lanes.look()
        self.engine.run(self.lanes.join)


@pytest.fixture
def part(database: Database, issue: Issue) -> Part:
    """A process that finds an issue planned by another."""
    part = Part(database, Courier(capacity=3))
    begin(part.newsroom, issue.id)
    part.opened = 0
    return part


def test_a_sending_that_another_process_began_is_joined(
    part: Part, database: Database, issue: Issue
) -> None:
    assert part.offered() == [f"{issue.id} {lane}" for lane in range(1, LANES + 1)]
    part.work()
    assert part.courier.mailed == dict.fromkeys(range(1, 10), 1)
    assert state_of(database, issue) is IssueState.SENT
    assert part.offered() == []


def test_a_lane_with_nothing_to_do_opens_no_provider(part: Part, issue: Issue) -> None:
    part.work()
    assert part.opened == 1, "each lane opened one"
    part.lanes.join(Job(step=JOIN, key=f"{issue.id} 1"))
    assert part.opened == 1


def set_batches(database: Database, **values: object) -> None:
    with database.write() as connection:
        connection.execute(update(batches).values(**values))


def pause(database: Database) -> None:
    with database.write() as connection:
        statement = "INSERT INTO sendings (issue_id, paused_at) SELECT id, changed_at FROM issues"
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "happen",
    [
        pytest.param(pause, id="paused"),
        pytest.param(
            lambda database: set_batches(database, not_before=SEND_SLOT + SECOND), id="due later"
        ),
        pytest.param(
            lambda database: set_batches(
                database,
                state=BatchState.CALLING,
                worker="elsewhere - - 1 1",
                lease_until=SEND_SLOT + SECOND,
            ),
            id="in the hands of a machine that may be alive",
        ),
        pytest.param(
            lambda database: set_issue(database, IssueState.DRAFT), id="not being sent at all"
        ),
    ],
)
def test_a_sending_is_left_alone_that_is(
    part: Part, database: Database, happen: Callable[[Database], None]
) -> None:
    happen(database)
    assert part.offered() == []


def set_issue(database: Database, state: IssueState) -> None:
    with database.write() as connection:
        connection.execute(update(issues).values(state=state))


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"not_before": SEND_SLOT}, id="a batch that is due again"),
        pytest.param(
            {"state": BatchState.CLAIMED, "worker": "elsewhere - - 1 1", "lease_until": SEND_SLOT},
            id="a lease that is past",
        ),
        pytest.param(
            {
                "state": BatchState.CALLING,
                "worker": "a dead one",
                "lease_until": SEND_SLOT + timedelta(days=1),
            },
            id="a holder that is dead",
        ),
        pytest.param({"state": BatchState.SENT}, id="the last step that was not done"),
    ],
)
def test_a_sending_is_joined_that_has(
    part: Part, database: Database, issue: Issue, values: dict[str, object]
) -> None:
    set_batches(database, **values)
    with database.read() as connection:
        found = storage.wanting(connection, SEND_SLOT, lambda worker: worker == "a dead one")
    assert found == [issue.id]


def test_what_a_cancelled_sending_left_ready_is_put_away(
    part: Part, database: Database, issue: Issue
) -> None:
    set_issue(database, IssueState.CANCELLED)
    part.work()
    assert part.offered() == []
    assert not part.courier.mailed
    with database.read() as connection:
        states = set(connection.scalars(text("SELECT state FROM batches")))
    assert states == {BatchState.CANCELLED}


def test_a_process_that_is_at_an_issue_drops_further_lanes(part: Part, issue: Issue) -> None:
    with part.lanes.at(issue.id) as alone:
        assert alone
        assert part.offered() == []
        part.lanes.join(Job(step=JOIN, key=f"{issue.id} 1"))
    assert part.opened == 0
    assert part.offered() != []


def test_a_fault_lets_the_sending_rest_for_all_workers(
    database: Database, part: Part, issue: Issue
) -> None:
    part.courier.then(forbidden())
    other = Part(database, Courier(capacity=3))
    part.work()
    assert len(part.courier.calls) == 1
    assert part.offered() == other.offered() == []
    other.clock.now += REST - SECOND
    assert other.offered() == []
    other.clock.now += SECOND
    other.work()
    assert sum(other.courier.mailed.values()) == 6, "all but the three who were refused"


def test_a_person_who_resumes_ends_the_rest(part: Part, database: Database, issue: Issue) -> None:
    part.courier.then(forbidden(), forbidden())
    part.work()
    with pytest.raises(DeliveryError):
        resume(part.newsroom, issue.id)
    assert part.offered() != []


def test_a_fault_that_nobody_foresaw_lets_the_sending_rest_too(part: Part) -> None:
    part.courier.then(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        part.work()
    assert part.offered() == []


def test_a_process_that_stops_leaves_the_sending_to_others_at_once(
    database: Database, part: Part
) -> None:
    def stop_and_fail(_call: Call) -> Receipt:
        part.newsroom.stopping.set()
        return forbidden()

    part.courier.then(stop_and_fail)
    part.work()
    assert len(part.courier.calls) == 1
    assert Part(database, Courier()).offered() != []


def test_a_sending_whose_round_ends_with_work_left_rests_a_moment(
    part: Part, database: Database, issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.pipeline.lanes.resume", lambda _newsroom, _issue_id, **_how: [])
    part.work()
    assert part.offered() == []
    part.clock.now += WAIT
    assert part.offered() != []


def test_the_send_clock_calls_all_workers_before_its_first_call(
    office: Office, bag: Mailbag
) -> None:
    office.at(DRAFT_SLOT).work()
    approve_it(office)
    office.at(SEND_SLOT)
    called: list[int] = []

    def deliver(call: Call) -> Receipt:
        called.append(sum(step == JOIN for step, _ in office.engine.jobs))
        return Mailbag.deliver(bag, call)

    bag.deliver = deliver  # type: ignore[method-assign]
    office.work()
    assert called == [LANES]
    assert bag.mailed == ONCE


def test_two_that_end_a_sending_at_once_end_it_once(
    database: Database, part: Part, issue: Issue
) -> None:
    courier, meet = Courier(capacity=5), threading.Barrier(2)
    failures: list[BaseException] = []

    def go() -> None:
        meet.wait()
        try:
            send(a_newsroom(database, lambda: courier), issue.id, patience=QUICK)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert state_of(database, issue) is IssueState.SENT
