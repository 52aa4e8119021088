"""When a source is asked again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.answers import Answer, Request, Verdict
from digest.collect.waits import (
    LONGEST,
    NEVER,
    address_of,
    after_failure,
    after_success,
    back_off,
    fresh,
    freshness,
)
from digest.model.source import SourceState
from tests.collect.cases import NOW

FEED = "https://fleuve.example/feed"
STATE = SourceState(name="fleuve", url=FEED, etag='"v1"', last_modified="hier")


def answer(verdict: Verdict = Verdict.CONTENT, url: str = FEED, **how: Any) -> Answer:
    return replace(Answer(request=Request(url=url), verdict=verdict, url=url), **how)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(1, 30), (2, 60), (3, 120), (5, 480), (20, 7 * 24 * 60)]
)
def test_pauses_double_up_to_a_week(failures: int, minutes: int) -> None:
    assert back_off(failures, 0.5) == timedelta(minutes=minutes)


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_chance_moves_a_pause_by_a_quarter_at_most(failures: int, chance: float) -> None:
    middle = back_off(failures, 0.5)
    assert abs(back_off(failures, chance) - middle) <= middle / 4
    assert middle <= LONGEST


def test_a_failure_keeps_what_was_known_and_counts() -> None:
    after = after_failure(STATE, answer(Verdict.FAILED), "404", now=NOW, chance=0.5)
    assert (after.failures, after.error, after.etag) == (1, "404", '"v1"')
    assert after.not_before == NOW + timedelta(minutes=30)


def test_retry_after_is_waited_for_when_it_is_longer() -> None:
    busy = answer(Verdict.FAILED, wait=timedelta(hours=3))
    assert after_failure(STATE, busy, "429", now=NOW, chance=0.5).not_before == (
        NOW + timedelta(hours=3)
    )


def test_a_blocked_source_is_left_alone_for_a_day_at_first() -> None:
    blocked = answer(Verdict.BLOCKED)
    assert after_failure(STATE, blocked, "blocked", now=NOW, chance=0.5).not_before == (
        NOW + timedelta(hours=24)
    )


def test_a_gone_source_is_not_asked_again_until_its_address_changes() -> None:
    after = after_failure(STATE, answer(Verdict.GONE), "410", now=NOW, chance=0.5)
    assert after.not_before == NEVER
    assert fresh(after, FEED) == after
    assert fresh(after, "https://fleuve.example/rss").not_before is None


def test_a_success_forgets_the_failures_and_obeys_max_age() -> None:
    failed = replace(STATE, failures=5, error="500")
    after = after_success(failed, answer(etag='"v2"', wait=timedelta(minutes=10)), NOW)
    assert (after.failures, after.error, after.etag) == (0, "", '"v2"')
    assert after.not_before == NOW + timedelta(minutes=10)


def test_an_unchanged_answer_keeps_the_validators() -> None:
    after = after_success(STATE, answer(Verdict.UNCHANGED), NOW)
    assert (after.etag, after.last_modified) == ('"v1"', "hier")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Cache-Control": "max-age=600"}, 600),
        ({"Cache-Control": "public, max-age=600", "Age": "500"}, 100),
        ({"Cache-Control": "max-age=600", "Age": "700"}, None),
        ({"Cache-Control": "no-cache, max-age=600"}, None),
        ({"Cache-Control": "s-maxage=600"}, None),
        ({"Cache-Control": "max-age=31536000"}, 86_400),
        ({}, None),
    ],
)
def test_max_age_is_read_less_age(headers: dict[str, str], seconds: int | None) -> None:
    wait = freshness(headers)
    assert wait == (timedelta(seconds=seconds) if seconds else None)


def test_a_move_is_believed_after_three_equal_ones() -> None:
    new, state = "https://neuf.example/feed", STATE
    for _ in range(3):
        assert address_of(FEED, state) == FEED
        state = after_success(state, answer(moved_to=new), NOW)
    assert address_of(FEED, state) == new
    state = after_success(state, answer(url=new), NOW)
    assert address_of(FEED, state) == new


def test_another_move_in_between_starts_the_count_again() -> None:
    state = STATE
    for target in ("https://a.example/", "https://a.example/", "https://b.example/"):
        state = after_success(state, answer(moved_to=target), NOW)
    assert (state.moved_to, state.moves) == ("https://b.example/", 1)
    state = after_success(state, answer(), NOW)
    assert (state.moved_to, state.moves) == ("", 0)


def test_a_saved_address_that_fails_is_given_up() -> None:
    moved = replace(STATE, moved_to="https://neuf.example/feed", moves=3)
    after = after_failure(moved, answer(Verdict.FAILED), "404", now=NOW, chance=0.5)
    assert address_of(FEED, after) == FEED
