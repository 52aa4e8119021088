"""What do quiet hours, spreading and the warm-up mean for the days ahead? In words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from digest.cli import moments
from digest.deliver import warm_up
from digest.deliver.quiet import Quiet
from digest.engine.slots import next_slots
from digest.schedule.values import Newsletter, Schedule, WarmUp

_LONGEST_PLAN = 3660
"""Days that are looked ahead to find the one that has room for everybody."""


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What the warm-up allows for one day."""

    day: date
    recipients: int


def quiet_of(plan: Newsletter) -> Quiet | None:
    """Give a newsletter's quiet hours in their place."""
    return None if plan.quiet is None else Quiet(hours=plan.quiet, zone=plan.timezone)


def remarks(plan: Newsletter, site_plan: WarmUp | None, at: datetime) -> Iterator[str]:
    """Say what puts off, or slows, a sending that strikes then."""
    quiet = quiet_of(plan)
    if quiet is not None and quiet.at(at):
        first = moments.in_short(quiet.over(at), plan.timezone)
        yield f"quiet hours {quiet.hours}: the first call begins on {first}"
    if plan.spread is not None:
        yield f"spread over {period(plan.spread)}"
    if site_plan is not None:
        day = warm_up.today(site_plan, at)
        yield f"warm-up: {warm_up.allowance(site_plan, day):,} recipients that day"


def newsletter_words(name: str, plan: Newsletter) -> Iterator[str]:
    """Say how a newsletter is to be sent."""
    if plan.quiet is not None:
        yield f"{name}: no call begins in its quiet hours, {plan.quiet} ({plan.timezone})"
    if plan.spread is not None:
        yield f"{name}: a sending is spread over {period(plan.spread)}"


def struck_in_quiet(name: str, plan: Newsletter, now: datetime) -> str:
    """Say which of the next sendings, if any, strikes in the newsletter's own quiet hours."""
    quiet = quiet_of(plan)
    for at in next_slots(plan.send, plan.timezone, now, 10) if quiet else ():
        if quiet is not None and quiet.at(at):
            return (
                f"{name}: `send` strikes on {moments.in_words(at, plan.timezone)}, in the quiet"
                f" hours {plan.quiet}: mailing begins when they are over"
            )
    return ""


def allowances(plan: WarmUp, now: datetime, count: int) -> list[Allowance]:
    """Give what the warm-up allows, for today and the days after it."""
    first = warm_up.today(plan, now)
    days = [first + timedelta(days=number) for number in range(count)]
    return [Allowance(day=day, recipients=warm_up.allowance(plan, day)) for day in days]


def plan_words(schedule: Schedule, now: datetime, readers: int) -> str:
    """Say what the warm-up allows today, and when it has room for the longest list."""
    plan = schedule.site.warm_up
    if plan is None:
        return ""
    today, *later = allowances(plan, now, _LONGEST_PLAN)
    if today.recipients >= readers > 0:
        return f"over: {today.recipients:,} recipients are allowed today, {readers:,} are there"
    enough = next((one.day for one in later if one.recipients >= readers), None)
    until = f"; room for all {readers:,} readers on {enough:%d %B %Y}" if readers and enough else ""
    since = f"since {plan.since:%d %B %Y}, {plan.first_day:,} recipients, {plan.growth:g} x a day"
    return f"{since}: {today.recipients:,} are allowed today ({plan.timezone}){until}"


def allowance_words(one: Allowance) -> str:
    """`Saturday 28 November 2026: 759 recipients`."""
    return f"{one.day:%A} {one.day.day} {one.day:%B %Y}: {one.recipients:,} recipients"


def period(span: timedelta) -> str:
    """`2 hours`, `90 minutes`."""
    minutes = round(span / timedelta(minutes=1))
    for name, size in (("day", 1440), ("hour", 60), ("minute", 1)):
        if minutes % size == 0:
            number = minutes // size
            return f"{number} {name}{'s' if number > 1 else ''}"
    raise AssertionError("every minute is a minute")
