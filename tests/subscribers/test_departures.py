"""Who left or was suppressed since a backup stays away when that is restored."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from digest.storage.migrating import upgrade
from subscribers import departures, lists
from subscribers.database import Database
from subscribers.model import SubscriptionState
from tests.subscribers.conftest import (
    AWA,
    HOUR,
    actions_of,
    answer,
    ask,
    ban,
    erase,
    join,
    leave,
    people,
    state_of,
)

BOB, CLO, DAN = "bob@example.org", "clo@example.org", "dan@example.org"


@pytest.fixture
def backup(other_sqlite: Database, now: datetime) -> Iterator[Connection]:
    """An older state: four people on the list."""
    upgrade(other_sqlite)
    with other_sqlite.write() as connection:
        four(connection, now)
        yield connection


@pytest.fixture
def present(connection: Connection, now: datetime) -> Connection:
    """The same, from which Awa has left since, Bob too but came back; Clo is suppressed."""
    four_people(connection, now)
    leave(connection, now + HOUR, AWA)
    leave(connection, now + HOUR, BOB)
    ban(connection, now + HOUR, CLO)
    return connection


def four(connection: Connection, now: datetime) -> None:
    lists.create(connection, "hebdo", "L'hebdo", now)
    four_people(connection, now)


def four_people(connection: Connection, now: datetime) -> None:
    for address in (AWA, BOB, CLO, DAN):
        join(connection, now, address)


def carry(present: Connection, backup: Connection) -> tuple[int, int]:
    gone = departures.since(present, departures.last_evidence(backup))
    return departures.carry_over(backup, gone)


def test_who_left_or_was_suppressed_stays_away_and_says_when(
    present: Connection, backup: Connection, now: datetime
) -> None:
    assert carry(present, backup) == (2, 1)
    assert [one.address for one in people(backup)] == [DAN]
    assert state_of(backup, AWA) is SubscriptionState.UNSUBSCRIBED
    assert actions_of(backup, AWA) == ["added", "unsubscribed"]
    assert carry(present, backup) == (0, 0)


def test_who_came_back_is_not_sent_away(
    present: Connection, backup: Connection, now: datetime
) -> None:
    comes_back(present, now + 2 * HOUR)
    assert carry(present, backup) == (1, 1)
    assert state_of(backup, BOB) is SubscriptionState.CONFIRMED


def comes_back(connection: Connection, now: datetime) -> None:
    answer(connection, ask(connection, now, BOB), now + timedelta(minutes=1))


def test_whoever_was_erased_after_leaving_stays_away(
    present: Connection, backup: Connection, now: datetime
) -> None:
    erase(present, now + 2 * HOUR, DAN)
    assert carry(present, backup) == (3, 1)
    assert people(backup) == []


def test_a_state_that_knows_of_nobody_takes_everything(
    present: Connection, other_sqlite: Database
) -> None:
    upgrade(other_sqlite)
    with other_sqlite.write() as empty:
        assert departures.last_evidence(empty) is None
        assert carry(present, empty) == (2, 1)
