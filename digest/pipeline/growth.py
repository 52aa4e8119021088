"""How does readership change from week to week? Totals only: nobody's own doings are in them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.model.event import EventKind
from digest.storage import weekly
from subscribers import growth, lists
from subscribers.database import Database
from subscribers.model import ConsentAction

_TOLD = (EventKind.BOUNCED, EventKind.COMPLAINED)
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, kw_only=True)
class Week:
    """What happened from a Monday to the next one."""

    monday: date
    asked: int = 0
    """Sign-ups, each of which has yet to be confirmed by mail."""
    confirmed: int = 0
    """Sign-ups that were."""
    added: int = 0
    """By an admin or a file, with an origin of consent."""
    left: int = 0
    """Less those who came back at once: that was a mistake."""
    bounced: int = 0
    """Readers whose server refused them for good."""
    complained: int = 0


@dataclass(frozen=True, kw_only=True)
class Growth:
    """A list's weeks, the oldest first; the last is not over yet."""

    list: str
    """Empty: all lists."""
    timezone: str
    """In which weeks begin."""
    readers: int
    """Who is confirmed now."""
    weeks: tuple[Week, ...]


def growth_of(
    database: Database, now: datetime, *, list_name: str = "", weeks: int, timezone: str
) -> Growth:
    """Count the last weeks of one list, or of all together.

    Raises:
        UnknownList: no list has that name.
    """
    mondays = list(_mondays(now, weeks, timezone))
    bounds = [datetime.combine(monday, time(), ZoneInfo(timezone)) for monday in mondays]
    with database.read() as connection:
        if list_name:
            lists.find(connection, list_name)
        done = growth.actions(connection, bounds, list_name)
        told = weekly.readers_by_event(connection, bounds, _TOLD, list_name)
        sizes = lists.sizes(connection)
    return Growth(
        list=list_name,
        timezone=timezone,
        readers=sum(size.confirmed for size in sizes if list_name in ("", size.name)),
        weeks=tuple(map(_week, mondays[:-1], done, told)),
    )


def total(weeks: Sequence[Week]) -> Week:
    """Add weeks up, as one that began with the first."""
    names = [name for name in Week.__dataclass_fields__ if name != "monday"]
    sums = {name: sum(getattr(week, name) for week in weeks) for name in names}
    return Week(monday=weeks[0].monday, **sums)


def _mondays(now: datetime, weeks: int, timezone: str) -> Iterator[date]:
    today = now.astimezone(ZoneInfo(timezone)).date()
    next_monday = today - timedelta(days=today.weekday()) + _WEEK
    return (next_monday - back * _WEEK for back in range(weeks, -1, -1))


def _week(monday: date, done: Counter[ConsentAction], told: Counter[EventKind]) -> Week:
    return Week(
        monday=monday,
        asked=done[ConsentAction.ASKED],
        confirmed=done[ConsentAction.CONFIRMED],
        added=done[ConsentAction.ADDED] + done[ConsentAction.IMPORTED],
        left=done[ConsentAction.UNSUBSCRIBED] - done[ConsentAction.RESUMED],
        bounced=told[EventKind.BOUNCED],
        complained=told[EventKind.COMPLAINED],
    )
