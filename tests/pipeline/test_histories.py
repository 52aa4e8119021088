"""A reader's history: each mail with its ids, each choice, in the order of time."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from digest.model.event import CAUSES, Cause, Event, EventKind
from digest.model.issue import Issue
from digest.pipeline.histories import Moment, history_of
from digest.pipeline.settling import hear
from digest.storage import tables as ledger
from subscribers import banning, tables
from subscribers.database import Database
from subscribers.errors import UnknownReader
from subscribers.model import Evidence, SuppressionReason
from subscribers.people import forget
from subscribers.seats import Witness
from tests.builders import NOON
from tests.deliver.courier import ACCEPTED, Courier, refused
from tests.pipeline.mailroom import AWA, Mailroom
from tests.pipeline.scene import (
    SECRET,
    a_newsroom,
    address_of,
    an_approved_issue,
    enrol,
    later,
    sent_by,
)


@pytest.fixture
def database(both_databases: Database) -> Database:
    enrol(both_databases, 3)
    return both_databases


def told(database: Database, reader: int) -> tuple[Moment, ...]:
    return history_of(database, SECRET, address_of(reader)).moments


def words(database: Database, reader: int) -> list[str]:
    return [one.what for one in told(database, reader)]


def sent_issue(database: Database, courier: Courier) -> Issue:
    issue = an_approved_issue(database)
    sent_by(courier, database, issue)
    return issue


def unsubscribe(database: Database, reader: int) -> None:
    with database.write() as connection:
        place = update(tables.subscriptions).where(tables.subscriptions.c.subscriber_id == reader)
        connection.execute(place.values(state="unsubscribed"))


def hear_of(database: Database, reader: int, kind: EventKind, attempt_id: str) -> None:
    event = Event(
        provider="courier",
        key=f"{kind}-{reader}",
        attempt_id=attempt_id,
        subscriber_id=reader,
        kind=kind,
        at=later(),
        raw={},
        cause=CAUSES.get(kind, Cause.NONE),
    )
    hear(a_newsroom(database), [event])


def test_each_step_of_a_mail_is_told_with_its_ids(database: Database) -> None:
    issue = sent_issue(database, Courier(refused("busy"), ACCEPTED))
    planned, first, second = told(database, 1)
    assert (planned.what, planned.of) == ("planned", "hebdo-sahel/1")
    assert "list hebdo" in planned.detail
    assert (first.what, first.detail) == ("refused", "courier, busy")
    assert second.what == "sent"
    assert len({planned.batch_id, first.batch_id, second.batch_id}) == 1
    assert {one.issue_id for one in (planned, first, second)} == {issue.id}
    hear_of(database, 1, EventKind.BOUNCED, second.attempt_id)
    *_, bounced, ban = told(database, 1)
    assert (bounced.what, bounced.of) == ("bounced", "hebdo-sahel/1")
    assert (bounced.batch_id, bounced.attempt_id) == (second.batch_id, second.attempt_id)
    assert ban.what == "never mailed since"
    assert ban.detail.startswith("bounce")
    assert words(database, 2) == ["planned", "refused", "sent"]
    assert words(database, 3) == ["planned", "sent"]


def test_who_is_left_out_is_told_why_and_is_not_said_to_be_mailed(database: Database) -> None:
    def leave(_call: object) -> object:
        unsubscribe(database, 1)
        return refused("busy")

    sent_issue(database, Courier(leave, ACCEPTED))  # type: ignore[arg-type]  # gives a Receipt
    assert words(database, 1) == ["planned", "refused", "skipped"]
    assert told(database, 1)[-1].detail == "unsubscribed"
    assert words(database, 2) == ["planned", "refused", "sent"]


def test_bytes_across_two_neighbours_are_no_readers_id(database: Database) -> None:
    issue = sent_issue(database, Courier())
    with database.write() as connection:
        edition = connection.scalar(select(ledger.editions.c.id))
        row = {"issue_id": issue.id, "edition_id": edition, "list_name": "hebdo"}
        ids = (256, 512)  # 00 01 00 00|00 02 00 00 has 1's bytes, 01 00 00 00, in the middle
        more = {"seq": 99, "recipient_ids": ids, "recipients": 2, "state": "sent"}
        connection.execute(insert(ledger.batches), row | more)
    assert words(database, 1) == ["planned", "sent"]


def test_choices_and_own_mails_stand_in_the_order_of_time(both_databases: Database) -> None:
    room = Mailroom(both_databases)
    room.sign_up()
    room.work(timedelta(minutes=1))
    moments = history_of(both_databases, SECRET, AWA).moments
    assert [(one.what, one.of) for one in moments] == [
        ("asked for", "confirm mail, hebdo"),
        ("asked", "hebdo"),
        ("sent", "confirm mail, hebdo"),
    ]
    assert moments[1].detail == "form: Oui"
    assert moments[2].attempt_id


def test_of_the_erased_their_evidence_is_told_and_of_strangers_nothing(database: Database) -> None:
    witness = Witness(secret_key=SECRET, evidence=Evidence(origin="cli"), now=NOON)
    with database.write() as connection:
        reader = {"secret_key": SECRET, "address": address_of(2)}
        banning.ban(connection, witness, address=address_of(2), reason=SuppressionReason.ADMIN)
        forget(connection, **reader, origin="cli", now=NOON + timedelta(hours=1))  # type: ignore[arg-type]
    history = history_of(database, SECRET, address_of(2))
    assert history.subscriber_id is None
    assert "suppressed" in [one.what for one in history.moments]
    with pytest.raises(UnknownReader, match=r"nothing is held of nobody@readers\.example"):
        history_of(database, SECRET, "nobody@readers.example")
