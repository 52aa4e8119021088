"""How often a source gives something, and when it is silent."""

from datetime import datetime, timedelta

import pytest

from digest.collect.silence import is_silent, patience_with, rhythm_of
from tests.builders import NOON

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("hours_ago", "hours"),
    [
        ((0, 24, 48, 72), 24),
        ((0, 24, 48, 500), 24),  # one long rest is no rhythm
        ((0, 0, 0, 168, 168, 168, 336, 336), 168),  # three pieces every week
        ((0, 0.2, 0.4, 0.6), 1),  # an agency
        ((0, 0, 24, 24), None),  # two moments: too few
        ((0, 0, 0, 0, 0), None),  # undated, all first seen at once
        ((), None),
    ],
)
def test_a_rhythm_is_the_median_pause_between_what_did_not_come_at_once(
    hours_ago: tuple[float, ...], hours: float | None
) -> None:
    moments = [NOON - timedelta(hours=hour) for hour in hours_ago]
    assert rhythm_of(moments) == (None if hours is None else hours * HOUR)


def test_patience_is_three_pauses_two_days_at_least_or_what_the_editor_says() -> None:
    assert patience_with(7 * DAY, None) == 21 * DAY
    assert patience_with(HOUR, None) == 2 * DAY
    assert patience_with(None, None) is None
    assert patience_with(7 * DAY, 3 * DAY) == 3 * DAY


def test_a_source_is_silent_once_its_latest_article_is_older_than_that() -> None:
    assert silent(NOON - 3 * DAY, 2 * DAY, succeeded=NOON)
    assert not silent(NOON - 2 * DAY, 2 * DAY, succeeded=NOON)


def test_without_a_rhythm_a_source_is_silent_while_it_cant_be_read() -> None:
    assert not is_silent(None, None, asked=None, succeeded=None, now=NOON)  # nobody asked yet
    assert silent(None, None, succeeded=None)
    assert not silent(None, None, succeeded=NOON - DAY)
    assert silent(None, None, succeeded=NOON - 3 * DAY)


def silent(
    newest: datetime | None, patience: timedelta | None, *, succeeded: datetime | None
) -> bool:
    return is_silent(newest, patience, asked=NOON, succeeded=succeeded, now=NOON)
