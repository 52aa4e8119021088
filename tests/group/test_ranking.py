"""Which stories come first, and what made their places."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from digest.group.ranking import rank
from digest.model.story import RankedStory, Story, ThemeScore
from tests.builders import NOON, an_article

WEEK = timedelta(days=7)


def story(id_: int, **changes: Any) -> Story:
    one = Story(id=id_, lead_id=id_, article_ids=(id_,), voices=1, happened_at=NOON)
    return replace(one, **changes)


def score(article: int, value: float = 1.5, *, theme: str = "sahel") -> ThemeScore:
    return ThemeScore(article_id=article, theme=theme, score=value, belongs=value >= 1)


def ranked(
    *stories: Story,
    values: Mapping[int, float] | None = None,
    sources: Mapping[int, str] | None = None,
    weights: Mapping[str, float] | None = None,
    pins: frozenset[int] = frozenset(),
) -> list[RankedStory]:
    ids = [article for s in stories for article in s.article_ids]
    return rank(
        stories,
        {a: (score(a, (values or {}).get(a, 1.5)),) for a in ids},
        {a: an_article(id=a, source=(sources or {}).get(a, "presse")) for a in ids},
        theme="sahel",
        weights=weights or {},
        now=NOON,
        window=WEEK,
        pins=pins,
    )


def order(found: list[RankedStory]) -> list[int]:
    return [one.story.id for one in found]


def test_the_more_recent_of_two_comes_first() -> None:
    assert order(ranked(story(1, happened_at=NOON - timedelta(days=5)), story(2))) == [2, 1]


def test_the_story_with_more_voices_comes_first() -> None:
    assert order(ranked(story(1), story(2, voices=5))) == [2, 1]


def test_a_pinned_story_comes_before_every_other_and_says_why() -> None:
    old = story(1, article_ids=(1, 3), happened_at=NOON - timedelta(days=6))
    best = story(2, voices=8)
    found = ranked(old, best, values={2: 50.0}, pins=frozenset({3}))
    assert order(found) == [1, 2]
    assert [(p.name, p.value) for p in found[0].parts if p.name == "pinned"] == [("pinned", 10.0)]
    assert not [part for part in found[1].parts if part.name == "pinned"]
    assert order(ranked(old, best)) == [2, 1]


def test_the_story_nearer_to_the_theme_comes_first() -> None:
    assert order(ranked(story(1), story(2), values={2: 4.0})) == [2, 1]


def test_the_editors_weight_of_a_source_counts() -> None:
    found = ranked(story(1), story(2), sources={2: "afrique"}, weights={"afrique": 3.0})
    assert order(found) == [2, 1]


def test_equal_stories_stand_by_id() -> None:
    assert order(ranked(story(2), story(1))) == [1, 2]


def test_a_score_is_the_sum_of_its_named_parts() -> None:
    (found,) = ranked(story(1))
    assert [part.name for part in found.parts] == ["recency", "voices", "theme", "source"]
    assert math.isclose(found.score, sum(part.value for part in found.parts), abs_tol=1e-3)


def test_stories_older_than_the_window_are_left_out() -> None:
    old = story(1, happened_at=NOON - WEEK - timedelta(seconds=1))
    assert order(ranked(old, story(2, happened_at=NOON - WEEK))) == [2]


def test_a_story_from_the_future_is_as_recent_as_can_be() -> None:
    ahead, present = ranked(story(1, happened_at=NOON + timedelta(hours=5)), story(2))
    assert ahead.score == present.score


def test_a_story_belongs_when_its_lead_does() -> None:
    mixed = story(1, article_ids=(1, 2, 3))
    assert order(ranked(mixed, values={1: 1.2, 2: 0.4, 3: 0.4})) == [1]


def test_a_story_belongs_when_half_of_it_does() -> None:
    mixed = story(1, article_ids=(1, 2))
    assert order(ranked(mixed, values={1: 0.4, 2: 1.2})) == [1]
    assert order(ranked(story(1, article_ids=(1, 2, 3)), values={1: 0.4, 2: 1.2, 3: 0.1})) == []


def test_stories_of_other_themes_are_left_out() -> None:
    assert ranked(story(1), values={1: 0.9}) == []


@given(st.permutations(range(1, 7)))
def test_the_order_given_changes_nothing(ids: list[int]) -> None:
    stories = [story(i, voices=1 + i % 3, happened_at=NOON - timedelta(hours=i % 2)) for i in ids]
    expected = ranked(*sorted(stories, key=lambda s: s.id))
    assert ranked(*stories) == expected
