"""What Prometheus is told of the database: right, bounded, cheap, and never an exception."""

from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine, event, insert, update

from digest.deliver.provider import Receipt
from digest.model.delivery import Outcome
from digest.model.issue import Issue
from digest.model.notice import NoticeKind, Wish
from digest.pipeline.gauges import Gauges, registry_of
from digest.pipeline.newsroom import Newsroom
from digest.storage import notices
from digest.storage.tables import attempts, batches, events, issues, sendings
from subscribers.database import Database
from subscribers.model import SuppressionReason
from subscribers.suppressions import suppress
from tests.builders import NOON
from tests.deliver.courier import Courier, lost, refused
from tests.pipeline.scene import SECRET, a_newsroom, sent_by

SECOND = timedelta(seconds=1)


class Hour:
    """A clock and a stop-watch that a test turns."""

    def __init__(self) -> None:
        self.now = NOON

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def seconds(self) -> float:
        return (self.now - NOON).total_seconds()


@pytest.fixture
def hour() -> Hour:
    return Hour()


@pytest.fixture
def scraped(database: Database, hour: Hour) -> CollectorRegistry:
    registry = CollectorRegistry()
    newsroom = a_newsroom(database, clock=lambda: hour.now)
    registry.register(Gauges(newsroom, monotonic=hour.seconds))
    return registry


def lines(registry: CollectorRegistry, name: str) -> dict[tuple[str, ...], float]:
    return {
        tuple(sample.labels.values()): sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == name
    }


def test_a_fresh_database_has_nothing_to_tell(scraped: CollectorRegistry) -> None:
    assert lines(scraped, "digest_database_up") == {(): 1}
    assert lines(scraped, "digest_recipients") == {}
    assert lines(scraped, "digest_in_doubt") == lines(scraped, "digest_held") == {(): 0}
    assert lines(scraped, "digest_last_call_timestamp_seconds") == {(): 0}


def test_recipients_and_batches_are_told_by_fate_and_state(
    scraped: CollectorRegistry, database: Database, issue: Issue
) -> None:
    mixed = Receipt(outcome=Outcome.ACCEPTED, refused={1: "no"}, unknown=frozenset({2}))
    sent_by(Courier(mixed, lost()), database, issue)
    with database.write() as connection:
        connection.execute(update(attempts).values(intent_at=NOON))
    people = lines(scraped, "digest_recipients")
    assert people[("hebdo-sahel/1", "planned")] == 9
    assert people[("hebdo-sahel/1", "sent")] == 5
    assert people[("hebdo-sahel/1", "refused")] == 1
    assert people[("hebdo-sahel/1", "in_doubt")] == 3
    assert people[("hebdo-sahel/1", "failed")] == 0
    assert lines(scraped, "digest_batches") == {
        ("hebdo-sahel/1", "sent"): 3,
        ("hebdo-sahel/1", "in_doubt"): 2,
    }
    assert lines(scraped, "digest_last_call_timestamp_seconds") == {(): NOON.timestamp()}


def test_doubts_of_all_issues_are_one_number_without_whom_they_do_not_concern(
    scraped: CollectorRegistry, database: Database, issue: Issue
) -> None:
    taken = Receipt(outcome=Outcome.UNKNOWN, refused={1: "no"})
    sent_by(Courier(taken, lost()), database, issue)
    with database.write() as connection:
        connection.execute(update(batches).where(batches.c.seq == 2).values(state="held"))
    assert lines(scraped, "digest_in_doubt") == {(): 1}
    assert lines(scraped, "digest_held") == {(): 2}


def test_what_may_have_been_mailed_twice_this_week_is_a_number(
    scraped: CollectorRegistry, database: Database, issue: Issue, hour: Hour
) -> None:
    sent_by(Courier(refused("busy"), refused("busy"), capacity=9), database, issue)
    with database.write() as connection:
        busy = attempts.c.outcome == "refused"
        twice = update(attempts).where(busy).values(outcome="doubled", intent_at=NOON)
        connection.execute(twice)
    assert lines(scraped, "digest_doubled_attempts") == {(): 2}
    hour.passes(timedelta(days=8).total_seconds())
    assert lines(scraped, "digest_doubled_attempts") == {(): 0}


def test_a_pause_is_told(scraped: CollectorRegistry, database: Database, issue: Issue) -> None:
    sent_by(Courier(), database, issue)
    assert lines(scraped, "digest_paused") == {("hebdo-sahel/1",): 0}
    with database.write() as connection:
        connection.execute(insert(sendings), {"issue_id": issue.id, "paused_at": NOON})
    wait(scraped)
    assert lines(scraped, "digest_paused") == {("hebdo-sahel/1",): 1}


def test_only_the_last_issues_and_those_under_way_have_lines(
    scraped: CollectorRegistry, database: Database
) -> None:
    with database.write() as connection:
        for number in range(1, 41):
            connection.execute(insert(issues), _row(number, "sent"))
    told = {issue for issue, _ in lines(scraped, "digest_recipients")}
    assert told == {"hebdo/40", "hebdo/39", "hebdo/38"}
    with database.write() as connection:
        connection.execute(update(issues).where(issues.c.number < 31).values(state="sending"))
    wait(scraped)
    assert len({issue for issue, _ in lines(scraped, "digest_recipients")}) == 20


def wait(registry: CollectorRegistry) -> None:
    """Let the numbers that are kept grow old."""
    for collector in registry._collector_to_names:
        assert isinstance(collector, Gauges)
        collector._asked_at -= 60


def _row(number: int, state: str) -> dict[str, Any]:
    return {
        "newsletter": "hebdo",
        "number": number,
        "slot": NOON + number * SECOND,
        "state": state,
        "version": 1,
        "content": {},
        "created_at": NOON,
        "changed_at": NOON,
    }


def test_scraping_often_asks_the_database_now_and_then(
    scraped: CollectorRegistry, database: Database, hour: Hour
) -> None:
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    engine: Engine = database.engine
    event.listen(engine, "before_cursor_execute", note)
    for _ in range(5):
        list(scraped.collect())
        hour.passes(0.9)
    once = len(asked)
    hour.passes(1)
    list(scraped.collect())
    event.remove(engine, "before_cursor_execute", note)
    assert 0 < once < 15
    assert once < len(asked) <= 2 * once + 1  # the first look counts no events yet


def an_event(number: int, kind: str, received: float) -> dict[str, Any]:
    return {
        "provider": "sendgrid",
        "key": f"e{number}",
        "attempt_id": "a",
        "kind": kind,
        "at": NOON,
        "received_at": NOON + received * SECOND,
        "raw": {},
    }


def test_events_are_counted_once_as_they_come_in(
    scraped: CollectorRegistry, database: Database, hour: Hour
) -> None:
    def arrive(*rows: dict[str, Any]) -> None:
        with database.write() as connection:
            connection.execute(insert(events), list(rows))

    arrive(an_event(0, "bounce", -60))
    assert lines(scraped, "digest_events_total") == {}
    arrive(an_event(1, "delivered", 1), an_event(2, "delivered", 2), an_event(3, "bounce", 30))
    hour.passes(20)
    assert lines(scraped, "digest_events_total") == {("delivered",): 2}
    arrive(an_event(4, "delivered", 15))
    hour.passes(30)
    assert lines(scraped, "digest_events_total") == {("delivered",): 3, ("bounce",): 1}
    hour.passes(30)
    assert lines(scraped, "digest_events_total") == {("delivered",): 3, ("bounce",): 1}


def test_suppressed_addresses_are_told_by_reason(
    scraped: CollectorRegistry, database: Database
) -> None:
    with database.write() as connection:
        for number, reason in enumerate(["bounce", "bounce", "complaint"]):
            suppress(
                connection,
                secret_key=SECRET,
                address=f"r{number}@readers.example",
                reason=SuppressionReason(reason),
                origin="test",
                now=NOON,
            )
    assert lines(scraped, "digest_suppressed_addresses") == {("bounce",): 2, ("complaint",): 1}


def test_mails_to_single_readers_are_told_by_state(
    scraped: CollectorRegistry, database: Database
) -> None:
    with database.write() as connection:
        wish = Wish(kind=NoticeKind.WELCOME, address="r@readers.example", language="fr")
        notices.ask(connection, wish, NOON)
        notices.doubt_all(connection, "lost", NOON)
        notices.ask(connection, wish, NOON)
    assert lines(scraped, "digest_notices") == {("in_doubt",): 1, ("ready",): 1}


def test_a_database_that_does_not_answer_is_a_number_and_no_failure(
    on_sqlite: Database, hour: Hour
) -> None:
    with on_sqlite.write() as connection:
        connection.exec_driver_sql("DROP TABLE skips")
    newsroom: Newsroom = a_newsroom(on_sqlite, clock=lambda: hour.now)
    registry = registry_of(newsroom)
    assert lines(registry, "digest_database_up") == {(): 0}
    assert lines(registry, "process_open_fds") != {}
