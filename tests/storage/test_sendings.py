"""How an issue is to be sent: wishes, pauses, and what of it would go next."""

from datetime import timedelta

from sqlalchemy import Connection, update

from digest.model.delivery import BatchState, Outcome
from digest.model.issue import IssueState
from digest.model.pace import Pace, Ready, Wishes
from digest.storage import ledger, paces, sendings, tables, tallies
from subscribers.database import Database
from tests.storage import ledgers
from tests.storage.ledgers import ISSUE, NOW

MINUTE = timedelta(minutes=1)


def pace(connection: Connection) -> Pace:
    return sendings.pace(connection, ISSUE, "sendgrid")


def test_an_issue_of_which_nobody_said_anything_goes_as_fast_as_it_can(database: Database) -> None:
    with database.write() as connection:
        ledgers.begin_sending(connection)
        assert pace(connection) == Pace()


def test_what_is_said_replaces_what_was_said_before(database: Database) -> None:
    with database.write() as connection:
        ledgers.begin_sending(connection)
        sendings.wish(connection, ISSUE, rate=2.5)
        assert sendings.wishes(connection, ISSUE) == Wishes(rate=2.5)
        sendings.wish(connection, ISSUE, spread_until=NOW)
        assert sendings.wishes(connection, ISSUE) == Wishes(spread_until=NOW)
        sendings.pause(connection, ISSUE, NOW)
        sendings.wish(connection, ISSUE, rate=1)
        assert sendings.wishes(connection, ISSUE) == Wishes(rate=1, paused_at=NOW)


def test_a_new_rate_begins_at_once_and_the_same_one_goes_on(database: Database) -> None:
    with database.write() as connection:
        ledgers.begin_sending(connection)
        sendings.wish(connection, ISSUE, rate=1)
        paces.hold(connection, paces.of_issue(ISSUE), NOW + MINUTE)
        sendings.wish(connection, ISSUE, rate=1)
        assert pace(connection).issue_free_at == NOW + MINUTE
        sendings.wish(connection, ISSUE, rate=2)
        assert pace(connection).issue_free_at is None


def test_one_question_gives_the_moments_of_provider_and_issue(database: Database) -> None:
    with database.write() as connection:
        ledgers.begin_sending(connection)
        paces.hold(connection, paces.of_provider("sendgrid"), NOW)
        paces.hold(connection, paces.of_provider("smtp"), NOW + MINUTE)
        paces.hold(connection, paces.of_issue(ISSUE + 1), NOW + MINUTE)
        assert pace(connection) == Pace(provider_free_at=NOW)


def test_a_pause_keeps_its_beginning_until_it_is_lifted(database: Database) -> None:
    with database.write() as connection:
        ledgers.begin_sending(connection)
        assert sendings.lift(connection, ISSUE, NOW) is None
        sendings.pause(connection, ISSUE, NOW)
        sendings.pause(connection, ISSUE, NOW + MINUTE)
        assert sendings.wishes(connection, ISSUE).paused_at == NOW
        assert sendings.lift(connection, ISSUE, NOW) == NOW
        assert sendings.wishes(connection, ISSUE).paused_at is None


def test_a_pause_puts_a_spread_off_by_as_long_as_it_was(database: Database) -> None:
    with database.write() as connection:
        ledgers.begin_sending(connection)
        for until, after in ((60, 90), (-1, -1)):
            sendings.wish(connection, ISSUE, spread_until=NOW + until * MINUTE)
            sendings.pause(connection, ISSUE, NOW)
            sendings.lift(connection, ISSUE, NOW + 30 * MINUTE)
            assert sendings.wishes(connection, ISSUE).spread_until == NOW + after * MINUTE


def test_of_a_paused_issue_nothing_is_claimed_and_nothing_claimed_is_called(
    database: Database,
) -> None:
    with database.write() as connection:
        ledgers.begin_sending(connection)
        batch = ledgers.claimed(connection)
        sendings.pause(connection, ISSUE, NOW)
        assert not ledgers.intend(connection, batch)
        assert ledgers.claim(connection, "b") is None
        assert ledger.release(connection, batch)
        assert tallies.goes_on(connection, ISSUE), "a paused issue is not finished"
        sendings.lift(connection, ISSUE, NOW)
        assert ledgers.claimed(connection, "b").id == batch.id


def test_a_call_under_way_is_settled_though_its_issue_is_paused(database: Database) -> None:
    with database.write() as connection:
        ledgers.begin_sending(connection)
        batch = ledgers.calling(connection)
        sendings.pause(connection, ISSUE, NOW)
        assert ledger.settle(
            connection, batch, ledgers.accepted(batch), now=NOW, new_id=lambda: "x"
        )
        assert tallies.tally(connection, ISSUE).sent == 10


def test_a_paused_issue_is_left_alone_unless_it_is_cancelled(database: Database) -> None:
    with database.write() as connection:
        ledgers.begin_sending(connection)
        ledgers.calling(connection)
        sendings.pause(connection, ISSUE, NOW)
        for state, looked_at in (("sending", []), ("sent", []), ("cancelled", [ISSUE])):
            connection.execute(update(tables.issues).values(state=IssueState(state)))
            assert tallies.unfinished_issues(connection) == looked_at


def test_what_would_go_next_is_what_a_claim_takes(database: Database) -> None:
    with database.write() as connection:
        ledgers.begin_sending(connection, sizes=[4, 3, 2])
        assert sendings.next_ready(connection, ISSUE, NOW) == Ready(recipients=4)
        assert sendings.left(connection, ISSUE) == 9
        first = ledgers.claimed(connection)
        assert sendings.next_ready(connection, ISSUE, NOW) == Ready(recipients=3)
        assert sendings.left(connection, ISSUE) == 5
        put_off(connection, first.id, minutes=1)
        assert sendings.next_ready(connection, ISSUE, NOW) == Ready(recipients=3)


def test_of_what_was_put_off_the_first_due_is_next(database: Database) -> None:
    with database.write() as connection:
        ledgers.begin_sending(connection, sizes=[4, 3])
        for batch, minutes in ((1, 5), (2, 2)):
            put_off(connection, batch, minutes=minutes)
        soonest = Ready(recipients=3, not_before=NOW + 2 * MINUTE)
        assert sendings.next_ready(connection, ISSUE, NOW) == soonest
        sendings.pause(connection, ISSUE, NOW)
        assert sendings.next_ready(connection, ISSUE, NOW) is None


def test_a_days_recipients_are_those_of_calls_begun_or_about_to_begin(database: Database) -> None:
    with database.write() as connection:
        ledgers.begin_sending(connection, sizes=[1, 2, 4, 8, 16, 32])
        kept = [ledgers.calling(connection, attempt) for attempt in "abcd"]
        ledgers.claimed(connection, "e")
        for attempt, outcome in (("b", Outcome.REFUSED), ("c", Outcome.UNKNOWN)):
            changed = update(tables.attempts).where(tables.attempts.c.id == attempt)
            connection.execute(changed.values(outcome=outcome))
        changed = update(tables.attempts).where(tables.attempts.c.id == "d")
        connection.execute(changed.values(intent_at=NOW - MINUTE))
        assert [len(batch.recipient_ids) for batch in kept] == [1, 2, 4, 8]
        assert sendings.begun_since(connection, NOW) == 1 + 4 + 16
        assert sendings.begun_since(connection, NOW - MINUTE) == 1 + 4 + 8 + 16


def put_off(connection: Connection, batch_id: int, *, minutes: int) -> None:
    there = update(tables.batches).where(tables.batches.c.id == batch_id)
    connection.execute(there.values(state=BatchState.READY, not_before=NOW + minutes * MINUTE))
