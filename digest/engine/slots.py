"""When does a clock strike? Cron and a time zone → moments in UTC, summer time included.

A slot is a moment, so two rules say what becomes of wall-clock times that a change of time repeats
or leaves out:

- the hour that comes twice in autumn: a clock strikes the first time only;
- the hour that is missing in spring: it strikes at the first moment after the gap, once.

APScheduler's own trigger strikes twice in autumn; it is asked on a calendar without changes of time
(the wall clock read as if it were UTC), and its answers are turned into moments here.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from digest.schedule.cron import WEEKDAYS, parse_cron

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_USUAL_PAUSE = timedelta(days=8)
_FEW = 4
"""Strikes that are looked through one by one: a weekly clock has two in eight days, or one."""
_LONGEST_PAUSE = timedelta(days=8 * 366 + 2)
"""29 February to 29 February, over the year 2100."""


def next_slots(cron: str, zone: str, after: datetime, n: int) -> list[datetime]:
    """Give the next `n` moments later than `after`, in UTC."""
    slots: list[datetime] = []
    for slot in _slots_from(cron, zone, _wall(after, ZoneInfo(zone))):
        if slot > after and slot not in slots[-1:]:
            slots.append(slot)
        if len(slots) >= n:
            break
    return slots[:n]


def previous_slot(cron: str, zone: str, now: datetime) -> datetime:
    """Give the latest moment not later than `now`, in UTC."""
    early = _wall(now, ZoneInfo(zone)) - _USUAL_PAUSE
    if next(_slots_from(cron, zone, early)) > now:
        early = _wall(now, ZoneInfo(zone)) - _LONGEST_PAUSE
    for slot, following in pairwise(islice(_slots_from(cron, zone, early), _FEW)):
        if following > now:
            return slot
    late = _wall(now, ZoneInfo(zone)) + _DAY  # in a repeated hour later walls may have struck
    while late - early > _MINUTE:
        middle = early + (late - early) // 2 // _MINUTE * _MINUTE
        if next(_slots_from(cron, zone, middle)) <= now:
            early = middle
        else:
            late = middle
    return next(_slots_from(cron, zone, early))


def _slots_from(cron: str, zone: str, wall: datetime) -> Iterator[datetime]:
    """Give the moments of all matching wall-clock times from `wall` on; never decreasing."""
    trigger = _trigger(cron)
    place = ZoneInfo(zone)
    while (struck := trigger.get_next_fire_time(None, wall)) is not None:
        yield _moment(struck, place)
        wall = struck + _MINUTE


@lru_cache(maxsize=256)
def _trigger(cron: str) -> CronTrigger:
    """Build the trigger from names: its numbers count weekdays from Monday, cron's from Sunday."""
    parsed = parse_cron(cron)
    return CronTrigger(
        minute=_listed(parsed.minutes),
        hour=_listed(parsed.hours),
        day=_listed(parsed.days),
        month=_listed(parsed.months),
        day_of_week=",".join(WEEKDAYS[day] for day in parsed.weekdays),
        timezone=UTC,
    )


def _listed(values: tuple[int, ...]) -> str:
    return ",".join(map(str, values))


def _wall(moment: datetime, place: ZoneInfo) -> datetime:
    """Read the wall clock at `moment`, as if it stood in UTC; whole minutes."""
    return moment.astimezone(place).replace(tzinfo=UTC, second=0, microsecond=0)


def _moment(wall: datetime, place: ZoneInfo) -> datetime:
    """Give the moment at which the wall clock first shows `wall`, or first passes it by."""
    local = wall.replace(tzinfo=place, fold=0)
    moment = local.astimezone(UTC)
    return moment if _wall(moment, place) == wall else _after_gap(local, place)


def _after_gap(local: datetime, place: ZoneInfo) -> datetime:
    """Find the change of time that leaves `local` out, to the second (PEP 495, "gap")."""
    before = local.replace(fold=1).astimezone(UTC)
    after = local.astimezone(UTC)
    offset = after.astimezone(place).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(place).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
