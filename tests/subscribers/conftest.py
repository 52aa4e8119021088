"""A list, and short words for what tests do to it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from subscribers import lists, subscriptions, suppressions
from subscribers.database import Database
from subscribers.model import (
    ConfirmationNeeded,
    Evidence,
    Recipient,
    SubscriptionState,
    SuppressionReason,
)
from subscribers.people import Forgotten, forget, held
from subscribers.subscriptions import Added
from subscribers.transfer import ImportReport, RowReport, import_readers

KEY = b"a key for tests only, long enough"
FORM = Evidence(origin="form https://example.org", wording="Yes, write to me", network="192.0.2.7")
AWA = "awa@example.org"
HOUR = timedelta(hours=1)
Rows = list[RowReport]


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


def ask(connection: Connection, now: datetime, address: str = AWA) -> ConfirmationNeeded | None:
    return subscriptions.subscribe(
        connection, secret_key=KEY, address=address, list_name="hebdo", evidence=FORM, now=now
    )


def answer(connection: Connection, needed: ConfirmationNeeded | None, now: datetime) -> None:
    assert needed is not None
    subscriptions.confirm(connection, secret_key=KEY, token=needed.token, evidence=FORM, now=now)


def ban(connection: Connection, now: datetime, address: str = AWA) -> None:
    suppressions.suppress(
        connection,
        secret_key=KEY,
        address=address,
        reason=SuppressionReason.COMPLAINT,
        origin="test",
        now=now,
    )


def erase(connection: Connection, now: datetime, address: str = AWA) -> Forgotten:
    return forget(connection, secret_key=KEY, address=address, origin="cli", now=now)


def wrote(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "readers.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def load(
    connection: Connection, path: Path, now: datetime, consent: str = "fair"
) -> tuple[ImportReport, Rows]:
    rows: Rows = []
    report = import_readers(
        connection,
        path,
        secret_key=KEY,
        list_name="hebdo",
        now=now,
        consent=consent,
        tell=rows.append,
    )
    return report, rows


def people(connection: Connection) -> list[Recipient]:
    return list(lists.readers(connection, "hebdo"))


@pytest.fixture
def database(both_databases: Database) -> Database:
    """What is done here must hold on SQLite and on PostgreSQL."""
    return both_databases


def mailed_ids(connection: Connection, list_name: str) -> list[int]:
    return [reader.id for reader in lists.readers(connection, list_name)]
