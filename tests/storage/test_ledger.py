import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from digest.deliver.plan import lots
from digest.errors import ConflictError, NotFoundError
from digest.model.delivery import Batch, BatchState, Outcome, Settlement, Tally
from digest.model.issue import IssueState
from digest.storage import ledger, tables, tallies
from subscribers.database import Database
from tests.storage.ledgers import (
    EDITION,
    ISSUE,
    LEASE,
    NOW,
    accepted,
    begin_sending,
    calling,
    claim,
    claimed,
    fate,
    intend,
    recover,
    unknown,
)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.write() as connection:
        begin_sending(connection)
        yield connection


def settle(connection: Connection, batch: Batch, settlement: Settlement) -> bool:
    ids = iter("xyz")
    return ledger.settle(connection, batch, settlement, now=NOW, new_id=lambda: next(ids))


def states(connection: Connection) -> list[tuple[str, tuple[int, ...]]]:
    columns = tables.batches.c
    question = select(columns.state, columns.recipient_ids).order_by(columns.id)
    return [(state, ids) for state, ids in connection.execute(question)]


def outcome_of(connection: Connection, attempt: str) -> str | None:
    question = select(tables.attempts.c.outcome).where(tables.attempts.c.id == attempt)
    return connection.scalar(question)


def test_a_plan_is_kept_in_batches_numbered_from_one(connection: Connection) -> None:
    batches = tables.batches.c
    kept = select(batches.seq, batches.recipient_ids).order_by(batches.seq)
    rows = connection.execute(kept).all()
    assert rows == [(1, tuple(range(1, 11))), (2, tuple(range(11, 21))), (3, tuple(range(21, 26)))]
    assert tallies.tally(connection, ISSUE) == Tally(planned=25, waiting=25)


def test_the_same_plan_cannot_be_made_twice(connection: Connection) -> None:
    again = lots([1, 2, 3], edition_id=EDITION, list_name="hebdo", capacity=2)
    with pytest.raises(IntegrityError), connection.begin_nested():
        ledger.freeze(connection, ISSUE, again)


def test_two_claims_take_two_batches_in_order_until_none_is_left(connection: Connection) -> None:
    taken = [claimed(connection, attempt) for attempt in "abc"]
    assert [batch.seq for batch in taken] == [1, 2, 3]
    assert claim(connection, "d") is None


def test_a_batch_that_was_put_off_is_not_due_before(connection: Connection) -> None:
    later = NOW + timedelta(minutes=5)
    connection.execute(update(tables.batches).values(not_before=later))
    assert claim(connection) is None
    assert claim(connection, now=later) is not None


@pytest.mark.parametrize("state", [IssueState.CANCELLED, IssueState.DRAFT])
def test_nothing_of_a_cancelled_issue_can_be_claimed(
    connection: Connection, state: IssueState
) -> None:
    connection.execute(update(tables.issues).values(state=state))
    assert claim(connection) is None
    assert not tallies.goes_on(connection, ISSUE)


def test_a_released_batch_is_ready_again(connection: Connection) -> None:
    batch = claimed(connection)
    assert ledger.release(connection, batch)
    assert claimed(connection, "b").id == batch.id


def test_the_intent_stands_before_the_call(connection: Connection) -> None:
    batch = calling(connection)
    assert outcome_of(connection, "a") == Outcome.OPEN
    assert states(connection)[0][0] == BatchState.CALLING
    assert not intend(connection, batch), "an intent is written once"


def test_an_accepted_batch_is_sent(connection: Connection) -> None:
    batch = calling(connection)
    assert settle(connection, batch, accepted(batch))
    assert outcome_of(connection, "a") == Outcome.ACCEPTED
    assert tallies.tally(connection, ISSUE) == Tally(planned=25, sent=10, waiting=15)


@pytest.mark.parametrize("outcome", [Outcome.OPEN, Outcome.ACCEPTED, Outcome.UNKNOWN])
def test_the_database_forbids_a_second_attempt_beside_a_live_one(
    connection: Connection, outcome: Outcome
) -> None:
    batch = calling(connection)
    connection.execute(update(tables.attempts).values(outcome=outcome))
    second = {"id": "b", "batch_id": batch.id, "provider": "sendgrid", "intent_at": NOW}
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(
            insert(tables.attempts).values(**second, deadline=NOW, outcome=Outcome.OPEN)
        )


def test_a_mixed_fate_splits_the_batch_and_each_part_has_one(connection: Connection) -> None:
    batch = calling(connection)
    mixed = Settlement(
        fates=(
            fate(range(4, 11), BatchState.SENT, Outcome.ACCEPTED),
            fate([2], BatchState.IN_DOUBT, Outcome.UNKNOWN, error="lost"),
            fate([3], BatchState.READY, Outcome.REFUSED, not_before=NOW),
        ),
        refused={1: "550 no such user"},
    )
    assert settle(connection, batch, mixed)
    assert states(connection) == [
        (BatchState.SENT, (1, *range(4, 11))),
        (BatchState.READY, tuple(range(11, 21))),
        (BatchState.READY, tuple(range(21, 26))),
        (BatchState.IN_DOUBT, (2,)),
        (BatchState.READY, (3,)),
    ]
    expected = Tally(planned=25, sent=7, refused=1, in_doubt=1, waiting=16)
    assert tallies.tally(connection, ISSUE) == expected
    [doubt] = tallies.doubts(connection)
    assert (doubt.recipient_ids, doubt.attempt.provider) == ((2,), "sendgrid")
    assert doubt.attempt.outcome is Outcome.UNKNOWN


def test_a_skipped_recipient_counts_as_such_and_stays_out(connection: Connection) -> None:
    batch = claimed(connection)
    ledger.skip(connection, batch, {1: "suppressed", 2: "unsubscribed"}, NOW)
    intend(connection, batch)
    settle(connection, batch, accepted(batch))
    assert tallies.skipped(connection, batch.id) == {1, 2}
    assert tallies.tally(connection, ISSUE) == Tally(planned=25, sent=8, skipped=2, waiting=15)


def test_a_batch_that_nobody_is_left_of_is_done_without_a_call(connection: Connection) -> None:
    batch = claimed(connection)
    ledger.skip(connection, batch, dict.fromkeys(batch.recipient_ids, "erased"), NOW)
    assert ledger.close_empty(connection, batch)
    assert tallies.tally(connection, ISSUE) == Tally(planned=25, skipped=10, waiting=15)


def test_a_dead_workers_claim_is_free_at_once(connection: Connection) -> None:
    batch = claimed(connection, worker="dead")
    assert recover(connection, dead=["dead"]) == 1
    assert not intend(connection, batch), "the dead may not come back and call"
    assert claimed(connection, "b").id == batch.id


def test_a_live_workers_batches_are_left_alone(connection: Connection) -> None:
    calling(connection)
    assert recover(connection, now=NOW + LEASE - timedelta(seconds=1)) == 0


def test_a_dead_workers_call_is_in_doubt_and_never_made_again(connection: Connection) -> None:
    batch = calling(connection)
    assert recover(connection, dead=["w"]) == 1
    assert states(connection)[0] == (BatchState.IN_DOUBT, batch.recipient_ids)
    assert outcome_of(connection, "a") == Outcome.UNKNOWN
    assert claimed(connection, "b").seq == 2


def test_a_lease_that_is_over_counts_like_a_death(connection: Connection) -> None:
    calling(connection)
    assert recover(connection, now=NOW + LEASE) == 1
    assert states(connection)[0][0] == BatchState.IN_DOUBT


def test_where_a_repeat_is_harmless_a_dead_workers_call_is_made_again(
    connection: Connection,
) -> None:
    batch = calling(connection, provider="outbox")
    recover(connection, dead=["w"], repeatable=["outbox"])
    assert outcome_of(connection, "a") == Outcome.SUPERSEDED
    again = claimed(connection, "b")
    assert again.id == batch.id
    assert intend(connection, again)


def test_a_call_through_another_provider_is_not_repeated_for_this_ones_sake(
    connection: Connection,
) -> None:
    calling(connection, provider="sendgrid")
    recover(connection, dead=["w"], repeatable=["outbox"])
    assert states(connection)[0][0] == BatchState.IN_DOUBT


def test_a_worker_that_comes_late_settles_the_doubt_it_left(connection: Connection) -> None:
    batch = calling(connection)
    recover(connection, dead=["w"])
    assert settle(connection, batch, accepted(batch))
    assert tallies.tally(connection, ISSUE).sent == 10
    assert outcome_of(connection, "a") == Outcome.ACCEPTED


def test_a_worker_that_comes_after_a_person_decided_changes_nothing(
    connection: Connection,
) -> None:
    batch = calling(connection)
    recover(connection, dead=["w"])
    ledger.resolve(connection, batch.id, sent=False, now=NOW)
    other = claimed(connection, "b")
    assert other.id == batch.id
    assert not settle(connection, batch, accepted(batch))
    assert states(connection)[0][0] == BatchState.CLAIMED


@pytest.mark.parametrize(
    ("sent", "state", "outcome"),
    [(True, BatchState.SENT, Outcome.ACCEPTED), (False, BatchState.READY, Outcome.REFUSED)],
)
def test_a_person_settles_a_doubt(
    connection: Connection, sent: bool, state: BatchState, outcome: Outcome
) -> None:
    batch = calling(connection)
    settle(connection, batch, unknown(batch))
    ledger.resolve(connection, batch.id, sent=sent, now=NOW)
    assert states(connection)[0][0] == state
    assert outcome_of(connection, "a") == outcome


def test_only_a_doubt_can_be_resolved(connection: Connection) -> None:
    with pytest.raises(ConflictError, match="ready, not in doubt"):
        ledger.resolve(connection, 1, sent=True, now=NOW)
    with pytest.raises(NotFoundError, match="no batch 99"):
        ledger.resolve(connection, 99, sent=True, now=NOW)


def test_failed_batches_can_be_revived_and_waiting_ones_cancelled(connection: Connection) -> None:
    batch = calling(connection)
    failed = fate(batch.recipient_ids, BatchState.FAILED, Outcome.REFUSED, error="401")
    settle(connection, batch, Settlement(fates=(failed,)))
    assert tallies.last_error(connection, ISSUE) == "401"
    assert tallies.tally(connection, ISSUE).failed == 10
    assert ledger.revive(connection, ISSUE) == 1
    assert intend(connection, claimed(connection, "b"))
    assert ledger.cancel(connection, ISSUE) == 2
    expected = Tally(planned=25, cancelled=15, waiting=10)
    assert tallies.tally(connection, ISSUE) == expected


def test_issues_with_something_left_are_found(connection: Connection) -> None:
    assert tallies.unfinished_issues(connection) == [ISSUE]
    connection.execute(update(tables.batches).values(state=BatchState.SENT))
    connection.execute(update(tables.issues).values(state=IssueState.SENT))
    assert tallies.unfinished_issues(connection) == []
    connection.execute(update(tables.batches).values(state=BatchState.READY))
    assert tallies.unfinished_issues(connection) == [ISSUE]


@pytest.mark.slow
def test_a_million_recipients_are_planned_in_a_moment(database: Database) -> None:
    with database.write() as connection:
        begin_sending(connection, sizes=[])
        began = time.process_time()
        ids = range(1, 1_000_001)
        planned = ledger.freeze(
            connection, ISSUE, lots(ids, edition_id=EDITION, list_name="hebdo", capacity=1000)
        )
    assert planned == 1_000_000
    assert time.process_time() - began < 5, "it takes about 0.3 s on a quiet machine"
