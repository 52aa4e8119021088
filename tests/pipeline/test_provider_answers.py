"""What becomes of an issue whose provider refuses, falls silent or asks to wait."""

import time
from threading import Event

import pytest
from sqlalchemy import update

from digest.deliver.batches import Patience
from digest.deliver.provider import Call, Receipt
from digest.errors import DeliveryError
from digest.model.delivery import Outcome, Tally
from digest.model.issue import Issue, IssueState
from digest.pipeline.doubts import doubts, resolve
from digest.pipeline.sending import resume, send, status
from subscribers import tables as readership
from subscribers.database import Database
from tests.deliver.courier import ACCEPTED, Courier, forbidden, lost, people, refused
from tests.pipeline.scene import QUICK, a_newsroom, address_of, later, sent_by, state_of


def test_a_refusal_for_good_stops_before_every_batch_is_burnt(
    database: Database, issue: Issue
) -> None:
    courier = Courier(forbidden())
    with pytest.raises(DeliveryError, match="401 bad key") as failure:
        sent_by(courier, database, issue)
    assert "9 were not mailed" in str(failure.value)
    assert len(courier.calls) == 1
    assert state_of(database, issue) is IssueState.SENDING
    [report] = resume(a_newsroom(database, lambda: courier), again=True)
    assert report.tally == Tally(planned=9, sent=9)
    assert courier.mailed == dict.fromkeys(range(1, 10), 1)


def test_without_a_persons_word_what_failed_stays_failed(database: Database, issue: Issue) -> None:
    courier = Courier(forbidden())
    with pytest.raises(DeliveryError):
        sent_by(courier, database, issue)
    report = sent_by(courier, database, issue)
    assert report.tally == Tally(planned=9, sent=7, failed=2)
    assert (report.state, report.last_error) == ("sent", "401 bad key")
    [again] = resume(a_newsroom(database, lambda: courier), issue.id, again=True)
    assert again.tally == Tally(planned=9, sent=9)


def test_a_refusal_for_now_is_tried_again_until_patience_ends(
    database: Database, issue: Issue
) -> None:
    courier = Courier(refused("busy"), capacity=9)
    assert sent_by(courier, database, issue).tally == Tally(planned=9, sent=9)
    assert len(courier.calls) == 2


def test_a_batch_that_is_always_refused_fails_and_the_others_go(
    database: Database, issue: Issue
) -> None:
    def never_the_first(call: Call) -> Receipt:
        return refused("busy") if call.to[0].id == 1 else ACCEPTED

    courier = Courier(*[never_the_first] * 20)
    report = sent_by(courier, database, issue)
    assert report.tally == Tally(planned=9, sent=7, failed=2)
    assert report.last_error == "busy"
    assert people(courier.calls).count(1) == QUICK.tries


def test_a_lost_answer_is_a_doubt_that_is_told_and_never_mailed_again(
    database: Database, issue: Issue
) -> None:
    courier = Courier(ACCEPTED, lost("connection reset"))
    report = sent_by(courier, database, issue)
    assert report.tally == Tally(planned=9, sent=7, in_doubt=2)
    assert (report.state, report.doubts) == ("sent", 1)
    newsroom = a_newsroom(database, lambda: courier)
    resume(newsroom, issue.id, again=True)
    assert people(courier.calls).count(3) == 1
    [found] = doubts(newsroom)
    assert [reader.address for reader in found.recipients] == [address_of(3), address_of(4)]
    assert found.doubt.batch.last_error == "connection reset"


def test_a_person_who_knows_settles_a_doubt_either_way(database: Database, issue: Issue) -> None:
    courier = Courier(lost(), lost())
    sent_by(courier, database, issue)
    newsroom = a_newsroom(database, lambda: courier, clock=later)
    first, second = (one.doubt.batch.id for one in doubts(newsroom))
    resolve(newsroom, first, sent=True)
    resolve(newsroom, second, sent=False)
    [report] = resume(newsroom)
    assert report.tally == Tally(planned=9, sent=9)
    assert people(courier.calls).count(1) == 1
    assert people(courier.calls).count(3) == 2
    assert resume(newsroom) == []


def test_lost_answers_in_a_row_stop_the_sending_before_everyone_is_in_doubt(
    database: Database, issue: Issue
) -> None:
    courier = Courier(*[lost()] * 20, capacity=1)
    patience = Patience(unknown_in_a_row=3)
    with pytest.raises(DeliveryError, match="3 answers in a row were lost"):
        send(a_newsroom(database, lambda: courier), issue.id, patience=patience)
    [told] = status(a_newsroom(database), issue.id)
    assert told.tally == Tally(planned=9, in_doubt=3, waiting=6)
    assert told.issue.state is IssueState.SENDING


def test_a_mixed_receipt_gives_everyone_their_own_fate(database: Database, issue: Issue) -> None:
    mixed = Receipt(
        outcome=Outcome.ACCEPTED,
        refused={1: "550 no such user"},
        unknown=frozenset({2}),
        untried=frozenset({3}),
    )
    courier = Courier(mixed, capacity=9)
    report = sent_by(courier, database, issue)
    assert report.tally == Tally(planned=9, sent=7, refused=1, in_doubt=1)
    assert people(courier.calls).count(3) == 2
    assert courier.mailed == dict.fromkeys(range(3, 10), 1)


def test_a_429_makes_every_worker_wait(database: Database, issue: Issue) -> None:
    moments: list[float] = []
    answered = Event()

    def noted(_call: Call) -> Receipt:
        moments.append(time.monotonic())
        answered.wait()
        time.sleep(0.05)  # calls in flight end when the answer has been heard
        return ACCEPTED

    def too_many(_call: Call) -> Receipt:
        moments.append(time.monotonic())
        answered.set()
        return refused("429", retry_after=0.4)

    courier = Courier(too_many, *[noted] * 9, capacity=1, workers=3)
    report = sent_by(courier, database, issue)
    assert report.tally.sent == 9
    in_flight = 2
    assert all(moment - moments[0] >= 0.35 for moment in moments[1 + in_flight :])


def test_a_provider_that_asks_for_hours_ends_the_sending_for_now(
    database: Database, issue: Issue
) -> None:
    courier = Courier(refused("429 quota", retry_after=7200))
    with pytest.raises(DeliveryError, match="wait 120 minutes"):
        sent_by(courier, database, issue)
    assert status(a_newsroom(database), issue.id)[0].tally == Tally(planned=9, waiting=9)


def test_a_surprise_leaves_a_doubt_and_is_not_hidden(database: Database, issue: Issue) -> None:
    courier = Courier(ACCEPTED, ZeroDivisionError("oh"))
    with pytest.raises(ZeroDivisionError):
        sent_by(courier, database, issue)
    [told] = status(a_newsroom(database), issue.id)
    assert told.tally == Tally(planned=9, sent=2, in_doubt=2, waiting=5)


def test_who_was_refused_or_left_stays_out_when_the_others_are_tried_again(
    database: Database, issue: Issue
) -> None:
    def move(reader: int, state: str) -> None:
        column = readership.subscriptions.c.subscriber_id
        with database.write() as connection:
            changed = update(readership.subscriptions).where(column == reader)
            connection.execute(changed.values(state=state))

    def unfit(_call: Call) -> Receipt:
        move(2, "confirmed")
        return Receipt(outcome=Outcome.REFUSED, refused={1: "no valid address"})

    def away(_call: Call) -> Receipt:
        move(2, "unsubscribed")
        return refused()

    courier = Courier(away, refused(), unfit, capacity=9)
    report = sent_by(courier, database, issue)
    assert [len(call.to) for call in courier.calls] == [9, 8, 8, 7]
    assert report.tally == Tally(planned=9, sent=7, skipped=1, refused=1)
    assert courier.mailed == dict.fromkeys(range(3, 10), 1)
