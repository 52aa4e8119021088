"""Which articles become one story."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.group.stories import WINDOW, Grouping
from tests.builders import NOON, an_article
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


def test_instalments_of_a_series_are_stories_of_their_own() -> None:
    review = [
        convoy(1, title="Ce qu'il faut retenir du lundi 2 mars"),
        convoy(2, title="Ce qu'il faut retenir du mardi 3 mars"),
    ]
    assert members(stories_of(review)) == {frozenset({1}), frozenset({2})}
    elsewhere = replace(review[1], source="autre")
    assert members(stories_of([review[0], elsewhere])) == {frozenset({1, 2})}


def test_a_round_up_of_many_events_is_a_story_of_its_own() -> None:
    review = convoy(2, title="Revue de presse : le convoi de Kita")
    assert members(stories_of([convoy(1), review, convoy(3)])) == {
        frozenset({1, 3}),
        frozenset({2}),
    }
