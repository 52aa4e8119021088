"""When do the clocks strike next? In words, changes of time included."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta

from digest.cli import moments
from digest.cli.paces import remarks
from digest.engine.slots import next_slots, previous_slot
from digest.model.run import RunClock
from digest.schedule.cron import parse_cron
from digest.schedule.values import Newsletter, Schedule

_TWO_DAYS = timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class Strike:
    """A moment at which something will happen by itself."""

    at: datetime
    """UTC."""
    local: datetime
    """The same moment in the newsletter's zone."""
    timezone: str
    newsletter: str
    clock: RunClock
    remark: str = ""
    """What a change of time does to it; what puts off or slows its sending."""


def upcoming(schedule: Schedule, now: datetime, count: int) -> list[Strike]:
    """Give the next strikes of all clocks, soonest first."""
    all_clocks = chain.from_iterable(
        _strikes(schedule, name, clock, next_slots(plan.cron(clock), plan.timezone, now, count))
        for name, plan in schedule.newsletters.items()
        for clock in (RunClock.DRAFT, RunClock.SEND)
    )
    return sorted(all_clocks, key=lambda strike: (strike.at, strike.newsletter))[:count]


def in_words(strike: Strike, now: datetime) -> str:
    """Say a strike: `Friday 27 November 2026 at 06:53 (Europe/Paris), in 2 days: … is sent`."""
    when = moments.in_words(strike.at, strike.timezone)
    what = f"the draft of {strike.newsletter} is made"
    if strike.clock is RunClock.SEND:
        what = f"{strike.newsletter} is sent"
    remark = f" [{strike.remark}]" if strike.remark else ""
    return f"{when}, {_soon(strike.at - now)}: {what}{remark}"


def without_own_draft(name: str, plan: Newsletter, now: datetime) -> str:
    """Say which sending, if any of the next ones, has no draft made since the one before it."""
    before = previous_slot(plan.send, plan.timezone, now)
    for sent in next_slots(plan.send, plan.timezone, now, 10):
        draft = previous_slot(plan.draft, plan.timezone, sent - timedelta(seconds=1))
        if draft < before:
            return (
                f"{name}: no draft is made between the sending of"
                f" {moments.in_words(sent, plan.timezone)} and the one before it, so"
                " no editor sees that issue first: let `draft` strike before every `send`"
            )
        before = sent
    return ""


def _strikes(
    schedule: Schedule, newsletter: str, clock: RunClock, slots: list[datetime]
) -> Iterator[Strike]:
    plan = schedule.newsletters[newsletter]
    place = ZoneInfo(plan.timezone)
    just_before = slots[0] - timedelta(seconds=1)
    former = previous_slot(plan.cron(clock), plan.timezone, just_before).astimezone(place)
    for at in slots:
        local = at.astimezone(place)
        words = [_moved(plan.cron(clock), local) or _shifted(former, local)]
        if clock is RunClock.SEND:
            words += remarks(plan, schedule.site.warm_up, at)
        yield Strike(
            at=at,
            local=local,
            timezone=plan.timezone,
            newsletter=newsletter,
            clock=clock,
            remark="; ".join(filter(None, words)),
        )
        former = local


def _soon(wait: timedelta) -> str:
    if wait < _TWO_DAYS:
        return format_timedelta(wait, add_direction=True, locale="en", threshold=1.5)
    return f"in {round(wait / timedelta(days=1))} days"


def _moved(cron: str, local: datetime) -> str:
    """Say that the asked-for time does not come on that day."""
    fields = parse_cron(cron)
    if local.hour in fields.hours and local.minute in fields.minutes:
        return ""
    return "the clocks go forward over the time asked for; it strikes right after"


def _shifted(former: datetime, local: datetime) -> str:
    """Say that the clocks changed since the strike before."""
    change = (local.utcoffset() or timedelta()) - (former.utcoffset() or timedelta())
    if not change:
        return ""
    direction = "forward" if change > timedelta() else "back"
    offset = format_datetime(local, "'UTC'xxx", locale="en")
    return f"the clocks went {direction} since the last time: now {offset}"
