"""Quiet hours by the clock on the wall: over midnight, and where changes of time repeat or skip."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.quiet import Quiet, after_open_time, open_time
from digest.schedule.fields import QuietHours

PARIS = ZoneInfo("Europe/Paris")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def quiet(hours: str, zone: str = "Europe/Paris") -> Quiet:
    start, end = (time.fromisoformat(one) for one in hours.split("-"))
    return Quiet(hours=QuietHours(start=start, end=end), zone=zone)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "wall", "is_quiet"),
    [
        ("22:00-07:00", "2026-11-27 21:59:59", False),
        ("22:00-07:00", "2026-11-27 22:00", True),
        ("22:00-07:00", "2026-11-28 00:00", True),
        ("22:00-07:00", "2026-11-28 06:59:59", True),
        ("22:00-07:00", "2026-11-28 07:00", False),
        ("12:00-14:00", "2026-11-28 11:59", False),
        ("12:00-14:00", "2026-11-28 13:00", True),
        ("12:00-14:00", "2026-11-28 14:00", False),
    ],
)
def test_hours_begin_with_their_first_minute_and_end_before_their_last(
    hours: str, wall: str, is_quiet: bool
) -> None:
    moment = datetime.fromisoformat(wall).replace(tzinfo=PARIS)
    assert quiet(hours).at(moment) is is_quiet
    assert quiet(hours).at(moment.astimezone(UTC)) is is_quiet


@pytest.mark.parametrize(
    ("hours", "now", "over"),
    [
        # nothing changes
        ("22:00-07:00", "2026-11-27 21:00", "2026-11-28 06:00"),
        # the night of spring is an hour shorter, that of autumn an hour longer
        ("22:00-07:00", "2026-03-28 21:30", "2026-03-29 05:00"),
        ("22:00-07:00", "2026-10-24 21:30", "2026-10-25 06:00"),
        # 02:30 does not come in spring: it is over when the wall jumps from 02:00 to 03:00
        ("22:00-02:30", "2026-03-28 23:00", "2026-03-29 01:00"),
        # 02:30 comes twice in autumn: quiet until the first, then again from 02:00 to the second
        ("22:00-02:30", "2026-10-24 22:00", "2026-10-25 00:30"),
        ("22:00-02:30", "2026-10-25 01:15", "2026-10-25 01:30"),
        # hours that lie in the missing hour do not come at all
        ("02:00-03:00", "2026-03-29 00:59", "2026-03-29 00:59"),
        ("02:00-03:00", "2026-03-29 01:00", "2026-03-29 01:00"),
        # hours that lie in the hour that comes twice are twice as long
        ("02:00-03:00", "2026-10-25 00:10", "2026-10-25 02:00"),
    ],
)
def test_they_are_over_when_the_wall_says_so(hours: str, now: str, over: str) -> None:
    assert quiet(hours).over(utc(now)) == utc(over)


def test_each_newsletter_has_the_hours_of_its_own_place() -> None:
    moment = utc("2026-11-27 21:30")
    assert quiet("22:00-07:00").at(moment)
    assert not quiet("22:00-07:00", "Africa/Bamako").at(moment)
    assert quiet("22:00-07:00", "America/St_Johns").over(utc("2026-11-27 03:00")) == utc(
        "2026-11-27 10:30"
    )


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.tuples(st.times(), st.times()).filter(lambda pair: pair[0] != pair[1]),
    st.sampled_from(["Europe/Paris", "Africa/Bamako", "Australia/Lord_Howe", "America/New_York"]),
)
def test_before_they_are_over_every_minute_is_quiet(
    now: datetime, hours: tuple[time, time], zone: str
) -> None:
    start, end = (one.replace(second=0, microsecond=0) for one in hours)
    if start == end:
        return
    some = Quiet(hours=QuietHours(start=start, end=end), zone=zone)
    over = some.over(now)
    assert not some.at(over)
    minutes = int((over - now) / MINUTE)
    assert all(some.at(now + number * MINUTE) for number in range(minutes))


@given(
    st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 30), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 600),
)
def test_after_so_much_open_time_so_much_of_it_has_passed(start: datetime, minutes: int) -> None:
    some, span = quiet("22:00-07:00"), minutes * MINUTE
    end = after_open_time(some, start, span)
    assert open_time(some, start, end) == span
    assert end - start >= span


def test_open_time_leaves_the_night_out() -> None:
    evening = utc("2026-11-27 20:00")
    assert open_time(quiet("22:00-07:00"), evening, evening + 24 * HOUR) == 15 * HOUR
    assert open_time(None, evening, evening + 24 * HOUR) == 24 * HOUR
    assert open_time(None, evening, evening - HOUR) == timedelta()
    assert open_time(quiet("22:00-07:00"), evening, evening - HOUR) == timedelta()
    assert after_open_time(quiet("22:00-07:00"), evening, 2 * HOUR) == utc("2026-11-28 07:00")
    assert after_open_time(None, evening, 2 * HOUR) == utc("2026-11-27 22:00")
