"""What is held of a person, and what is left when they are forgotten."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from subscribers import lists, suppressions, tables
from subscribers.database import Database
from subscribers.model import SubscriptionState, SuppressionReason, Verdict
from subscribers.people import Forgotten, forget, held
from tests.subscribers.conftest import (
    AWA,
    KEY,
    actions_of,
    erase,
    id_of,
    join,
    leave,
    mailed_ids,
    state_of,
)


def suppress(connection: Connection, now: datetime) -> bool:
    return suppressions.suppress(
        connection,
        secret_key=KEY,
        address=AWA,
        reason=SuppressionReason.BOUNCE,
        origin="test",
        now=now,
    )


def everything(connection: Connection) -> str:
    kept = (tables.subscribers, tables.subscriptions, tables.consents, tables.suppressions)
    return " ".join(str(connection.execute(select(table)).all()) for table in kept).lower()


def test_all_that_is_held_can_be_shown(connection: Connection, now: datetime) -> None:
    join(connection, now)
    suppress(connection, now)
    holding = held(connection, secret_key=KEY, address="AWA@example.org")
    assert holding.subscriber is not None
    assert holding.subscriber.address == AWA
    assert [place.list for place in holding.memberships] == ["hebdo"]
    assert [consent.action for consent in holding.consents] == ["added"]
    assert holding.suppression is not None
    assert holding.suppression.reason is SuppressionReason.BOUNCE


def test_a_forgotten_reader_is_named_nowhere_and_stays_away(
    connection: Connection, now: datetime
) -> None:
    join(connection, now)
    assert erase(connection, now) == Forgotten(erased=True, evidence_kept=2, suppression_kept=False)
    assert "awa" not in everything(connection)
    assert mailed_ids(connection, "hebdo") == []
    assert join(connection, now).verdict is Verdict.UNSUBSCRIBED
    assert state_of(connection) is SubscriptionState.PENDING


def test_who_never_agreed_leaves_no_trace(connection: Connection, now: datetime) -> None:
    join(connection, now, consent="")
    assert erase(connection, now) == Forgotten(erased=True, evidence_kept=0, suppression_kept=False)
    assert connection.execute(select(tables.consents)).all() == []


@pytest.mark.parametrize("first", ["leaves", "is suppressed"])
def test_evidence_and_suppression_outlive_erasure(
    connection: Connection, now: datetime, first: str
) -> None:
    join(connection, now)
    left = first == "leaves"
    assert leave(connection, now) if left else suppress(connection, now)
    done = erase(connection, now)
    assert done.suppression_kept is not left
    assert actions_of(connection) == ["added", "unsubscribed"]
    banned = suppressions.is_suppressed(connection, secret_key=KEY, address=AWA)
    assert banned is not left


def test_forgetting_a_stranger_is_no_mistake(connection: Connection, now: datetime) -> None:
    assert erase(connection, now) == Forgotten(
        erased=False, evidence_kept=0, suppression_kept=False
    )


def test_an_erased_readers_id_is_never_anothers(connection: Connection, now: datetime) -> None:
    join(connection, now)
    before = id_of(connection)
    erase(connection, now)
    join(connection, now, "bob@example.org")
    assert id_of(connection, "bob@example.org") > before


def test_the_first_reason_of_a_suppression_stays_and_it_can_be_lifted(
    connection: Connection, now: datetime
) -> None:
    assert suppress(connection, now)
    assert not suppress(connection, now)
    assert suppressions.lift(connection, secret_key=KEY, address=" AWA@Example.org")
    assert not suppressions.lift(connection, secret_key=KEY, address=AWA)
    assert not suppressions.is_suppressed(connection, secret_key=KEY, address=AWA)


def test_words_of_consent_that_name_the_reader_do_not_outlive_them(
    connection: Connection, now: datetime
) -> None:
    join(connection, now, consent="her mail (Awa@example.org) of 3 May")
    [proof] = held(connection, secret_key=KEY, address=AWA).consents
    assert proof.wording == "her mail (…@…) of 3 May"
    erase(connection, now)
    assert "awa" not in everything(connection)


def test_an_erased_reader_cannot_be_read_in_the_file(on_sqlite: Database, now: datetime) -> None:
    # PostgreSQL's files are read by its own server alone, which vacuums them.
    database = on_sqlite
    with database.write() as connection:
        lists.create(connection, "hebdo", "L'hebdo", now)
        join(connection, now, "findme@example.org")
    with database.write() as connection:
        forget(connection, secret_key=KEY, address="findme@example.org", origin="cli", now=now)
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
        connection.rollback()
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    content = Path(str(database.engine.url.database)).read_bytes()
    assert b"findme" not in content
