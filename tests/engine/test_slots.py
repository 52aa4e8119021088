from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.engine.slots import next_slots, previous_slot
from digest.schedule.cron import parse_cron

PARIS = "Europe/Paris"
BAMAKO = "Africa/Bamako"  # no summer time


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)  # type: ignore[arg-type,misc]  # numbers of a moment


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        # a week like any other
        (
            "53 6 * * fri",
            PARIS,
            utc(2026, 11, 26, 17),
            [utc(2026, 11, 27, 5, 53), utc(2026, 12, 4, 5, 53)],
        ),
        # the same wall-clock time on both sides of a change
        (
            "53 6 * * fri",
            PARIS,
            utc(2026, 10, 22),
            [utc(2026, 10, 23, 4, 53), utc(2026, 10, 30, 5, 53)],
        ),
        (
            "53 6 * * fri",
            PARIS,
            utc(2027, 3, 25),
            [utc(2027, 3, 26, 5, 53), utc(2027, 4, 2, 4, 53)],
        ),
        (
            "53 6 * * fri",
            BAMAKO,
            utc(2026, 10, 22),
            [utc(2026, 10, 23, 6, 53), utc(2026, 10, 30, 6, 53)],
        ),
        # 25 October 2026: 02:30 comes twice in Paris, the clock strikes at the first
        (
            "30 2 * * *",
            PARIS,
            utc(2026, 10, 24, 12),
            [utc(2026, 10, 25, 0, 30), utc(2026, 10, 26, 1, 30)],
        ),
        (
            "30 2 * * *",
            PARIS,
            utc(2026, 10, 25, 0, 30),
            [utc(2026, 10, 26, 1, 30), utc(2026, 10, 27, 1, 30)],
        ),
        (
            "0 3 * * *",
            PARIS,
            utc(2026, 10, 25, 0, 59),
            [utc(2026, 10, 25, 2), utc(2026, 10, 26, 2)],
        ),
        # 28 March 2027: 02:30 does not come in Paris, the clock strikes at 03:00
        ("30 2 * * *", PARIS, utc(2027, 3, 27, 12), [utc(2027, 3, 28, 1), utc(2027, 3, 29, 0, 30)]),
        (
            "30 2 * * sun",
            PARIS,
            utc(2027, 3, 27, 12),
            [utc(2027, 3, 28, 1), utc(2027, 4, 4, 0, 30)],
        ),
        # several times in the gap, and 03:00 itself: once
        (
            "*/20 2,3 * * *",
            PARIS,
            utc(2027, 3, 28, 0, 50),
            [utc(2027, 3, 28, 1), utc(2027, 3, 28, 1, 20)],
        ),
        (
            "30 2 * * *",
            BAMAKO,
            utc(2027, 3, 27, 12),
            [utc(2027, 3, 28, 2, 30), utc(2027, 3, 29, 2, 30)],
        ),
        # leap days over the year 2100
        ("0 0 29 2 *", "UTC", utc(2096, 3, 1), [utc(2104, 2, 29), utc(2108, 2, 29)]),
        # a day that a whole country left out
        (
            "0 8 30 12 *",
            "Pacific/Apia",
            utc(2011, 12, 1),
            [utc(2011, 12, 30, 10), utc(2012, 12, 29, 18)],
        ),
    ],
)
def test_the_next_strikes_are_the_wall_clocks(
    cron: str, zone: str, after: datetime, expected: list[datetime]
) -> None:
    assert next_slots(cron, zone, after, len(expected)) == expected


@pytest.mark.parametrize(
    ("cron", "zone", "now", "expected"),
    [
        ("53 6 * * fri", PARIS, utc(2026, 11, 27, 5, 53), utc(2026, 11, 27, 5, 53)),
        ("53 6 * * fri", PARIS, utc(2026, 11, 27, 5, 52, 59), utc(2026, 11, 20, 5, 53)),
        ("30 2 * * *", PARIS, utc(2026, 10, 25, 0, 45), utc(2026, 10, 25, 0, 30)),
        ("30 2 * * *", PARIS, utc(2026, 10, 25, 1, 10), utc(2026, 10, 25, 0, 30)),
        ("30 2 * * *", PARIS, utc(2026, 10, 25, 1, 45), utc(2026, 10, 25, 0, 30)),
        ("*/15 * * * *", PARIS, utc(2026, 10, 25, 1, 10), utc(2026, 10, 25, 0, 45)),
        ("30 2 * * *", PARIS, utc(2027, 3, 28, 0, 59), utc(2027, 3, 27, 1, 30)),
        ("30 2 * * *", PARIS, utc(2027, 3, 28, 1), utc(2027, 3, 28, 1)),
        ("0 0 29 2 *", "UTC", utc(2104, 2, 28), utc(2096, 2, 29)),
    ],
)
def test_the_previous_strike_is_the_latest_that_was(
    cron: str, zone: str, now: datetime, expected: datetime
) -> None:
    assert previous_slot(cron, zone, now) == expected


crons = st.builds(
    "{} {} * * {}".format,
    st.sampled_from(["0", "30", "59", "*/15", "53"]),
    st.sampled_from(["0", "1", "2", "3", "*", "1-3", "23"]),
    st.sampled_from(["*", "sun", "mon-fri", "thu,sat"]),
)
zones = st.sampled_from(
    [PARIS, BAMAKO, "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "UTC"]
)
# Around both changes of 2026 and 2027 in most zones, with odd seconds.
moments = st.builds(
    lambda base, seconds: base + timedelta(seconds=seconds),
    st.sampled_from(
        [utc(2026, 10, 24, 20), utc(2027, 3, 27, 20), utc(2026, 11, 1, 4), utc(2027, 7, 1)]
    ),
    st.integers(-2 * 86_400, 3 * 86_400),
)


@given(crons, zones, moments)
def test_now_lies_between_the_previous_strike_and_the_next(
    cron: str, zone: str, now: datetime
) -> None:
    previous, (first, second) = previous_slot(cron, zone, now), next_slots(cron, zone, now, 2)
    assert previous <= now < first < second
    assert next_slots(cron, zone, previous, 1) == [first], "a strike lies between, or is told twice"
    assert previous_slot(cron, zone, second - timedelta(seconds=1)) == first


@given(crons, zones, moments)
def test_a_strike_shows_the_wall_clock_asked_for_unless_a_gap_swallowed_it(
    cron: str, zone: str, now: datetime
) -> None:
    fields = parse_cron(cron)
    place = ZoneInfo(zone)
    for slot in next_slots(cron, zone, now, 3):
        local = slot.astimezone(place)
        a_minute_ago = (slot - timedelta(minutes=1)).astimezone(place)
        after_gap = local.utcoffset() != a_minute_ago.utcoffset()
        assert after_gap or (
            local.minute in fields.minutes
            and local.hour in fields.hours
            and local.weekday() in fields.weekdays
        )
        assert local.fold == 0, "the second of two equal wall-clock times"


def test_a_slot_is_in_utc() -> None:
    assert previous_slot("0 8 * * *", PARIS, utc(2026, 7, 1, 12)).tzinfo is UTC
    assert next_slots("0 8 * * *", PARIS, utc(2026, 7, 1, 12), 1)[0].tzinfo is UTC
