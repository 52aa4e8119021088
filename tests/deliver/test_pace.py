"""When the next call may begin: pure decisions, and the law that every rate keeps."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.pace import (
    Terms,
    batch_size,
    full_day,
    has_rate,
    in_words,
    own_rate,
    pushed,
    turn,
)
from digest.deliver.quiet import Quiet
from digest.model.pace import Pace, Wait, Why, Wishes
from digest.schedule.fields import QuietHours
from digest.schedule.values import WarmUp

NOW = datetime(2026, 11, 27, 5, 53, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
NIGHT = Quiet(hours=QuietHours(start=time(22), end=time(7)), zone="Europe/Paris")
SEVEN = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
PLAN = WarmUp(since=date(2026, 11, 27), first_day=500, growth=1.5)


@given(
    rate=st.floats(0.5, 2_000),
    claims=st.lists(st.tuples(st.floats(0, 30), st.integers(1, 1_000)), min_size=2, max_size=40),
)
def test_in_any_window_there_are_no_more_than_the_rate_allows_and_one_batch(
    rate: float, claims: list[tuple[float, int]]
) -> None:
    """Whoever comes when, and with how many: each takes his turn or goes away."""
    now, free_at, taken = NOW, None, list[tuple[datetime, int]]()
    for later, recipients in claims:
        now += timedelta(seconds=later)
        pace = Pace(provider_free_at=free_at)
        if turn(Terms(rate=rate, capacity=1_000), pace, now) is None:
            taken.append((now, recipients))
            free_at = pushed(free_at, now, recipients=recipients, rate=rate)
    for first, (since, _) in enumerate(taken):
        for last in range(first, len(taken)):
            until, batch = taken[last]
            number = sum(recipients for _, recipients in taken[first : last + 1])
            assert number <= rate * (until - since).total_seconds() + batch + 1e-6


@given(
    rate=st.floats(0.5, 2_000),
    ahead=st.floats(0, 5),
    claims=st.lists(
        st.tuples(st.floats(0, 5), st.booleans(), st.integers(1, 500)), min_size=2, max_size=40
    ),
)
def test_a_machine_whose_clock_is_ahead_gets_no_more_than_that_much_time_ahead(
    rate: float, ahead: float, claims: list[tuple[float, bool, int]]
) -> None:
    true, free_at, taken = NOW, None, list[tuple[datetime, int]]()
    for later, fast, recipients in claims:
        true += timedelta(seconds=later)
        now = true + timedelta(seconds=ahead) * fast
        if turn(Terms(rate=rate, capacity=500), Pace(provider_free_at=free_at), now) is None:
            taken.append((true, recipients))
            free_at = pushed(free_at, now, recipients=recipients, rate=rate)
    for first, (since, _) in enumerate(taken):
        for last in range(first, len(taken)):
            window = (taken[last][0] - since).total_seconds() + ahead
            assert sum(number for _, number in taken[first:last]) <= rate * window + 1e-6


def test_without_rate_hold_or_hours_nobody_waits() -> None:
    assert turn(Terms(), Pace(), NOW) is None
    assert turn(Terms(rate=1), Pace(provider_free_at=NOW, issue_free_at=NOW), NOW) is None


def test_a_pause_goes_before_everything_and_has_no_end() -> None:
    pace = Pace(wishes=Wishes(paused_at=NOW), provider_free_at=NOW + HOUR)
    assert turn(Terms(quiet=NIGHT), pace, NOW) == Wait(why=Why.PAUSED, until=None)


def test_a_hold_is_the_providers_word_and_a_rates_wait_is_ours() -> None:
    paced = Terms(rate=10, capacity=100)
    soon, late = Pace(provider_free_at=NOW + 9 * SECOND), Pace(provider_free_at=NOW + 11 * SECOND)
    assert turn(Terms(), soon, NOW) == Wait(why=Why.HOLD, until=NOW + 9 * SECOND)
    assert turn(paced, soon, NOW) == Wait(why=Why.PROVIDER_RATE, until=NOW + 9 * SECOND)
    assert turn(paced, late, NOW) == Wait(why=Why.HOLD, until=NOW + 11 * SECOND)


def test_of_several_waits_the_longest_is_told() -> None:
    wishes = Wishes(rate=1)
    pace = Pace(wishes=wishes, provider_free_at=NOW + HOUR, issue_free_at=NOW + SECOND)
    wait = turn(Terms(), pace, NOW)
    assert wait == Wait(why=Why.HOLD, until=NOW + HOUR)


def test_an_issues_own_moment_counts_only_while_it_has_a_rate() -> None:
    later = NOW + MINUTE
    assert turn(Terms(), Pace(issue_free_at=later), NOW) is None
    over = Pace(wishes=Wishes(spread_until=NOW), issue_free_at=later)
    assert turn(Terms(), over, NOW) is None
    spread = Pace(wishes=Wishes(spread_until=NOW + HOUR), issue_free_at=later)
    assert turn(Terms(), spread, NOW) == Wait(why=Why.OWN_RATE, until=later)


def test_in_quiet_hours_one_waits_for_their_end_and_what_ends_in_them_lasts_as_long() -> None:
    assert turn(Terms(quiet=NIGHT), Pace(), NOW) == Wait(why=Why.QUIET, until=SEVEN)
    evening = datetime(2026, 11, 26, 20, 59, tzinfo=UTC)
    held = Pace(provider_free_at=evening + 2 * MINUTE)
    assert turn(Terms(quiet=NIGHT), held, evening) == Wait(why=Why.HOLD, until=SEVEN)


def test_a_spread_goes_as_fast_as_what_is_left_and_the_time_left_demand() -> None:
    wishes = Wishes(spread_until=NOW + 2 * HOUR)
    assert own_rate(wishes, None, left=7_200, now=NOW) == 1
    assert own_rate(wishes, None, left=7_200, now=NOW + HOUR) == 2
    assert own_rate(wishes, None, left=7_200, now=NOW + 2 * HOUR) is None
    assert own_rate(Wishes(rate=3), None, left=1, now=NOW) == 3
    assert own_rate(Wishes(), None, left=1, now=NOW) is None
    assert not has_rate(Wishes(), NOW)


def test_quiet_hours_are_no_time_to_spread_over() -> None:
    midnight = datetime(2026, 11, 26, 23, 0, tzinfo=UTC)
    wishes = Wishes(spread_until=SEVEN + HOUR)
    assert own_rate(wishes, NIGHT, left=3_600, now=midnight) == 1
    assert own_rate(Wishes(spread_until=SEVEN), NIGHT, left=1, now=midnight) is None


def test_a_batch_holds_what_goes_out_in_a_minute_at_most() -> None:
    terms = Terms(rate=10, capacity=1_000)
    assert batch_size(Terms(capacity=1_000), rate=None, now=NOW) == 1_000
    assert batch_size(terms, rate=None, now=NOW) == 600
    assert batch_size(terms, rate=2, now=NOW) == 120
    assert batch_size(Terms(capacity=1_000), rate=0.001, now=NOW) == 1


@pytest.mark.parametrize(("first_day", "size"), [(500, 50), (5, 1), (20_000, 1_000)])
def test_a_batch_is_no_more_than_a_tenth_of_a_warm_ups_day(first_day: int, size: int) -> None:
    plan = PLAN.model_copy(update={"first_day": first_day})
    assert batch_size(Terms(capacity=1_000, warm_up=plan), rate=None, now=NOW) == size


def test_what_a_day_has_no_room_for_waits_for_the_first_that_has() -> None:
    terms = Terms(warm_up=PLAN)
    paris_midnight = datetime(2026, 11, 27, 23, 0, tzinfo=UTC)
    assert full_day(terms, recipients=50, used=450, now=NOW) is None
    tomorrow = Wait(why=Why.WARM_UP, until=paris_midnight)
    assert full_day(terms, recipients=50, used=451, now=NOW) == tomorrow
    two_days_later = Wait(why=Why.WARM_UP, until=paris_midnight + timedelta(days=1))
    assert full_day(terms, recipients=1_000, used=0, now=NOW) == two_days_later
    assert full_day(Terms(), recipients=10**9, used=10**9, now=NOW) is None


def test_a_wait_for_tomorrow_lasts_until_its_quiet_hours_are_over() -> None:
    terms = Terms(warm_up=PLAN, quiet=NIGHT)
    wait = full_day(terms, recipients=1, used=500, now=NOW + 3 * HOUR)
    assert wait == Wait(why=Why.WARM_UP, until=SEVEN + timedelta(days=1))


def test_a_wait_is_told_on_the_newsletters_wall_clock() -> None:
    words = in_words(Wait(why=Why.QUIET, until=SEVEN), "Europe/Paris")
    assert words == "waits until 2026-11-27 07:00 (Europe/Paris): quiet hours"
    assert "06:00:01" in in_words(Wait(why=Why.HOLD, until=SEVEN + SECOND), "UTC")
    assert in_words(Wait(why=Why.PAUSED), "UTC") == "paused"
