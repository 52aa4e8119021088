"""Are these quiet hours, and until when? By the wall clock, changes of time included.

What the wall shows decides, so an hour that comes twice in autumn is quiet twice, and quiet hours
that would end in the hour that is missing in spring end right after it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from digest.schedule.fields import QuietHours

_MINUTE = timedelta(minutes=1)
"""Zones' offsets, and so all walls, change on whole minutes."""


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """Quiet hours in their place."""

    hours: QuietHours
    zone: str

    def at(self, moment: datetime) -> bool:
        """Say whether the wall clock shows quiet hours."""
        wall = moment.astimezone(ZoneInfo(self.zone)).time()
        start, end = self.hours.start, self.hours.end
        return start <= wall < end if start < end else wall >= start or wall < end

    def over(self, moment: datetime) -> datetime:
        """Give the first moment from `moment` on at which mail may go out."""
        if not self.at(moment):
            return moment
        return next(minute for minute in _minutes_after(moment) if not self.at(minute))


def open_time(quiet: Quiet | None, start: datetime, end: datetime) -> timedelta:
    """Give how much of the time from `start` to `end` is not quiet."""
    if quiet is None:
        return max(end - start, timedelta())
    minutes = takewhile(lambda minute: minute[0] < end, _open_minutes(quiet, start))
    return sum((min(until, end) - since for since, until in minutes), timedelta())


def after_open_time(quiet: Quiet | None, start: datetime, span: timedelta) -> datetime:
    """Give the moment by which so much time has passed that was not quiet."""
    if quiet is None:
        return start + span
    left, minutes = span, _open_minutes(quiet, start)
    while True:
        since, until = next(minutes)
        if until - since >= left:
            return since + left
        left -= until - since


def _open_minutes(quiet: Quiet, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Cut the time from `start` on into minutes of the wall clock; leave out quiet ones."""
    since = start
    for until in _minutes_after(start):
        if not quiet.at(since):
            yield since, until
        since = until


def _minutes_after(moment: datetime) -> Iterator[datetime]:
    minute = moment.astimezone(UTC).replace(second=0, microsecond=0)
    while True:
        minute += _MINUTE
        yield minute
