"""A young domain's days: how many recipients each has, and when it begins."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver import warm_up
from digest.schedule.values import WarmUp

PLAN = WarmUp(since=date(2026, 11, 1), first_day=500, growth=1.5)


@pytest.mark.parametrize(
    ("day", "recipients"),
    [
        (date(2026, 10, 1), 500),
        (date(2026, 11, 1), 500),
        (date(2026, 11, 2), 750),
        (date(2026, 11, 3), 1_125),
        (date(2026, 11, 4), 1_687),
        (date(2026, 11, 30), 63_917_019),
        (date(9_000, 1, 1), 10**10),
    ],
)
def test_each_day_has_so_many_times_the_recipients_of_the_day_before(
    day: date, recipients: int
) -> None:
    assert warm_up.allowance(PLAN, day) == recipients


def test_rounding_takes_nobody_away() -> None:
    plan = PLAN.model_copy(update={"first_day": 1_000, "growth": 1.15})
    assert warm_up.allowance(plan, date(2026, 11, 2)) == 1_150


@given(st.integers(1, 1_000_000), st.floats(1.01, 10), st.integers(0, 4_000))
def test_it_never_shrinks(first_day: int, growth: float, days: int) -> None:
    plan = WarmUp(since=date(2026, 11, 1), first_day=first_day, growth=growth)
    day = plan.since + timedelta(days=days)
    assert warm_up.allowance(plan, day) <= warm_up.allowance(plan, day + timedelta(days=1))


def test_days_change_at_midnight_of_the_plans_place() -> None:
    late = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
    assert warm_up.today(PLAN, late) == date(2026, 11, 27)
    assert warm_up.begins(PLAN, date(2026, 11, 27)) == datetime(2026, 11, 26, 23, 0, tzinfo=UTC)
    assert warm_up.begins(PLAN, date(2026, 7, 1)) == datetime(2026, 6, 30, 22, 0, tzinfo=UTC)
    there = PLAN.model_copy(update={"timezone": "Africa/Bamako"})
    assert warm_up.today(there, late) == date(2026, 11, 26)


def test_the_day_for_so_many_is_the_first_that_has_room() -> None:
    assert warm_up.day_for(PLAN, 10, date(2026, 11, 1)) == date(2026, 11, 2)
    assert warm_up.day_for(PLAN, 1_126, date(2026, 11, 1)) == date(2026, 11, 4)
    assert warm_up.day_for(PLAN, 10**12, date(2026, 11, 1)) > date(2026, 12, 1)
