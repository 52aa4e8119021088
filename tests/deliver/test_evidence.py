"""What events prove of a doubt: a row a rule, from both sides of each line."""

from datetime import datetime, timedelta

import pytest

from digest.deliver.evidence import Case, Judgement, Lack, Terms, Verdict, judge, missing
from tests.deliver.cases import (
    BEGAN,
    DEADLINE,
    HOUR,
    MINUTE,
    READERS,
    RIPE,
    SECOND,
    a_case,
    a_witness,
    an_attempt,
    traces,
)

LATE = DEADLINE + 48 * HOUR
PART = an_attempt(id="part", origin_id="a")
RELAY = an_attempt(provider="smtp")


def judged(case: Case, now: datetime = RIPE) -> Judgement:
    return judge(case, now, Terms())


@pytest.mark.parametrize("now", [BEGAN, RIPE, LATE, LATE + 1000 * HOUR])
@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("posts", [False, True])
def test_one_event_proves_acceptance_whenever_it_comes(
    now: datetime, held: bool, posts: bool
) -> None:
    for told in (traces(1), traces(nameless=1)):
        case = a_case(traces=told, held=held, posts=posts)
        assert judged(case, now) == Judgement(verdict=Verdict.ACCEPTED)


def test_no_event_beside_a_complete_witness_proves_a_refusal() -> None:
    assert judged(a_case()) == Judgement(verdict=Verdict.REFUSED, witness_id="w")


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        pytest.param({"posts": False}, {Lack.POSTS}, id="nobody posts to us"),
        pytest.param({"attempt": PART}, {Lack.CALL}, id="part of a mixed receipt"),
        pytest.param({"witnesses": ()}, {Lack.WITNESS}, id="no later call"),
        pytest.param(
            {"witnesses": (a_witness(after=timedelta(0)),)}, {Lack.WITNESS}, id="none later"
        ),
        pytest.param(
            {"witnesses": (a_witness(after=HOUR + SECOND),)}, {Lack.WITNESS}, id="none near"
        ),
        pytest.param(
            {"witnesses": (a_witness(provider="mailgun"),)}, {Lack.WITNESS}, id="another's"
        ),
        pytest.param(
            {"witnesses": (a_witness(told=traces(7)),)}, {Lack.COMPLETENESS}, id="one reader short"
        ),
        pytest.param(
            {"witnesses": (a_witness(told=traces(nameless=9)),)},
            {Lack.COMPLETENESS},
            id="events that name nobody",
        ),
        pytest.param({"witnesses": (a_witness(readers=()),)}, {Lack.WITNESS}, id="mailed nobody"),
        pytest.param(
            {"witnesses": (a_witness(), a_witness(after=HOUR, told=traces(8)))},
            {Lack.COMPLETENESS},
            id="a second witness one reader short",
        ),
        pytest.param(
            {"witnesses": (a_witness(), a_witness(after=-HOUR, told=traces()))},
            {Lack.COMPLETENESS},
            id="an earlier call of which nothing came",
        ),
        pytest.param({"heard": False}, {Lack.EARS}, id="we were deaf"),
    ],
)
def test_absence_proves_nothing_when_anything_is_missing(
    change: dict[str, object], lacks: set[Lack]
) -> None:
    for moment in (RIPE, LATE):
        judgement = judged(a_case(**change), moment)
        assert set(judgement.lacks) == lacks
        assert judgement.verdict in {Verdict.WAITS, Verdict.HELD}


def test_absence_proves_nothing_while_events_may_still_come() -> None:
    judgement = judged(a_case(), RIPE - SECOND)
    assert judgement == Judgement(verdict=Verdict.WAITS, lacks=(Lack.TIME,))


@pytest.mark.parametrize("after", [SECOND, HOUR])
def test_a_witness_may_be_as_near_as_can_be_or_an_hour_away(after: timedelta) -> None:
    assert judged(a_case(witnesses=(a_witness(after=after),))).verdict is Verdict.REFUSED


def test_calls_far_away_or_of_nobody_weigh_nothing() -> None:
    far = a_witness(after=2 * HOUR, told=traces()), a_witness(after=-2 * HOUR, told=traces())
    others = (*far, a_witness(readers=()))
    assert judged(a_case(witnesses=(*others, a_witness()))).verdict is Verdict.REFUSED


def test_what_can_not_be_proved_waits_two_days_and_then_for_a_person() -> None:
    alone = a_case(witnesses=())
    assert judged(alone, LATE - SECOND).verdict is Verdict.WAITS
    assert judged(alone, LATE).verdict is Verdict.HELD


def test_a_provider_that_tells_us_nothing_leaves_it_to_a_person_at_once() -> None:
    for attempt in (RELAY, an_attempt()):
        assert judged(a_case(attempt=attempt, posts=False), BEGAN).verdict is Verdict.HELD


def test_what_a_person_was_asked_absence_settles_no_more() -> None:
    assert judged(a_case(held=True)).verdict is Verdict.HELD


@pytest.mark.parametrize("attempt", [PART, RELAY], ids=["a part", "reader by reader"])
def test_a_call_that_may_be_taken_in_part_is_proved_by_an_event_of_each_reader(
    attempt: object,
) -> None:
    some, all_ = traces(*READERS[:-1], nameless=5), traces(*READERS, 99)
    assert judged(a_case(attempt=attempt, traces=some)).verdict is Verdict.WAITS
    assert judged(a_case(attempt=attempt, traces=some), LATE).verdict is Verdict.HELD
    assert judged(a_case(attempt=attempt, traces=all_)).verdict is Verdict.ACCEPTED
    nobody = a_case(attempt=attempt, recipient_ids=frozenset(), traces=all_)
    assert judged(nobody).verdict is not Verdict.ACCEPTED


def test_the_terms_can_be_set() -> None:
    terms = Terms(settle=MINUTE, near=2 * HOUR, patience=HOUR)
    late = a_case(witnesses=(a_witness(after=2 * HOUR),))
    assert judge(late, DEADLINE + MINUTE, terms).verdict is Verdict.REFUSED
    assert judge(a_case(witnesses=()), DEADLINE + HOUR, terms).verdict is Verdict.HELD


def test_the_gap_is_that_of_all_witnesses() -> None:
    assert missing([]) is None
    assert missing([a_witness(told=traces()), a_witness(told=traces(7))]) == 3
