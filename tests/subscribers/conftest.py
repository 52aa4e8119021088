"""A list, and short words for what tests do to it."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import Connection

from subscribers import lists, subscriptions
from subscribers.database import Database
from subscribers.model import Evidence, SubscriptionState
from subscribers.people import held
from subscribers.subscriptions import Added

KEY = b"a key for tests only, long enough"
FORM = Evidence(origin="form https://example.org", wording="Yes, write to me", network="192.0.2.7")
AWA = "awa@example.org"


@pytest.fixture
def connection(database: Database, now: datetime) -> Iterator[Connection]:
    """A transaction with an empty list called hebdo."""
    with database.write() as connection:
        lists.create(connection, "hebdo", "L'hebdo", now)
        yield connection


def state_of(connection: Connection, address: str = AWA) -> SubscriptionState | None:
    places = held(connection, secret_key=KEY, address=address).memberships
    return places[0].state if places else None


def actions_of(connection: Connection, address: str = AWA) -> list[str]:
    holding = held(connection, secret_key=KEY, address=address)
    return [consent.action.value for consent in holding.consents]


def id_of(connection: Connection, address: str = AWA) -> int:
    person = held(connection, secret_key=KEY, address=address).subscriber
    assert person is not None
    return person.id


def join(connection: Connection, now: datetime, address: str = AWA, consent: str = "fair") -> Added:
    return subscriptions.add(
        connection, secret_key=KEY, address=address, list_name="hebdo", now=now, consent=consent
    )


def leave(connection: Connection, now: datetime, address: str = AWA) -> bool:
    return subscriptions.unsubscribe(
        connection,
        secret_key=KEY,
        subscriber_id=id_of(connection, address),
        list_name="hebdo",
        evidence=Evidence(origin="page"),
        now=now,
    )
