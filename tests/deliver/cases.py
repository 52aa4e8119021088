"""Doubts and what is known of them: say only what a test is about."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from digest.deliver.evidence import Case
from digest.model.delivery import Attempt, Outcome
from digest.model.event import Traces, Witness

BEGAN = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
DEADLINE = BEGAN + timedelta(minutes=1)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
RIPE = DEADLINE + 25 * HOUR
"""From then on absence may prove something."""
READERS = (1, 2, 3)


def an_attempt(**changes: Any) -> Attempt:
    values: dict[str, Any] = {
        "id": "a",
        "batch_id": 1,
        "provider": "sendgrid",
        "intent_at": BEGAN,
        "deadline": DEADLINE,
        "outcome": Outcome.UNKNOWN,
    }
    return Attempt(**(values | changes))


def traces(*readers: int, nameless: int = 0) -> Traces:
    """An event of each reader, and some that name nobody."""
    return Traces(events=len(readers) + nameless, readers=frozenset(readers))


def a_witness(
    *,
    after: timedelta = MINUTE,
    provider: str = "sendgrid",
    readers: Iterable[int] = (7, 8),
    told: Traces | None = None,
) -> Witness:
    began = BEGAN + after
    attempt = an_attempt(
        id="w", intent_at=began, deadline=began, outcome=Outcome.ACCEPTED, provider=provider
    )
    heard = traces(7, 8) if told is None else told
    return Witness(attempt=attempt, recipient_ids=frozenset(readers), traces=heard)


def a_case(**changes: Any) -> Case:
    """A doubt without an event, beside a witness that has all of its own."""
    values: dict[str, Any] = {
        "attempt": an_attempt(),
        "recipient_ids": frozenset(READERS),
        "posts": True,
        "heard": True,
        "held": False,
        "traces": traces(),
        "witnesses": (a_witness(),),
    }
    return Case(**(values | changes))
