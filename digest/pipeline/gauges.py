"""How do all sendings stand, whoever sends them? The database's numbers, for Prometheus.

A few grouped questions at a scrape, kept for some seconds: scraping often costs nothing. Only
issues that are being sent and the last few have lines, so that their number stays bounded.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from threading import Lock

from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from digest.model.delivery import BatchState
from digest.pipeline.newsroom import Newsroom
from digest.storage import notices, standings, tallies

_KEPT = 5.0
"""Seconds that numbers are given again before the database is asked anew."""
_LAST_ISSUES = 3
_MOST_ISSUES = 20
_WEEK = timedelta(days=7)
_LATE = timedelta(seconds=10)
"""An event may be committed so long after the moment that it bears."""


def registry_of(newsroom: Newsroom) -> CollectorRegistry:
    """Make a registry of everything there is to measure: this process's counts, the database's."""
    registry = CollectorRegistry()
    registry.register(newsroom.meters)
    registry.register(Gauges(newsroom))
    ProcessCollector(registry=registry)
    return registry


class Gauges(Collector):
    """Asks the database at a scrape, unless it was asked some seconds ago."""

    def __init__(
        self, newsroom: Newsroom, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._newsroom = newsroom
        self._monotonic = monotonic
        self._lock = Lock()
        self._asked_at = -_KEPT
        self._kept: list[Metric] = []
        self._events: Counter[str] = Counter()
        self._events_until: datetime | None = None

    def collect(self) -> Iterable[Metric]:
        """Give the numbers; of a database that does not answer, that it does not."""
        with self._lock:
            if self._monotonic() - self._asked_at >= _KEPT:
                self._kept = self._asked()
                self._asked_at = self._monotonic()
            return self._kept

    def _asked(self) -> list[Metric]:
        try:
            with self._newsroom.database.read() as connection:
                found = list(self._of_database(connection))
        except (SQLAlchemyError, OSError):
            found = []
        up = GaugeMetricFamily("digest_database_up", "Whether the database answers.")
        up.add_metric((), 1 if found else 0)
        return [up, *found]

    def _of_database(self, connection: Connection) -> Iterator[Metric]:
        yield from _of_issues(connection)
        people = standings.unsettled(connection)
        yield _gauge(
            "digest_in_doubt",
            "Recipients of whom only the provider knows whether they were mailed.",
            people[BatchState.IN_DOUBT],
        )
        yield _gauge(
            "digest_held", "Recipients in doubt whom a person must settle.", people[BatchState.HELD]
        )
        yield _gauge(
            "digest_doubled_attempts",
            "Calls of the last week that may have mailed their readers a second time.",
            standings.doubled_since(connection, self._newsroom.clock() - _WEEK),
        )
        yield _gauge(
            "digest_last_call_timestamp_seconds",
            "When the last call to a provider was begun; 0: never.",
            _timestamp(standings.last_call_at(connection)),
        )
        yield _labelled(
            "digest_suppressed_addresses",
            "Addresses that are never mailed again.",
            "reason",
            standings.suppressions_by_reason(connection),
        )
        yield _labelled(
            "digest_notices",
            "Mails to single readers, by state; those that ended for three months.",
            "state",
            {str(state): count for state, count in notices.by_state(connection).items()},
        )
        yield self._events_so_far(connection)

    def _events_so_far(self, connection: Connection) -> Metric:
        """Add the events since the last look: the whole table is never counted."""
        until = self._newsroom.clock() - _LATE
        since = self._events_until or until
        if until > since:
            self._events.update(standings.events_between(connection, since, until))
        self._events_until = max(since, until)
        family = CounterMetricFamily(
            "digest_events",
            "News of providers that all processes took in while this one ran.",
            labels=("kind",),
        )
        for kind, number in self._events.items():
            family.add_metric((kind,), number)
        return family


def _of_issues(connection: Connection) -> Iterator[Metric]:
    shown = dict(standings.shown_issues(connection, last=_LAST_ISSUES, most=_MOST_ISSUES))
    found = GaugeMetricFamily("digest_batches", "Batches by state.", labels=("issue", "state"))
    for issue_id, state, number in standings.batches_by_state(connection, list(shown)):
        found.add_metric((shown[issue_id], state), number)
    yield found
    people = GaugeMetricFamily(
        "digest_recipients", "Planned recipients by fate.", labels=("issue", "fate")
    )
    for issue_id, name in shown.items():
        tally = tallies.tally(connection, issue_id)
        for fate in tally.__dataclass_fields__:
            people.add_metric((name, fate), getattr(tally, fate))
    yield people
    paused = standings.paused_among(connection, list(shown))
    yield _labelled(
        "digest_paused",
        "Whether an issue waits for somebody to resume it.",
        "issue",
        {name: int(issue_id in paused) for issue_id, name in shown.items()},
    )


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _labelled(name: str, words: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=(label,))
    for key, number in values.items():
        family.add_metric((key,), number)
    return family


def _timestamp(moment: datetime | None) -> float:
    return moment.timestamp() if moment is not None else 0
