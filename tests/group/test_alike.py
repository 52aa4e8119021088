"""Which pairs are weighed, and what they weigh."""

import random

import numpy as np
import pytest

from digest.group.stories import WINDOW, Grouping
from tests.group.newsdesk import bilingual, convoy, stories_of, summit
from tests.quality.story_figures import week


@pytest.fixture(scope="module")
def monday() -> Grouping:
    articles, _ = week()
    return stories_of(articles[:120])


def test_no_likely_pair_of_one_language_is_overlooked(monday: Grouping) -> None:
    """Found without comparing all: none is missing that is likely enough to join two stories."""
    window = monday.window
    found = {(one, other): likely for one, other, likely in window.pairs(range(120))}
    for place in range(len(monday.places)):
        for _, other, likely in window.near(place):
            same = window.languages[place] == window.languages[other]
            if same and likely >= 0.3 and place < other:
                assert found[place, other] == likely


def test_more_time_between_two_makes_one_event_less_likely() -> None:
    days = [stories_of([convoy(1), convoy(2, hours=hours)]) for hours in (1, 30, 70)]
    likely = [grouping.likely(1)[2] for grouping in days]
    assert likely == sorted(likely, reverse=True)
    late = stories_of([convoy(1), convoy(2, hours=WINDOW.total_seconds() / 3600 + 1)])
    assert late.likely(1) == {}


def test_likelihoods_do_not_depend_on_who_was_read_first() -> None:
    articles = [*(a for _, fr, en in bilingual() for a in (fr, en)), summit(90)]
    shuffled = random.Random(5).sample(articles, len(articles))
    one, other = stories_of(articles), stories_of(shuffled)
    assert one.likely(1) == other.likely(1)
    assert np.array_equal(one.window.vectors.own.data, other.window.vectors.own.data)
