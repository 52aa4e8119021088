"""Newsrooms whose sendings have to wait, and a clock that is put on by waiting."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from digest.deliver.batches import Patience
from digest.deliver.pace import JOB, Manner
from digest.deliver.provider import Provider
from digest.deliver.providers.rated import Rated
from digest.model.issue import Issue
from digest.model.pace import Wait
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.pacing import terms_of
from digest.pipeline.planning import plan
from digest.pipeline.rounds import Brake, Round
from digest.pipeline.sending import SendReport, resume, send
from digest.schedule.fields import QuietHours
from digest.schedule.values import Schedule, WarmUp
from subscribers.database import Database
from tests.pipeline.clockwork import HandClock
from tests.pipeline.scene import QUICK, a_newsroom

NIGHT = QuietHours(start=time(22), end=time(7))
NOON = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
"""In Paris; a Friday."""
TEN_AT_NIGHT = datetime(2026, 11, 27, 21, 0, tzinfo=UTC)
SEVEN = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 27, 23, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
FEW = WarmUp(since=date(2026, 11, 27), first_day=4, growth=1.5)


def a_paced_newsroom(
    database: Database,
    provider: Provider,
    clock: Callable[[], datetime],
    *,
    rate: float | None = None,
    warm_up: WarmUp | None = None,
    **plan: Any,
) -> Newsroom:
    """A newsroom whose newsletter has a `spread` or `quiet`, its site a warm-up, its URL a rate."""
    shown = provider if rate is None else Rated(provider=provider, rate=rate)
    newsroom = a_newsroom(database, lambda: shown, clock=clock)
    return replace(newsroom, schedule=_with(newsroom.schedule, warm_up, plan))


def _with(schedule: Schedule, warm_up: WarmUp | None, plan: dict[str, Any]) -> Schedule:
    newsletter = schedule.newsletters["hebdo-sahel"].model_copy(update=plan)
    site = schedule.site.model_copy(update={"warm_up": warm_up})
    return schedule.model_copy(update={"site": site, "newsletters": {"hebdo-sahel": newsletter}})


def a_round(newsroom: Newsroom, issue: Issue, patience: Patience = QUICK) -> Round:
    """One process's part in sending an issue; plans it if that is to be done."""
    provider = newsroom.provider()
    plan(newsroom, issue, provider)
    return Round(
        newsroom=newsroom,
        issue=issue,
        letters={},
        provider=provider,
        patience=patience,
        brake=Brake(patience),
        terms=terms_of(newsroom, issue, provider),
    )


def patiently(clock: HandClock, told: list[Wait] | None = None) -> Manner:
    """Wait however long: the clock is put on to the end of each wait."""

    def tell(wait: Wait) -> None:
        if told is not None:
            told.append(wait)
        if wait.until is not None:
            clock.now = max(clock.now, wait.until)

    return Manner(tell=tell)


def as_a_job(newsroom: Newsroom, issue: Issue) -> SendReport:
    """Send as `digest serve` does: leave rather than wait for long."""
    return send(newsroom, issue.id, patience=QUICK, manner=JOB)


def swept(newsroom: Newsroom) -> list[SendReport]:
    """Go on as the sweep of `digest serve` does."""
    return resume(newsroom, patience=QUICK, manner=JOB)
