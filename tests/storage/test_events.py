"""News of mails: kept once, found by the attempt's id."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from digest.model.event import Event, EventKind, Traces
from digest.storage import events, tables
from subscribers.database import Database
from tests.storage.ledgers import NOW

MINUTE = timedelta(minutes=1)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.write() as connection:
        yield connection


def an_event(key: str = "e", **changes: Any) -> Event:
    values: dict[str, Any] = {
        "provider": "sendgrid",
        "key": key,
        "attempt_id": "a",
        "subscriber_id": 1,
        "kind": EventKind.PROCESSED,
        "at": NOW,
        "raw": {"event": "processed", "category": ["hebdo"]},
    }
    return Event(**(values | changes))


def test_an_event_is_kept_as_it_was_told(connection: Connection) -> None:
    told = an_event(kind=EventKind.DELIVERED, raw={"smtp-id": "<1@x>", "nul": "\x00"})
    assert events.store(connection, [told], NOW + MINUTE) == 1
    assert events.earliest(connection, "a") == told
    assert connection.scalar(select(tables.events.c.received_at)) == NOW + MINUTE


def test_an_event_is_kept_once_and_only_new_ones_are_counted(connection: Connection) -> None:
    first, second = an_event("1"), an_event("2")
    assert events.store(connection, [first, first], NOW) == 1
    assert events.store(connection, [second, first], NOW + MINUTE) == 1
    assert events.store(connection, [first, second], NOW + MINUTE) == 0
    assert events.store(connection, [], NOW) == 0
    assert events.traces(connection, "a") == Traces(events=2, readers=frozenset({1}))


def test_two_providers_may_use_the_same_key(connection: Connection) -> None:
    told = [an_event(), an_event(provider="mailgun")]
    assert events.store(connection, told, NOW) == 2


def test_traces_name_each_reader_once(connection: Connection) -> None:
    events.store(connection, [an_event("1"), an_event("2", subscriber_id=None)], NOW)
    events.store(connection, [an_event("3"), an_event("4", subscriber_id=2)], NOW)
    events.store(connection, [an_event("5", attempt_id="b", subscriber_id=3)], NOW)
    assert events.traces(connection, "a") == Traces(events=4, readers=frozenset({1, 2}))
    assert events.traces(connection, "nobody's") == Traces(events=0, readers=frozenset())


def test_the_earliest_event_is_that_of_the_providers_clock(connection: Connection) -> None:
    late, early = an_event("1", at=NOW + MINUTE), an_event("2")
    events.store(connection, [late, early], NOW)
    assert events.earliest(connection, "a") == early
    assert events.earliest(connection, "nobody's") is None


def test_kinds_are_counted(connection: Connection) -> None:
    kinds = [EventKind.DELIVERED, EventKind.PROCESSED, EventKind.PROCESSED]
    events.store(connection, [an_event(str(n), kind=kind) for n, kind in enumerate(kinds)], NOW)
    assert events.kinds(connection, "a") == {EventKind.DELIVERED: 1, EventKind.PROCESSED: 2}


def test_whether_a_provider_was_heard_in_a_time_is_known(connection: Connection) -> None:
    events.store(connection, [an_event()], NOW)
    assert events.heard(connection, "sendgrid", NOW)
    assert events.heard(connection, "sendgrid", NOW - MINUTE, NOW)
    assert not events.heard(connection, "sendgrid", NOW - MINUTE, NOW - MINUTE)
    assert not events.heard(connection, "sendgrid", NOW + MINUTE)
    assert not events.heard(connection, "mailgun", NOW)


def test_posts_that_hold_the_same_events_are_kept_at_once(database: Database) -> None:
    told = [an_event(str(number)) for number in range(200)]

    def post(seed: int) -> int:
        shuffled = random.Random(seed).sample(told, len(told))
        with database.write() as connection:
            return events.store(connection, shuffled, NOW)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(post, range(8))) == 200
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.events)) == 200
