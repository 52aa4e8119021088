"""What follows for a reader from a set of facts, whatever their order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.consequences import Tolerance, lists_left, suppression
from digest.model.event import Cause, Fact
from subscribers.model import SuppressionReason

NOW = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FIVE = Tolerance()
BOUNCE, COMPLAINT = SuppressionReason.BOUNCE, SuppressionReason.COMPLAINT


def fact(cause: Cause, day: float = 0, **changes: Any) -> Fact:
    values: dict[str, Any] = {
        "provider": "sendgrid",
        "key": f"{cause} {day}",
        "attempt_id": f"attempt {day}",
        "list_name": "hebdo",
        "cause": cause,
        "at": NOW + day * DAY,
    }
    return Fact(**(values | changes))


def softs(*days: float, **changes: Any) -> list[Fact]:
    return [fact(Cause.SOFT, day, **changes) for day in days]


@pytest.mark.parametrize(("cause", "reason"), [(Cause.HARD, BOUNCE), (Cause.COMPLAINT, COMPLAINT)])
def test_one_refusal_for_good_or_one_complaint_is_enough(
    cause: Cause, reason: SuppressionReason
) -> None:
    told = suppression([fact(cause)], FIVE, None)
    assert told is not None
    assert (told.reason, told.at) == (reason, NOW)
    assert told.origin == f"event of sendgrid: {cause}"


@pytest.mark.parametrize("cause", [Cause.NONE, Cause.LEFT])
def test_nothing_else_suppresses(cause: Cause) -> None:
    assert suppression([fact(cause, day) for day in range(9)], FIVE, None) is None


def test_a_complaint_outweighs_an_earlier_bounce_and_the_first_of_a_kind_counts() -> None:
    facts = [fact(Cause.COMPLAINT, 3), fact(Cause.HARD), fact(Cause.COMPLAINT, 2)]
    told = suppression(facts, FIVE, None)
    assert told is not None
    assert (told.reason, told.at) == (COMPLAINT, NOW + 2 * DAY)


@pytest.mark.parametrize(
    ("days", "at"),
    [
        ((0, 7, 14, 21), None),
        ((0, 7, 14, 21, 28), 28),
        ((0, 7, 14, 21, 30), None),
        ((0, 7, 14, 21, 29.9), 29.9),
        ((0, 20, 40, 60, 80, 100), None),
        ((0, 40, 41, 42, 43, 44, 45), 44),
    ],
)
def test_five_mails_within_thirty_days_are_too_many(
    days: tuple[float, ...], at: float | None
) -> None:
    told = suppression(softs(*days), FIVE, None)
    assert (told and told.at) == (None if at is None else NOW + at * DAY)
    assert told is None or told.reason is BOUNCE


def test_a_mail_that_is_told_of_often_has_failed_once() -> None:
    assert suppression(softs(0, 1, 2, 3, 4, attempt_id="one"), FIVE, None) is None
    assert suppression(softs(0, 1, 2, 3, 4, attempt_id=""), FIVE, None) is not None


def test_how_many_are_too_many_is_the_editors_word() -> None:
    strict = Tolerance(soft=2, span=7 * DAY)
    assert suppression(softs(0, 6), strict, None) is not None
    assert suppression(softs(0, 7), strict, None) is None


@pytest.mark.parametrize("cause", [Cause.HARD, Cause.COMPLAINT])
def test_only_what_is_younger_than_the_last_word_for_mailing_counts(cause: Cause) -> None:
    assert suppression([fact(cause)], FIVE, NOW) is None
    assert suppression([fact(cause)], FIVE, NOW - timedelta(seconds=1)) is not None
    assert suppression(softs(0, 7, 14, 21, 28), FIVE, NOW) is None


def test_who_leaves_leaves_the_list_of_that_mail() -> None:
    since = {"hebdo": NOW - DAY, "mensuel": NOW - DAY}
    assert [*lists_left([fact(Cause.LEFT)], since)] == ["hebdo"]
    assert [*lists_left([fact(Cause.LEFT, list_name="autre")], since)] == []


def test_who_leaves_by_a_mail_that_nobody_knows_leaves_all_lists() -> None:
    since = {"hebdo": NOW - DAY, "mensuel": NOW + DAY}
    assert [*lists_left([fact(Cause.LEFT, list_name="")], since)] == ["hebdo"]
    assert [*lists_left([fact(Cause.LEFT, 2, list_name="")], since)] == ["hebdo", "mensuel"]


def test_who_came_back_since_stays() -> None:
    assert lists_left([fact(Cause.LEFT)], {"hebdo": NOW}) == {}


FACTS = st.lists(
    st.builds(
        fact,
        st.sampled_from(Cause),
        st.integers(0, 60),
        key=st.text("abc", min_size=1, max_size=4),
        attempt_id=st.sampled_from(["", "1", "2", "3", "4", "5", "6"]),
    ),
    max_size=12,
)


@given(facts=FACTS, more=FACTS, allowed=st.none() | st.integers(0, 60), order=st.randoms())
def test_one_fact_more_never_lets_an_address_be_mailed_and_order_is_nothing(
    facts: list[Fact], more: list[Fact], allowed: int | None, order: Any
) -> None:
    since = None if allowed is None else NOW + allowed * DAY
    told = suppression(facts, Tolerance(soft=3), since)
    mixed = facts * 2
    order.shuffle(mixed)
    assert suppression(mixed, Tolerance(soft=3), since) == told
    if told:
        assert suppression(facts + more, Tolerance(soft=3), since) is not None
