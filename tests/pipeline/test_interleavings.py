"""What else may happen while an issue is sent: settings change, people cancel, disks fill up."""

import os
import signal
import time
from dataclasses import replace
from threading import Event

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from digest.deliver.provider import Call, Receipt
from digest.errors import DeliveryError
from digest.model.delivery import Tally
from digest.model.issue import Issue, IssueState
from digest.pipeline import delivering
from digest.pipeline.composing import cancel
from digest.pipeline.doubts import doubts
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.sending import resume, send, status
from digest.schedule.values import Schedule
from subscribers.database import Database
from tests.deliver.courier import ACCEPTED, Courier, forbidden, lost
from tests.pipeline.scene import QUICK, a_newsroom, later


def stop_in_the_middle(newsroom: Newsroom, issue: Issue) -> None:
    with pytest.raises(DeliveryError):
        send(newsroom, issue.id, patience=QUICK)


def without_newsletters(schedule: Schedule) -> Schedule:
    return schedule.model_copy(update={"newsletters": {}})


def with_another_list(schedule: Schedule) -> Schedule:
    plan = schedule.newsletters["hebdo-sahel"].model_copy(update={"list": "other"})
    return schedule.model_copy(update={"newsletters": {"hebdo-sahel": plan}})


def fill_up(connection: Connection) -> None:
    """Let nothing be written over an attempt, as if the disk were full."""
    if connection.dialect.name == "sqlite":
        refuse = "SELECT RAISE(ABORT, 'full')"
        trigger = f"CREATE TRIGGER no_room BEFORE UPDATE ON attempts BEGIN {refuse}; END"
        connection.exec_driver_sql(trigger)
        return
    refuse = "AS $$ BEGIN RAISE EXCEPTION 'full'; END $$"
    connection.exec_driver_sql(
        f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql {refuse}"
    )
    connection.exec_driver_sql(
        "CREATE TRIGGER no_room BEFORE UPDATE ON attempts EXECUTE FUNCTION refuse()"
    )


def make_room(connection: Connection) -> None:
    table = "" if connection.dialect.name == "sqlite" else " ON attempts"
    connection.exec_driver_sql(f"DROP TRIGGER no_room{table}")


@pytest.mark.parametrize("edit", [without_newsletters, with_another_list])
def test_an_edited_schedule_changes_nothing_for_those_who_were_planned(
    database: Database, issue: Issue, edit: object
) -> None:
    courier = Courier(lost(), forbidden())
    newsroom = a_newsroom(database, lambda: courier)
    stop_in_the_middle(newsroom, issue)
    assert callable(edit)
    edited = replace(newsroom, schedule=edit(newsroom.schedule))
    assert [len(one.recipients) for one in doubts(edited)] == [2]
    [report] = resume(edited, again=True)
    assert report.tally == Tally(planned=9, sent=7, held=2)
    assert courier.mailed == dict.fromkeys(range(3, 10), 1)


def test_links_that_lead_nowhere_are_not_mailed_by_a_provider_that_came_later(
    database: Database, issue: Issue
) -> None:
    here = "http://127.0.0.1:8000"
    tried = Courier(forbidden(), name="outbox")
    stop_in_the_middle(a_newsroom(database, lambda: tried, site_url=here), issue)
    real = Courier()
    with pytest.raises(DeliveryError, match="https"):
        resume(a_newsroom(database, lambda: real, site_url=here), again=True)
    assert not real.calls


def test_a_cancelled_issue_takes_back_at_once_what_is_not_under_way(
    database: Database, issue: Issue
) -> None:
    newsroom, tallies = a_newsroom(database), []

    def meanwhile(_call: Call) -> Receipt:
        cancel(newsroom, issue.id)
        tallies.append(status(newsroom, issue.id)[0].tally)
        return ACCEPTED

    report = send(a_newsroom(database, lambda: Courier(meanwhile)), issue.id)
    assert tallies == [Tally(planned=9, waiting=2, cancelled=7)]
    assert (report.state, report.tally) == ("cancelled", Tally(planned=9, sent=2, cancelled=7))


def test_an_outcome_that_cannot_be_written_down_is_a_doubt_even_of_a_cancelled_issue(
    database: Database, issue: Issue
) -> None:
    courier = Courier(capacity=9)
    with database.write() as connection:
        fill_up(connection)
    with pytest.raises(DBAPIError, match="full"):
        send(a_newsroom(database, lambda: courier), issue.id)
    with database.write() as connection:
        make_room(connection)
    newsroom = a_newsroom(database, lambda: courier, clock=later)
    assert cancel(newsroom, issue.id).state is IssueState.CANCELLED
    [report] = resume(newsroom, again=True)
    assert report.tally == Tally(planned=9, in_doubt=9)
    assert len(courier.calls) == 1
    assert resume(newsroom) == []


def test_a_call_that_never_ends_is_given_up_and_the_others_go(
    database: Database, issue: Issue
) -> None:
    impatient = replace(QUICK, longest_call=0.3, slack=0.2)
    never = Event()

    def drip(_call: Call) -> Receipt:
        never.wait(30)
        return ACCEPTED

    courier = Courier(drip, workers=1)
    report = send(a_newsroom(database, lambda: courier), issue.id, patience=impatient)
    never.set()
    assert report.tally == Tally(planned=9, sent=7, in_doubt=2)


def test_a_signal_while_it_waits_lets_every_call_in_hand_be_settled(
    database: Database, issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "_TOLD_EVERY", 30)

    def interrupted(_call: Call) -> Receipt:
        time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.4)
        return ACCEPTED

    courier = Courier(interrupted, capacity=2)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.raises(KeyboardInterrupt):
        send(a_newsroom(database, lambda: courier), issue.id)
    signal.signal(signal.SIGINT, before)
    [told] = status(a_newsroom(database), issue.id)
    assert told.tally == Tally(planned=9, sent=2, waiting=7)


def test_a_process_that_is_asked_to_end_begins_no_further_call_and_leaves_no_doubt(
    database: Database, issue: Issue
) -> None:
    courier = Courier(capacity=1)
    newsroom = a_newsroom(database, lambda: courier)

    def asked_to_end(_call: Call) -> Receipt:
        newsroom.stopping.set()
        time.sleep(delivering._TOLD_EVERY * 2)
        return ACCEPTED

    courier.then(ACCEPTED, asked_to_end)
    with pytest.raises(DeliveryError, match="goes on when resumed"):
        send(newsroom, issue.id, patience=QUICK)
    [standing] = status(newsroom)
    assert standing.tally == Tally(planned=9, sent=2, waiting=7)
    [report] = resume(a_newsroom(database, lambda: courier))
    assert report.tally == Tally(planned=9, sent=9)
    assert courier.mailed == dict.fromkeys(range(1, 10), 1)
