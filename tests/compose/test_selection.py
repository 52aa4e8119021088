"""Which stories are taken: limits, the floor, and no two much alike."""

import math
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.selection import ALIKE, Choice, Company, Verdict, choose, needed
from digest.model.story import RankedStory, RankPart
from digest.schedule.values import Limits
from tests.compose.desk import some_stories

_, STORIES = some_stories(12)
SCORES = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 20_000)), max_size=12, unique_by=lambda p: p[0]
)
LIMITS = st.builds(
    Limits,
    section=st.integers(1, 5),
    issue=st.integers(1, 8),
    source=st.none() | st.integers(1, 4),
    floor=st.floats(0, 1.5),
)


def ranking(*scored: tuple[int, int], theme: str = "a") -> list[RankedStory]:
    """Rank stories by their numbers and scores in ten-thousandths."""
    return [
        RankedStory(
            story=STORIES[number - 1],
            theme=theme,
            score=score / 10_000,
            parts=(RankPart(name="recency", value=score / 10_000),),
        )
        for number, score in sorted(scored, key=lambda pair: (-pair[1], pair[0]))
    ]


def limits(**changes: Any) -> Limits:
    return Limits(**({"floor": 0} | changes))


def ids(choice: Choice) -> dict[str, list[int]]:
    return {theme: [one.story.id for one in found] for theme, found in choice.taken.items()}


def parts(choice: Choice) -> dict[int, list[tuple[str, float, tuple[int, ...]]]]:
    found = [*choice.taken.values(), *choice.left_out.values()]
    return {
        one.story.id: [(p.name, p.value, p.because) for p in one.parts[1:]]
        for stories in found
        for one in stories
    }


@st.composite
def companies(draw: st.DrawFn) -> Company:
    number = st.integers(1, 12)
    pairs = draw(st.frozensets(st.tuples(number, number), max_size=8))
    likes = draw(st.dictionaries(st.tuples(number, number), st.floats(0, 1), max_size=20))
    return Company(
        sources=draw(st.dictionaries(number, st.sampled_from("pqr"))),
        sagas=pairs,
        alike=lambda one, other: likes.get((min(one, other), max(one, other)), 0.0),
    )


@given(SCORES, SCORES, LIMITS, companies())
def test_however_stories_score_none_stands_twice_and_limits_hold(
    left: list[tuple[int, int]], right: list[tuple[int, int]], limits: Limits, company: Company
) -> None:
    by_theme = {"a": ranking(*left), "b": ranking(*right, theme="b")}
    choice = choose(by_theme, limits, company, spare=None)
    taken = [one.story.id for found in choice.taken.values() for one in found]
    rest = [one.story.id for found in choice.left_out.values() for one in found]
    led = [company.sources.get(id_) for id_ in taken]
    assert len(taken) <= limits.issue
    assert all(len(found) <= limits.section for found in choice.taken.values())
    assert all(led.count(source) <= (limits.source or 99) for source in set(led) - {None})
    assert sorted(taken + rest) == sorted({i for i, _ in left} | {i for i, _ in right})
    assert {id_ for id_, why in choice.verdicts.items() if why is Verdict.TAKEN} == set(taken)


@given(SCORES, SCORES, LIMITS, companies())
def test_parts_add_up_to_the_score_whatever_lowers_it(
    left: list[tuple[int, int]], right: list[tuple[int, int]], limits: Limits, company: Company
) -> None:
    by_theme = {"a": ranking(*left), "b": ranking(*right, theme="b")}
    choice = choose(by_theme, limits, company, spare=None)
    for one in [o for side in (choice.taken, choice.left_out) for s in side.values() for o in s]:
        assert one.score == round(math.fsum(part.value for part in one.parts), 4)
        assert all(part.value <= 0 for part in one.parts[1:])


@given(SCORES, SCORES, LIMITS, companies(), st.data())
def test_what_a_story_lacks_is_enough_and_no_less_is(
    left: list[tuple[int, int]],
    right: list[tuple[int, int]],
    limits: Limits,
    company: Company,
    data: st.DataObject,
) -> None:
    known = sorted({number for number, _ in left + right}) or [0]
    number = data.draw(st.sampled_from(known))
    by_theme = {"a": ranking(*left), "b": ranking(*right, theme="b")}
    lack = needed(by_theme, number, limits, company) if number else 0.0

    def taken_with(steps: int) -> bool:
        raised = {
            theme: [(n, s + steps * (n == number)) for n, s in scored]
            for theme, scored in (("a", left), ("b", right))
        }
        ranked = {theme: ranking(*scored, theme=theme) for theme, scored in raised.items()}
        return choose(ranked, limits, company).verdicts[number] is Verdict.TAKEN

    steps = round(lack * 10_000)
    assert not number or taken_with(steps)
    assert not steps or not taken_with(steps - 1)


def test_a_section_stays_short_rather_than_take_what_is_below_the_floor() -> None:
    by_theme: Mapping[str, list[RankedStory]] = {
        "a": ranking((1, 20_000), (2, 14_000), (3, 13_999)),
        "b": ranking((4, 9_000), theme="b"),
    }
    choice = choose(by_theme, limits(floor=1.4))
    assert ids(choice) == {"a": [1, 2], "b": []}
    assert choice.verdicts[3] is choice.verdicts[4] is Verdict.FLOOR


def test_the_floor_is_for_a_storys_own_score() -> None:
    company = Company(sources=dict.fromkeys((1, 2), "RFI"))
    choice = choose({"a": ranking((1, 15_000), (2, 14_500))}, limits(floor=1.4), company)
    assert ids(choice) == {"a": [1, 2]}
    assert choice.taken["a"][1].score == pytest.approx(1.3)


def test_no_more_than_so_many_stories_are_led_by_one_source() -> None:
    company = Company(sources={1: "RFI", 2: "RFI", 3: "RFI", 4: "BBC"})
    ranked = {"a": ranking((1, 20_000), (2, 19_000), (3, 18_000), (4, 500))}
    choice = choose(ranked, limits(source=2), company)
    assert ids(choice) == {"a": [1, 2, 4]}
    assert choice.verdicts[3] is Verdict.SOURCE


def test_of_two_nearly_equal_stories_the_one_from_another_source_comes_first() -> None:
    company = Company(sources={1: "RFI", 2: "RFI", 3: "BBC"})
    choice = choose({"a": ranking((1, 20_000), (2, 19_000), (3, 18_500))}, limits(), company)
    assert ids(choice) == {"a": [1, 3, 2]}
    assert parts(choice)[2] == [("same-source", -0.15, (1,))]


def test_each_further_story_of_a_source_or_saga_stands_lower() -> None:
    company = Company(
        sources=dict.fromkeys((1, 2, 3), "RFI"), sagas=frozenset({(2, 1), (3, 1), (3, 2)})
    )
    choice = choose({"a": ranking((1, 20_000), (2, 19_000), (3, 18_000))}, limits(), company)
    assert parts(choice)[3] == [("same-source", -0.3, (1, 2)), ("same-saga", -0.4, (1, 2))]


def test_a_second_telling_of_nearly_the_same_event_makes_room_for_another() -> None:
    likes = {(1, 2): 0.9, (1, 3): ALIKE - 0.01}
    company = Company(alike=lambda a, b: likes.get((min(a, b), max(a, b)), 0.0))
    ranked = {"a": ranking((1, 20_000), (2, 19_000), (3, 13_000))}
    choice = choose(ranked, limits(section=2), company)
    assert ids(choice) == {"a": [1, 3]}
    assert parts(choice) == {1: [], 2: [("same-matter", -0.72, (1,))], 3: []}


def test_the_nearest_of_the_stories_taken_counts_alone() -> None:
    likes = {(1, 3): 0.5, (2, 3): 0.8}
    company = Company(alike=lambda a, b: likes.get((min(a, b), max(a, b)), 0.0))
    choice = choose({"a": ranking((1, 20_000), (2, 19_000), (3, 18_000))}, limits(), company)
    assert parts(choice)[3] == [("same-matter", -0.64, (2,))]


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"section": 1}, Verdict.SECTION),
        ({"issue": 1}, Verdict.ISSUE),
        ({"source": 1}, Verdict.SOURCE),
        ({"floor": 1.95}, Verdict.FLOOR),
        ({}, Verdict.TAKEN),
    ],
)
def test_a_verdict_says_what_keeps_a_story_out(changes: dict[str, Any], verdict: Verdict) -> None:
    company = Company(sources=dict.fromkeys((1, 2), "RFI"))
    choice = choose({"a": ranking((1, 20_000), (2, 19_000))}, limits(**changes), company)
    assert choice.verdicts[2] is verdict


def test_what_another_storys_place_costs_is_what_it_has_more_and_a_step() -> None:
    ranked = {"a": ranking((1, 20_000), (2, 18_800))}
    assert needed(ranked, 2, limits(issue=1)) == pytest.approx(0.1201)
    assert needed(ranked, 1, limits(issue=1)) == 0.0


def test_so_many_of_a_theme_are_left_out_by_name() -> None:
    ranked = {"a": ranking(*((n, 1000 * n) for n in range(1, 13)))}
    choice = choose(ranked, limits(issue=1), spare=3)
    assert [one.story.id for one in choice.left_out["a"]] == [11, 10, 9]
