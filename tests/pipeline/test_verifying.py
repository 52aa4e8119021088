"""A ledger that is recounted: sound however it came about, and each damage is named."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from digest.clock import system_clock
from digest.deliver.provider import Call, Receipt
from digest.errors import ConflictError, DeliveryError
from digest.model.delivery import Outcome, Tally
from digest.model.issue import Issue, IssueState
from digest.pipeline.doubts import doubts, resolve
from digest.pipeline.verifying import Seen, Verification, verify
from digest.storage import issues
from digest.storage.tables import attempts, batches, editions, skips
from subscribers import tables as readership
from subscribers.database import Database
from subscribers.model import SuppressionReason
from subscribers.suppressions import suppress
from tests.builders import NOON
from tests.deliver.courier import ACCEPTED, Courier, forbidden, lost, refused
from tests.pipeline.scene import (
    SECRET,
    a_newsroom,
    address_of,
    an_approved_issue,
    enrol,
    later,
    sent_by,
)

Damage = Callable[[Connection], Any]
LONG = timedelta(days=1)


def recount(database: Database, issue: Issue) -> Verification:
    return verify(a_newsroom(database), issue.id)


def faults(found: Verification) -> dict[str, list[str]]:
    return {check.name: check.examples for check in found.checks if check.faults}


def in_batch(seq: int) -> Any:
    return batches.c.id == select(batches.c.id).where(batches.c.seq == seq).scalar_subquery()


def of_batch(seq: int) -> Any:
    return attempts.c.batch_id.in_(select(batches.c.id).where(batches.c.seq == seq))


def intended(connection: Connection, seq: int) -> datetime:
    moment: datetime | None = connection.scalar(select(attempts.c.intent_at).where(of_batch(seq)))
    assert moment is not None
    return moment


def test_what_was_sent_adds_up(database: Database, issue: Issue) -> None:
    sent_by(Courier(), database, issue)
    found = recount(database, issue)
    assert faults(found) == {}
    assert (found.sound, found.batches, found.recount) == (True, 5, Tally(planned=9, sent=9))


def test_every_fate_is_recounted(database: Database, issue: Issue) -> None:
    mixed = Receipt(
        outcome=Outcome.ACCEPTED,
        refused={1: "550 no such user"},
        unknown=frozenset({2}),
        untried=frozenset({3}),
    )
    with pytest.raises(DeliveryError):
        sent_by(Courier(mixed, lost(), forbidden(), capacity=4), database, issue)
    with database.write() as connection:
        connection.execute(update(batches).where(in_batch(2)).values(state="held"))
    found = recount(database, issue)
    assert faults(found) == {}
    tally = Tally(planned=9, sent=1, refused=1, in_doubt=1, held=4, failed=1, waiting=1)
    assert found.recount == tally


def test_nobody_left_and_nobody_taken_is_sound(database: Database, issue: Issue) -> None:
    def meanwhile(_call: Call) -> Receipt:
        with database.write() as connection:
            for reader in (3, 4):
                _suppress(connection, reader, NOON)
        return ACCEPTED

    nobody = Receipt(outcome=Outcome.ACCEPTED, refused=dict.fromkeys((5, 6), "550 no"))
    sent_by(Courier(meanwhile, nobody), database, issue)
    found = recount(database, issue)
    assert faults(found) == {}
    assert found.recount == Tally(planned=9, sent=5, skipped=2, refused=2)


def test_doubts_that_a_person_settled_are_sound(database: Database, issue: Issue) -> None:
    sent_by(Courier(lost(), lost()), database, issue)
    newsroom = a_newsroom(database, clock=lambda: system_clock() + LONG)
    first, second = (one.doubt.batch.id for one in doubts(newsroom))
    resolve(newsroom, first, sent=True)
    resolve(a_newsroom(database, clock=later), second, sent=False)
    assert faults(recount(database, issue)) == {}


def test_a_sending_is_sound_at_every_call(database: Database, issue: Issue) -> None:
    seen: list[Verification] = []

    def looked_at(call: Call) -> Receipt:
        seen.append(recount(database, issue))
        return refused("busy") if call.to[0].id == 1 and len(seen) == 1 else ACCEPTED

    sent_by(Courier(*[looked_at] * 9), database, issue)
    assert [faults(one) for one in seen] == [{}] * 6
    assert all(one.recount.planned == 9 for one in seen)


def test_what_was_never_planned_has_nothing_to_recount(database: Database, issue: Issue) -> None:
    with pytest.raises(ConflictError, match="nobody was planned"):
        recount(database, issue)


def test_an_issue_that_is_sent_to_nobody_is_at_fault(database: Database, issue: Issue) -> None:
    with database.write() as connection:
        issues.change(connection, issue, state=IssueState.SENDING, now=NOON)
    assert faults(recount(database, issue)) == {
        "somebody was planned": ["it is sending without a batch"]
    }


def _change(number: int, **values: Any) -> Damage:
    return lambda connection: connection.execute(
        update(batches).where(in_batch(number)).values(**values)
    )


def _change_attempt(seq: int, **values: Any) -> Damage:
    return lambda connection: connection.execute(
        update(attempts).where(of_batch(seq)).values(**values)
    )


def _suppress(connection: Connection, reader: int, at: Any) -> None:
    suppress(
        connection,
        secret_key=SECRET,
        address=address_of(reader),
        reason=SuppressionReason.COMPLAINT,
        origin="test",
        now=at,
    )


def _mailed_too_late(connection: Connection) -> None:
    _suppress(connection, 6, intended(connection, 3) - LONG)


def _second_attempt(connection: Connection) -> None:
    connection.execute(text("DROP INDEX uq_attempts_live"))
    row = connection.execute(select(attempts).where(of_batch(2))).mappings().one()
    connection.execute(insert(attempts).values({**row, "id": "another"}))


def _twice(connection: Connection) -> None:
    row = connection.execute(select(attempts).where(of_batch(2))).mappings().one()
    connection.execute(insert(attempts).values({**row, "id": "other", "outcome": "doubled"}))


def _skip_a_stranger(connection: Connection) -> None:
    batch_id = connection.scalar(select(batches.c.id).where(batches.c.seq == 4))
    row = {"batch_id": batch_id, "subscriber_id": 77, "reason": "erased", "at": NOON}
    connection.execute(insert(skips), row)


def _lose_a_batch(connection: Connection) -> None:
    connection.execute(delete(attempts).where(of_batch(3)))
    connection.execute(delete(batches).where(in_batch(3)))


def _strange_edition(connection: Connection) -> None:
    other = select(editions.c.html, editions.c.text).limit(1)
    html, plain = connection.execute(other).one()
    newer = {"newsletter": "other", "number": 1, "slot": NOON, "state": "draft", "version": 1}
    rest = {"content": {}, "created_at": NOON, "changed_at": NOON}
    from digest.storage.tables import issues as table

    issue_id = connection.execute(
        insert(table).values(**newer, **rest).returning(table.c.id)
    ).scalar_one()
    strange = {"issue_id": issue_id, "key": "fr", "language": "fr", "subject": "s"}
    made = insert(editions).values(**strange, html=html, text=plain).returning(editions.c.id)
    _change(5, edition_id=connection.execute(made).scalar_one())(connection)


DAMAGES: dict[str, tuple[Damage, int]] = {
    "says 3 recipients and holds 2": (_change(2, recipients=3), 2),
    "says 2 recipients and holds 1": (_change(2, recipient_ids=(3,)), 2),
    "recipient 1 stands in batches 1, 2": (_change(2, recipient_ids=(1, 3)), 2),
    "recipient 9 stands in batches 5, 5": (_change(5, recipient_ids=(9, 9), recipients=2), 5),
    "is number 4, not 3": (_lose_a_batch, 4),
    "is number 8, not 5": (_change(5, seq=8), 5),
    "has the state 'posted', which there is not": (_change(3, state="posted"), 3),
    "is to be mailed edition 2": (_strange_edition, 5),
    "is sent without an accepted attempt": (_change_attempt(4, outcome="refused"), 4),
    "is ready, though attempt": (_change(4, state="ready"), 4),
    "is sent by 2 accepted attempts": (_second_attempt, 2),
    "has 2 live attempts": (_second_attempt, 2),
    "but names none": (_change(2, attempt_id=""), 2),
    "is in_doubt, but its attempt": (_change(1, state="in_doubt"), 1),
    "is held, but its attempt": (_change(1, state="held"), 1),
    "is sent, though attempt": (_change_attempt(1, outcome="unknown"), 1),
    "is calling, but its attempt": (_change(1, state="calling"), 1),
    "is open": (_change_attempt(1, outcome="open"), 1),
    "was mailed twice, or may have been": (_twice, 2),
    "skips recipient 77, who was not planned in it": (_skip_a_stranger, 4),
    "was mailed to recipient 6, suppressed since": (_mailed_too_late, 3),
    "it says": (_skip_a_stranger, 0),
    "9 were planned, the fates make 7": (_change(3, state="posted"), 0),
}


@pytest.mark.parametrize("words", DAMAGES)
def test_every_damage_is_named_with_its_batch(database: Database, issue: Issue, words: str) -> None:
    sent_by(Courier(), database, issue)
    damage, batch = DAMAGES[words]
    with database.write() as connection:
        damage(connection)
    found = recount(database, issue)
    assert not found.sound
    [check] = [one for one in found.checks if any(words in what for what in one.examples)]
    assert batch in check.batches or not batch


def test_a_suppression_of_the_same_moment_or_later_is_no_fault(
    database: Database, issue: Issue
) -> None:
    sent_by(Courier(), database, issue)
    with database.write() as connection:
        _suppress(connection, 5, intended(connection, 3))
        _suppress(connection, 6, intended(connection, 3) + LONG)
        connection.execute(delete(readership.subscribers).where(readership.subscribers.c.id == 1))
    assert faults(recount(database, issue)) == {}


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("DELETE FROM batches WHERE seq = 5", "batch 5 is told of and not there"),
        (
            "UPDATE batches SET recipient_ids = substr(recipient_ids, 1, 7) WHERE seq = 2",
            "batch 2 has ids that end in the middle of one",
        ),
    ],
)
def test_what_only_a_bare_hand_can_break_is_named_too(
    on_sqlite: Database, words: str, damage: str
) -> None:
    enrol(on_sqlite, 9)
    issue = an_approved_issue(on_sqlite)
    sent_by(Courier(), on_sqlite, issue)
    with on_sqlite.engine.connect() as connection:
        connection.rollback()
        bare = connection.connection.driver_connection
        assert bare is not None
        bare.execute("PRAGMA foreign_keys = OFF")
        bare.execute(damage)
        bare.execute("PRAGMA foreign_keys = ON")
    told = [what for check in recount(on_sqlite, issue).checks for what in check.examples]
    assert words in told


def test_of_many_faults_the_first_are_told_and_all_are_counted(database: Database) -> None:
    enrol(database, 30)
    issue = an_approved_issue(database)
    sent_by(Courier(capacity=1), database, issue)
    with database.write() as connection:
        connection.execute(update(attempts).values(outcome="refused"))
    [check] = [one for one in recount(database, issue).checks if one.faults]
    assert (check.faults, len(check.examples), len(check.batches)) == (30, 20, 20)


def test_ids_are_met_again_only_when_they_were_there() -> None:
    seen = Seen()
    far = [0, 7, 8, 65_535, 65_536, 2**32 - 1]
    assert seen.again(far) == []
    assert seen.again([1, 9, 65_537, *far, 6]) == far
