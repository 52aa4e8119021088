"""Events of one saga are tied, not merged."""

from dataclasses import replace

import pytest

from digest.group.lineage import find_ties, trace
from digest.model.article import Article
from digest.model.story import Tie
from tests.builders import NOON, published
from tests.group.newsdesk import bilingual, convoy, stories_of, summit

DAYS = 24


def test_a_later_event_of_a_saga_is_tied_to_the_earlier_one() -> None:
    grouping = stories_of([convoy(1), convoy(2, hours=5 * DAYS), summit(3, hours=5 * DAYS)])
    (tie,) = find_ties(grouping)
    assert (tie.story_id, tie.earlier_id) == (2, 1)
    assert tie.similarity >= 0.25


def test_stories_that_have_nothing_in_common_are_not_tied() -> None:
    assert find_ties(stories_of([convoy(1), summit(2, hours=5 * DAYS)])) == []


def test_a_saga_reaches_back_four_weeks() -> None:
    near, far = 27 * DAYS, 29 * DAYS
    assert find_ties(stories_of([convoy(1), convoy(2, hours=near)]))
    assert not find_ties(stories_of([convoy(1), convoy(2, hours=far)]))


@pytest.mark.parametrize(("days", "ties"), [(119, 1), (121, 0)])
def test_what_a_person_chose_is_remembered_for_four_months(days: int, ties: int) -> None:
    grouping = stories_of([convoy(1), convoy(2, hours=days * DAYS)])
    assert len(find_ties(grouping, chosen={1})) == ties
    assert find_ties(grouping, chosen={2}) == []


def tie(story: int, earlier: int) -> Tie:
    return Tie(story_id=story, earlier_id=earlier, similarity=0.3)


def test_a_saga_is_followed_back_from_each_story_to_the_nearest_before_it() -> None:
    ties = {9: [tie(9, 7), tie(9, 5)], 7: [tie(7, 2)], 5: [tie(5, 1)]}
    assert trace(9, lambda story: ties.get(story, [])) == [tie(9, 7), tie(7, 2)]
    assert trace(1, lambda story: ties.get(story, [])) == []


def test_no_story_comes_twice_in_a_saga() -> None:
    ties = {3: [tie(3, 2)], 2: [tie(2, 3), tie(2, 1)], 1: [tie(1, 3)]}
    assert [one.earlier_id for one in trace(3, lambda story: ties[story])] == [2, 1]


def test_a_story_keeps_its_three_nearest_relatives() -> None:
    saga = [convoy(number, hours=4 * DAYS * number) for number in range(1, 4)]
    later = [retold(number, hours=4 * DAYS * number) for number in range(4, 7)]
    others = [summit(number, hours=number) for number in range(20, 60)]
    ties = find_ties(stories_of([*saga, *later, *others]))
    own = [tie for tie in ties if tie.story_id == 6]
    assert len(own) == 3
    assert [tie.similarity for tie in own] == sorted((t.similarity for t in own), reverse=True)
    assert {tie.earlier_id for tie in own} <= {1, 2, 3, 4, 5}


def retold(number: int, *, hours: float) -> Article:
    """Tell an earlier report again with its sentences turned round: no copy, the same matter."""
    told = convoy(number, hours=hours)
    words = told.body.split()
    turned = " ".join(words[i + 1] + " " + words[i] for i in range(0, len(words) - 1, 2))
    return replace(told, body=turned)


def test_a_saga_goes_on_in_another_language() -> None:
    french, english = next((fr, en) for name, fr, en in bilingual() if name == "expulsions")
    later = published(NOON.replace(day=30))
    followed = [french, replace(english, published=later)]
    assert len(find_ties(stories_of(followed))) == 1
