"""When may a source be asked again? Pure: the moment and the chance are arguments."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from digest.collect.answers import Answer, Verdict
from digest.collect.same import body_hash
from digest.model.source import SourceState

FIRST = timedelta(minutes=30)
BLOCKED_FIRST = timedelta(hours=24)
LONGEST = timedelta(days=7)
FRESHEST = timedelta(days=1)
"""A feed that calls itself fresh for a year is asked every day all the same."""
MOVES = 3
"""Equal permanent redirects before we go straight to the new address."""
_UNWANTED = {Verdict.BLOCKED, Verdict.DISALLOWED}
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def retry_after(header: str, now: datetime) -> timedelta | None:
    """Read Retry-After (RFC 9110, 10.2.3): seconds or a date; None for nonsense or the past."""
    text = header.strip()
    if re.fullmatch(r"\d{1,9}", text):
        return min(timedelta(seconds=int(text)), LONGEST)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(aware - now, LONGEST) if aware > now else None


def freshness(headers: Mapping[str, str]) -> timedelta | None:
    """Read how long an answer stays true: Cache-Control's max-age less Age (RFC 9111, 4.2)."""
    control = headers.get("Cache-Control", "").lower()
    age = headers.get("Age", "0").strip()
    found = re.search(r"(?<![\w-])max-age\s*=\s*\"?(\d{1,10})", control)
    if not found or "no-cache" in control or "no-store" in control:
        return None
    left = int(found[1]) - (int(age) if re.fullmatch(r"\d{1,10}", age) else 0)
    return min(timedelta(seconds=left), FRESHEST) if left > 0 else None


def back_off(failures: int, chance: float, *, first: timedelta = FIRST) -> timedelta:
    """Give the pause after so many failures in a row: doubling up to 7 days, ± 25 % by chance.

    `chance` lies in [0, 1).
    """
    doubled = min(first * (1 << min(failures - 1, 20)), LONGEST)
    return timedelta(seconds=doubled.total_seconds() * (0.75 + 0.5 * chance))


def address_of(feed: str, state: SourceState) -> str:
    """Give the address to ask: the one in schedule.yaml until it moved three times to one place."""
    return state.moved_to if state.moved_to and state.moves >= MOVES else feed


def fresh(state: SourceState, feed: str) -> SourceState:
    """Forget everything when schedule.yaml names another address."""
    return state if state.url == feed else SourceState(name=state.name, url=feed)


def after_success(state: SourceState, answer: Answer, now: datetime) -> SourceState:
    """Give the state after an answer that could be used."""
    unchanged = answer.verdict is Verdict.UNCHANGED
    return replace(
        _moved(state, answer),
        etag=state.etag if unchanged else answer.etag,
        last_modified=state.last_modified if unchanged else answer.last_modified,
        body_hash=state.body_hash if unchanged else body_hash(answer),
        changed_at=state.changed_at or now,
        checked_at=now,
        succeeded_at=now,
        failures=0,
        not_before=now + answer.wait if answer.wait else None,
        error="",
    )


def after_failure(
    state: SourceState, answer: Answer, error: str, *, now: datetime, chance: float
) -> SourceState:
    """Give the state after an answer that could not be used; its validators are not kept."""
    failures = state.failures + 1
    first = BLOCKED_FIRST if answer.verdict in _UNWANTED else FIRST
    pause = max(back_off(failures, chance, first=first), answer.wait or timedelta())
    return replace(
        state,
        checked_at=now,
        failures=failures,
        not_before=NEVER if answer.verdict is Verdict.GONE else now + pause,
        due_at=None,
        error=error,
        moves=0,  # a saved address that fails is given up: the one in schedule.yaml is tried again
    )


def _moved(state: SourceState, answer: Answer) -> SourceState:
    straight = answer.request.url == state.moved_to and state.moves >= MOVES
    if not answer.moved_to:
        return state if straight else replace(state, moved_to="", moves=0)
    again = answer.moved_to == state.moved_to
    return replace(state, moved_to=answer.moved_to, moves=state.moves + 1 if again else 1)
