"""Segments: whom a rule means is the same on both databases, and the same as in plain Python."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from subscribers import lists, segments, tables
from subscribers.conditions import condition
from subscribers.database import Database
from subscribers.errors import SegmentError, UnknownSegment
from subscribers.grammar import parse
from subscribers.rules import Rule
from tests.conftest import NOW
from tests.subscribers.conftest import ban, join
from tests.subscribers.rule_laws import READERS, Reader, holds, settle, some_rules


def meant(connection: Connection, rule: Rule) -> list[int]:
    person, place = tables.subscribers, tables.subscriptions
    question = (
        select(person.c.id)
        .join(place, place.c.subscriber_id == person.c.id)
        .where(place.c.list_id == 1, condition(rule))
    )
    return sorted(connection.scalars(question))


NEVER_JOINED = Reader(
    language="fr",
    themes=(),
    tracking=False,
    name="É%",
    domain="example.org",
    cadence="every",
    asked=NOW,
    joined=None,
    also="",
)
TRAPS = ("not joined < 2026-01-01", "joined != 2026-01-01", "not theme = mali", 'name = "é%"')


DAY = datetime(2026, 1, 31, tzinfo=UTC)
EDGES = (-1, 0, 86_399, 86_400)
"""Seconds after that day's midnight: the last of the day before, its first and last, the next's."""


@example(
    readers=[replace(NEVER_JOINED, joined=DAY + timedelta(seconds=edge)) for edge in EDGES],
    rules=[parse(f"joined {ask} 2026-01-31") for ask in ("=", "!=", "<", "<=", ">", ">=")],
)
@example(readers=[NEVER_JOINED], rules=[parse(trap) for trap in TRAPS])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    readers=st.lists(READERS, min_size=1, max_size=8),
    rules=st.lists(some_rules(), min_size=4, max_size=8),
)
def test_the_database_and_plain_python_mean_the_same_readers(
    database: Database, readers: list[Reader], rules: list[Rule]
) -> None:
    with database.engine.connect() as connection:  # never committed
        _make_lists(connection, NOW)
        settle(connection, readers, NOW)
        for rule in rules:
            expected = [id_ for id_, one in enumerate(readers, start=1) if holds(rule, one)]
            assert meant(connection, rule) == expected
        connection.rollback()


def _make_lists(connection: Connection, now: datetime) -> None:
    rows = [
        {"id": id_, "name": name, "title": name, "created_at": now}
        for id_, name in ((1, "hebdo"), (2, "mensuel"))
    ]
    connection.execute(tables.lists.insert(), rows)


def test_a_segment_is_saved_changed_and_removed(connection: Connection, now: datetime) -> None:
    made = segments.create(connection, "mali-fr", parse("language=FR and theme=mali"), now)
    assert made.rule == "language = fr and theme = mali"
    with pytest.raises(SegmentError, match="already"):
        segments.create(connection, "mali-fr", parse("language = en"), now)
    assert segments.edit(connection, "mali-fr", parse("language = en"), now).rule == "language = en"
    assert [one.name for one in segments.segments(connection)] == ["mali-fr"]
    with pytest.raises(UnknownSegment, match="did you mean 'mali-fr'"):
        segments.edit(connection, "mali-rf", parse("language = fr"), now)
    segments.remove(connection, "mali-fr")
    with pytest.raises(UnknownSegment, match="digest segments create mali-fr"):
        segments.find(connection, "mali-fr")


@pytest.mark.parametrize("name", ["", "Mali", "-x", "a b", "x" * 65, "é"])
def test_a_segment_needs_a_plain_name(connection: Connection, now: datetime, name: str) -> None:
    with pytest.raises(SegmentError, match="can't name a segment"):
        segments.create(connection, name, parse("language = fr"), now)


def test_the_size_counts_whom_the_list_mails(connection: Connection, now: datetime) -> None:
    for reader in ("awa@example.org", "bob@example.org", "eve@other.example"):
        join(connection, now, reader)
    join(connection, now, "waits@example.org", consent="")
    ban(connection, now, "bob@example.org")
    [size] = segments.sizes(connection, parse("domain = example.org"))
    assert (size.list, size.mailed, size.matching) == ("hebdo", 2, 1)
    lists.archive(connection, "hebdo", now)
    assert segments.sizes(connection, parse("domain = example.org")) == []
