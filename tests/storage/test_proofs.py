"""What was proved is written fenced: a doubt is settled once, a mail is stopped in time or told."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select, update

from digest.errors import NotFoundError
from digest.model.delivery import BatchState, Doubt, Outcome, Settlement
from digest.model.event import Traces
from digest.storage import events, ledger, proofs, tables, tallies
from subscribers.database import Database
from tests.storage.ledgers import (
    ISSUE,
    LEASE,
    NOW,
    accepted,
    begin_sending,
    calling,
    claimed,
    fate,
    intend,
    unknown,
)
from tests.storage.test_events import an_event

HOUR = timedelta(hours=1)
Step = Callable[[Connection, Doubt], bool]


def accept(connection: Connection, doubt: Doubt) -> bool:
    return proofs.accept(connection, doubt, "event e", NOW)


def refuse(connection: Connection, doubt: Doubt) -> bool:
    return proofs.refuse(connection, doubt, "no event", NOW)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.write() as connection:
        begin_sending(connection)
        yield connection


def settle(connection: Connection, attempt: str, **changes: object) -> None:
    """Let a call of the next batch be accepted, or come to what is asked for."""
    batch = calling(connection, attempt)
    settlement = changes.get("settlement", accepted(batch))
    assert isinstance(settlement, Settlement)
    ids = iter("xyz")
    assert ledger.settle(connection, batch, settlement, now=NOW, new_id=lambda: next(ids))


def in_doubt(connection: Connection, attempt: str = "a") -> Doubt:
    batch = calling(connection, attempt)
    assert ledger.settle(connection, batch, unknown(batch), now=NOW, new_id=str)
    return next(one for one in tallies.doubts(connection) if one.attempt.id == attempt)


def stands(connection: Connection, attempt: str) -> tuple[BatchState, str, Outcome]:
    """The batch's state, its attempt, and what that attempt counts as."""
    question = select(
        tables.batches.c.state, tables.batches.c.attempt_id, tables.attempts.c.outcome
    )
    found = question.join(tables.attempts, tables.attempts.c.batch_id == tables.batches.c.id)
    row = connection.execute(found.where(tables.attempts.c.id == attempt)).one()
    return BatchState(row.state), row.attempt_id, Outcome(row.outcome)


def tell(connection: Connection, attempt: str = "a") -> None:
    events.store(connection, [an_event(f"of {attempt}", attempt_id=attempt)], NOW)


@pytest.mark.parametrize(
    ("step", "state", "outcome"),
    [
        (accept, BatchState.SENT, Outcome.ACCEPTED),
        (refuse, BatchState.READY, Outcome.REFUSED),
        (proofs.hold, BatchState.HELD, Outcome.UNKNOWN),
    ],
)
def test_a_verdict_is_written_once(
    connection: Connection, step: Step, state: BatchState, outcome: Outcome
) -> None:
    doubt = in_doubt(connection)
    assert step(connection, doubt)
    assert stands(connection, "a") == (state, "a", outcome)
    assert not step(connection, doubt)
    assert stands(connection, "a") == (state, "a", outcome)


def test_the_proof_stands_in_the_attempts_detail(connection: Connection) -> None:
    accept(connection, in_doubt(connection))
    [attempt] = proofs.attempts_of(connection, 1)
    assert (attempt.detail, attempt.ended_at) == ("event e", NOW)


@pytest.mark.parametrize("step", [accept, refuse, proofs.hold])
def test_after_a_persons_word_a_verdict_changes_nothing(connection: Connection, step: Step) -> None:
    doubt = in_doubt(connection)
    ledger.resolve(connection, doubt.batch.id, sent=False, now=NOW)
    claimed(connection, "b")
    assert not step(connection, doubt)
    assert stands(connection, "a") == (BatchState.CLAIMED, "b", Outcome.REFUSED)


def test_what_is_held_an_event_may_still_prove_and_absence_may_not(connection: Connection) -> None:
    doubt = in_doubt(connection)
    proofs.hold(connection, doubt)
    assert not refuse(connection, doubt)
    assert accept(connection, doubt)
    assert stands(connection, "a") == (BatchState.SENT, "a", Outcome.ACCEPTED)


def test_a_worker_that_comes_late_settles_what_is_held(connection: Connection) -> None:
    batch = calling(connection)
    ledger.settle(connection, batch, unknown(batch), now=NOW, new_id=str)
    proofs.hold(connection, tallies.doubts(connection)[0])
    assert ledger.settle(connection, batch, accepted(batch), now=NOW, new_id=str)
    assert stands(connection, "a") == (BatchState.SENT, "a", Outcome.ACCEPTED)


def begin(connection: Connection, attempt: str, after: timedelta) -> None:
    began = update(tables.attempts).where(tables.attempts.c.id == attempt)
    connection.execute(began.values(intent_at=NOW + after))


def test_witnesses_are_accepted_calls_of_the_same_provider_around_it(
    connection: Connection,
) -> None:
    doubt = in_doubt(connection)
    settle(connection, "b")
    begin(connection, "b", HOUR)
    settle(connection, "c")
    begin(connection, "c", HOUR + timedelta(seconds=1))
    ledger.skip(connection, proofs.batch(connection, 2), {11: "unsubscribed"}, NOW)
    tell(connection, "b")
    [witness] = proofs.witnesses(connection, doubt.attempt, HOUR)
    assert witness.attempt.id == "b"
    assert witness.recipient_ids == frozenset(range(12, 21))
    assert witness.traces == Traces(events=1, readers=frozenset({1}))
    begin(connection, "b", -HOUR)
    assert [one.attempt.id for one in proofs.witnesses(connection, doubt.attempt, HOUR)] == ["b"]
    begin(connection, "b", -HOUR - timedelta(seconds=1))
    assert not proofs.witnesses(connection, doubt.attempt, HOUR)


def test_refused_calls_and_other_providers_are_no_witnesses(connection: Connection) -> None:
    doubt = in_doubt(connection)
    no = Settlement(fates=(fate((), BatchState.READY, Outcome.REFUSED, not_before=NOW + HOUR),))
    settle(connection, "b", settlement=no)
    assert intend(connection, claimed(connection, "c"), provider="mailgun")
    for attempt in "bc":
        begin(connection, attempt, HOUR / 2)
    assert not proofs.witnesses(connection, doubt.attempt, HOUR)


def test_a_part_of_a_mixed_receipt_remembers_its_call_and_is_no_witness(
    connection: Connection,
) -> None:
    doubt = in_doubt(connection)
    parts = (
        fate((), BatchState.SENT, Outcome.ACCEPTED),
        fate((11, 12), BatchState.IN_DOUBT, Outcome.UNKNOWN),
    )
    settle(connection, "b", settlement=Settlement(fates=parts))
    begin(connection, "b", HOUR / 2)
    part = next(one for one in tallies.doubts(connection) if one.attempt.id == "x")
    assert (part.attempt.origin_id, part.recipient_ids) == ("b", (11, 12))
    ledger.resolve(connection, part.batch.id, sent=True, now=NOW)
    begin(connection, "x", HOUR / 2)
    found = proofs.witnesses(connection, doubt.attempt, HOUR)
    assert [(one.attempt.id, len(one.recipient_ids)) for one in found] == [("b", 8)]


def test_a_batch_that_does_not_exist_is_named(connection: Connection) -> None:
    with pytest.raises(NotFoundError, match="no batch 99"):
        proofs.batch(connection, 99)


def go_again(connection: Connection) -> None:
    """Count the attempt `a` of batch 1 as refused, by a person's word."""
    ledger.resolve(connection, in_doubt(connection).batch.id, sent=False, now=NOW)


def belated(connection: Connection) -> list[str]:
    found = proofs.belated(connection, NOW - HOUR)
    assert found == proofs.belated_among(connection, {"a", "b", "elsewhere"})
    return [one.attempt.id for one in found]


def test_only_what_counts_as_refused_and_has_an_event_is_belated(connection: Connection) -> None:
    go_again(connection)
    assert belated(connection) == []
    tell(connection)
    assert belated(connection) == ["a"]
    assert proofs.belated(connection, NOW + HOUR) == []
    assert proofs.belated_among(connection, {"b"}) == []


def test_very_many_attempts_are_asked_for_in_parts(connection: Connection) -> None:
    go_again(connection)
    tell(connection)
    many = [f"{number:032x}" for number in range(33_000)]
    assert [one.attempt.id for one in proofs.belated_among(connection, ["a", *many])] == ["a"]


@pytest.mark.parametrize("state", ["ready", "claimed", "failed", "cancelled"])
def test_what_is_about_to_be_mailed_again_is_taken_back(connection: Connection, state: str) -> None:
    go_again(connection)
    if state == "claimed":
        other = claimed(connection, "b")
    connection.execute(
        update(tables.batches).where(tables.batches.c.id == 1).values(state=BatchState(state))
    )
    present = proofs.take_back(connection, "a", NOW)
    assert present is not None
    assert stands(connection, "a") == (BatchState.IN_DOUBT, "a", Outcome.UNKNOWN)
    if state == "claimed":
        assert not intend(connection, other), "its worker is too late"


@pytest.mark.parametrize("done", [False, True], ids=["under way", "accepted"])
def test_another_call_under_way_or_done_can_not_be_stopped(
    connection: Connection, done: bool
) -> None:
    go_again(connection)
    other = calling(connection, "b")
    if done:
        assert ledger.settle(connection, other, accepted(other), now=NOW, new_id=str)
    assert proofs.take_back(connection, "a", NOW) is None
    assert stands(connection, "a")[2] is Outcome.REFUSED


def test_another_call_in_doubt_is_feared_to_be_a_second_mail(connection: Connection) -> None:
    go_again(connection)
    in_doubt(connection, "b")
    assert proofs.take_back(connection, "a", NOW) is not None
    assert stands(connection, "a") == (BatchState.IN_DOUBT, "a", Outcome.UNKNOWN)
    [feared] = proofs.doubled(connection, ISSUE)
    assert (feared.attempt.id, feared.recipient_ids) == ("b", tuple(range(1, 11)))
    assert proofs.doubled(connection, ISSUE + 1) == []


def test_a_double_is_marked_once_and_is_news_again_when_its_rival_failed(
    connection: Connection,
) -> None:
    go_again(connection)
    tell(connection)
    other = calling(connection, "b")
    assert proofs.double(connection, "a", "event e", NOW)
    assert not proofs.double(connection, "a", "event e", NOW)
    assert belated(connection) == []
    no = fate(other.recipient_ids, BatchState.READY, Outcome.REFUSED, not_before=NOW + LEASE)
    ledger.settle(connection, other, Settlement(fates=(no,)), now=NOW, new_id=str)
    assert belated(connection) == ["a"]


def test_an_accepted_call_can_be_settled_more_exactly_by_its_own_answer(
    connection: Connection,
) -> None:
    accept(connection, in_doubt(connection))
    assert proofs.take_back(connection, "a", NOW) is not None
    assert stands(connection, "a") == (BatchState.IN_DOUBT, "a", Outcome.UNKNOWN)
