"""Which articles become one story."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.group.stories import WINDOW, Grouping
from digest.model.article import Article
from digest.model.ruling import Rulings
from tests.builders import NOON, an_article, published
from tests.group.newsdesk import bilingual, convoy, members, stories_of, summit
from tests.group.test_copies import wire


def test_reports_of_one_event_are_one_story_and_others_are_not() -> None:
    grouping = stories_of([convoy(1), convoy(2, hours=3), convoy(3, hours=20), summit(4)])
    assert members(grouping) == {frozenset({1, 2, 3}), frozenset({4})}


def test_articles_further_apart_than_the_window_are_never_one_story() -> None:
    late = WINDOW.total_seconds() / 3600 + 1
    assert members(stories_of([convoy(1), convoy(2, hours=late)])) == {
        frozenset({1}),
        frozenset({2}),
    }


def test_a_story_bears_the_id_of_its_first_seen_article() -> None:
    seen_late = convoy(1).first_seen_at + WINDOW
    articles = [convoy(1, first_seen_at=seen_late), convoy(2, hours=3)]
    (grouped,) = stories_of(articles).stories
    assert grouped.story.id == 2


def test_copies_stay_with_their_original_and_are_one_voice() -> None:
    (grouped,) = stories_of([wire(1), wire(2), wire(3, title="Autre titre")]).stories
    assert grouped.story.voices == 1
    assert grouped.story.lead_id == 1
    assert [copy.article_id for copy in grouped.story.copies] == [2, 3]


def test_the_lead_has_something_to_read() -> None:
    short = convoy(1, body="Un convoi a brûlé à Kita, au Mali : trente camions-citernes.")
    long = convoy(2, hours=4, body=convoy(2).body + " " + convoy(3).body + " " + convoy(1).body)
    (grouped,) = stories_of([short, long]).stories
    assert grouped.story.lead_id == 2


def test_a_story_is_as_recent_as_its_newest_article() -> None:
    (grouped,) = stories_of([convoy(1), convoy(2, hours=5)]).stories
    assert grouped.story.happened_at == convoy(2, hours=5).published.at
    assert grouped.begins == NOON


def test_the_order_of_articles_changes_nothing() -> None:
    articles = [a for _, fr, en in bilingual() for a in (fr, en)]
    shuffled = random.Random(3).sample(articles, len(articles))
    assert stories_of(articles).stories == stories_of(shuffled).stories


def test_articles_without_any_words_stand_alone() -> None:
    empty = [an_article(id=i, title="", description="", body="") for i in (1, 2)]
    assert members(stories_of(empty)) == {frozenset({1}), frozenset({2})}


def test_no_articles_make_no_stories() -> None:
    assert stories_of([]).stories == ()


def test_settled_articles_stay_together_and_new_ones_join_them() -> None:
    settled = [(1, 9)]  # an editor would not; an earlier grouping may have
    grouping = stories_of([convoy(1), summit(9), convoy(2, hours=3)], settled=settled)
    assert any({1, 9} <= group for group in members(grouping))


def test_settled_stories_never_become_one() -> None:
    grouping = stories_of([convoy(1), convoy(2, hours=3)], settled=[(1,), (2,)])
    assert members(grouping) == {frozenset({1}), frozenset({2})}


def test_settled_articles_do_not_change_what_is_rare() -> None:
    alone = stories_of([convoy(1)])
    beside = stories_of([convoy(1), summit(9)], settled=[(9,)])
    assert row(alone, 1) == row(beside, 1)


def row(grouping: Grouping, article: int) -> list[float]:
    cells = grouping.window.vectors.own[[grouping.places[article]]]
    return sorted(round(float(weight), 6) for weight in cells.data)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([convoy, summit]), max_size=7), st.integers(1, 90))
def test_every_article_is_in_exactly_one_story(makers: list[object], hours: int) -> None:
    articles = [make(i, hours=i * hours) for i, make in enumerate(makers, start=1)]  # type: ignore[operator]
    found = [a for grouped in stories_of(articles).stories for a in grouped.story.article_ids]
    assert sorted(found) == [article.id for article in articles]


@pytest.mark.parametrize(
    "title",
    [
        "Revue de presse : le convoi de Kita",
        "Convoi de Kita: le point sur la pandémie",
        "Kita : le point sur les convois dans le monde",
        "What you need to know about the Kita convoy right now",
        "Factbox: Latest on the worldwide spread of Kita convoys",
    ],
)
def test_a_round_up_of_many_events_is_a_story_of_its_own(title: str) -> None:
    review = convoy(2, title=title)
    assert members(stories_of([convoy(1), review, convoy(3)])) == {
        frozenset({1, 3}),
        frozenset({2}),
    }


def test_round_ups_are_known_by_how_their_titles_begin_alone() -> None:
    """`Revue` and `podcast` in the title of one event's news make it no round-up."""
    revised = convoy(2, title="Loi revue et corrigée après l'attaque du convoi de Kita")
    assert members(stories_of([convoy(1), revised])) == {frozenset({1, 2})}
    inquiry = convoy(2, title="Convoi de Kita : le point sur l'enquête")
    assert members(stories_of([convoy(1), inquiry])) == {frozenset({1, 2})}
    tolls = [convoy(1, title="Kita : 10 morts vendredi"), convoy(2, title="Kita : 25 morts lundi")]
    assert members(stories_of(tolls)) == {frozenset({1, 2})}


def test_a_round_up_that_an_editor_joined_keeps_nobody_out() -> None:
    review = convoy(2, title="Revue de presse : le convoi de Kita")
    together = Rulings(together=frozenset({(1, 2)}))
    found = stories_of([convoy(1), review, convoy(3)], rulings=together)
    assert members(found) == {frozenset({1, 2, 3})}


def test_a_word_of_voicing_marks_alone_is_none() -> None:
    assert len(stories_of([convoy(1, title="\uff9e\uff9e")]).stories) == 1


def test_copies_stay_within_the_reach_of_a_story_and_of_settled_ones() -> None:
    far = WINDOW.total_seconds() / 3600 + 1
    assert len(stories_of([wire(1), moved(wire(2), far)]).stories) == 2
    assert len(stories_of([wire(1), wire(2), summit(3)], settled=[(1,), (2, 3)]).stories) == 2


def test_of_a_story_that_is_split_copies_stay_copies() -> None:
    texts = [wire(1), wire(2), wire(3), wire(4)]
    apart = Rulings(apart=frozenset({(1, 4), (2, 4), (3, 4)}))
    first, last = stories_of(texts, rulings=apart).stories
    assert (first.story.voices, last.story.article_ids) == (1, (4,))


def moved(article: Article, hours: float) -> Article:
    return replace(article, published=published(NOON + timedelta(hours=hours)))
