"""How many recipients may a young domain mail today, and when is the next day?"""

from datetime import UTC, date, datetime, time, timedelta
from math import floor, log
from zoneinfo import ZoneInfo

from digest.schedule.values import WarmUp

_EVERYONE = 10**10
"""No plan counts further."""
_DAY = timedelta(days=1)


def today(plan: WarmUp, now: datetime) -> date:
    """Give the plan's present day."""
    return now.astimezone(ZoneInfo(plan.timezone)).date()


def begins(plan: WarmUp, day: date) -> datetime:
    """Give the moment at which a day of the plan begins, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(plan.timezone)).astimezone(UTC)


def allowance(plan: WarmUp, day: date) -> int:
    """Give how many recipients a day may have; before the plan's first day, that day's."""
    days = max(0, (day - plan.since).days)
    if days * log(plan.growth) >= log(_EVERYONE / plan.first_day):
        return _EVERYONE
    return floor(round(plan.first_day * plan.growth**days, 6))


def day_for(plan: WarmUp, recipients: int, after: date) -> date:
    """Give the first day after `after` whose allowance has room for so many."""
    day = after + _DAY
    while allowance(plan, day) < min(recipients, _EVERYONE):
        day += _DAY
    return day
