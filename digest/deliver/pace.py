"""When may the next call of a sending begin? Decided from the clock and what the database knows.

A token bucket without a bucket (GCRA, ITU-T I.371): one moment `free_at` a name, for all workers on
all machines. Who claims n recipients when it is past sets it to n / rate later, in the claim's own
transaction, so in any window of time the recipients are at most rate x window + one batch.

`free_at` is compared with the clock of whoever claims. Where machines' clocks differ by d seconds,
one that is ahead may claim d seconds early, and the bound is rate x (window + d) + one batch; the
rate over longer times is kept, because `free_at` only grows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from digest.deliver import warm_up
from digest.deliver.quiet import Quiet, open_time
from digest.model.pace import Pace, Wait, Why, Wishes
from digest.schedule.values import WarmUp

_LARGEST_BATCH_SECONDS = 60.0
"""A batch holds no more than goes out in so long, lest a slow sending go in bursts."""
_BATCHES_A_DAY = 10
"""So many batches at least fill a day of the warm-up: what is left of a day is at most a tenth."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a sending has to keep to, as schedule.yaml and the provider's URL say."""

    rate: float | None = None
    """Recipients a second that the provider may be given, over all issues."""
    capacity: int = 1
    """Recipients that a call may have."""
    quiet: Quiet | None = None
    warm_up: WarmUp | None = None


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a sender waits for its turn."""

    longest: timedelta | None = None
    """It leaves rather than wait longer, and whoever comes later goes on; None: it never leaves."""
    through_quiet: bool = False
    """Mail in quiet hours too: a person said `--now`."""
    tell: Callable[[Wait], None] | None = None
    """Hears, again and again and from any thread, what is waited for."""


JOB = Manner(longest=timedelta(minutes=1))
"""A job does not sit on its thread while it waits for long."""


def turn(terms: Terms, pace: Pace, now: datetime) -> Wait | None:
    """Say what holds the next call up, and of several things the longest; None: it may begin."""
    if pace.wishes.paused_at is not None:
        return Wait(why=Why.PAUSED)
    found = max(_waits(terms, pace, now), key=lambda one: one[1], default=None)
    return None if found is None else lasting(terms, *found)


def lasting(terms: Terms, why: Why, until: datetime) -> Wait:
    """Wait until a moment, and on to the end of the quiet hours that it may lie in."""
    return Wait(why=why, until=until if terms.quiet is None else terms.quiet.over(until))


def in_words(wait: Wait, zone: str) -> str:
    """`waits until 2026-11-28 07:00 (Europe/Paris): quiet hours`, or `paused`."""
    if wait.until is None:
        return str(wait.why)
    until = wait.until.astimezone(ZoneInfo(zone))
    whole = not (until.second or until.microsecond)
    clock = f"{until:%Y-%m-%d %H:%M}" if whole else f"{until:%Y-%m-%d %H:%M:%S}"
    return f"waits until {clock} ({zone}): {wait.why}"


def _waits(terms: Terms, pace: Pace, now: datetime) -> Iterator[tuple[Why, datetime]]:
    if terms.quiet is not None and terms.quiet.at(now):
        yield Why.QUIET, terms.quiet.over(now)
    if pace.provider_free_at is not None and pace.provider_free_at > now:
        yield _of_provider(terms, pace.provider_free_at - now), pace.provider_free_at
    paced = has_rate(pace.wishes, now)
    if paced and pace.issue_free_at is not None and pace.issue_free_at > now:
        yield Why.OWN_RATE, pace.issue_free_at


def _of_provider(terms: Terms, left: timedelta) -> Why:
    """Tell the provider's own word from our rate, which never asks for more than a full call's."""
    ours = terms.rate is not None and left.total_seconds() <= terms.capacity / terms.rate
    return Why.PROVIDER_RATE if ours else Why.HOLD


def has_rate(wishes: Wishes, now: datetime) -> bool:
    """Say whether an issue goes slower than the provider takes it."""
    return wishes.rate is not None or _spread_end(wishes, now) is not None


def own_rate(wishes: Wishes, quiet: Quiet | None, *, left: int, now: datetime) -> float | None:
    """Give the recipients a second at which an issue with `left` to go is to go on."""
    rates = [] if wishes.rate is None else [wishes.rate]
    end = _spread_end(wishes, now)
    if end is not None and (seconds := open_time(quiet, now, end).total_seconds()) > 0:
        rates.append(left / seconds)
    return min(rates, default=None)


def pushed(free_at: datetime | None, now: datetime, *, recipients: int, rate: float) -> datetime:
    """Give when the next call may begin once this one has its recipients."""
    took = timedelta(microseconds=ceil(recipients / rate * 1_000_000))
    return max(now, free_at or now) + took


def full_day(terms: Terms, *, recipients: int, used: int, now: datetime) -> Wait | None:
    """Say until when a batch waits that today's allowance has no room for."""
    plan = terms.warm_up
    if plan is None:
        return None
    day = warm_up.today(plan, now)
    if used + recipients <= warm_up.allowance(plan, day):
        return None
    tomorrow = warm_up.begins(plan, warm_up.day_for(plan, recipients, day))
    return lasting(terms, Why.WARM_UP, tomorrow)


def batch_size(terms: Terms, *, rate: float | None, now: datetime) -> int:
    """Give how many recipients a batch is planned with: 1 to the provider's capacity."""
    bounds = [terms.capacity]
    bounds += [ceil(one * _LARGEST_BATCH_SECONDS) for one in (terms.rate, rate) if one]
    if terms.warm_up is not None:
        day = warm_up.today(terms.warm_up, now)
        bounds.append(warm_up.allowance(terms.warm_up, day) // _BATCHES_A_DAY)
    return max(1, min(bounds))


def _spread_end(wishes: Wishes, now: datetime) -> datetime | None:
    end = wishes.spread_until
    return end if end is not None and end > now else None
