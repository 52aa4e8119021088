"""An article that arrives between two groupings finds its story as a whole grouping would."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.group.alike import NEAR
from digest.group.live import LiveWindow, Placed
from digest.group.stories import WINDOW
from digest.model.article import Article
from digest.model.ruling import Rulings
from tests.group.newsdesk import bilingual, convoy, members, read, stories_of, summit
from tests.group.test_copies import WIRE, wire

EVENTS = [article for _, fr, en in bilingual() for article in (fr, en)]


def place(live: LiveWindow, article: Article) -> Placed:
    (reading,) = read([article])
    return live.place(reading)


def window(*articles: Article, **how: object) -> LiveWindow:
    return LiveWindow(stories_of(articles, **how))


def test_an_article_joins_the_story_of_its_event() -> None:
    placed = place(window(convoy(1), convoy(2, hours=2), summit(4)), convoy(3, hours=3))
    assert placed.joined == 1
    assert set(placed.story.story.article_ids) == {1, 2, 3}
    assert placed.story.story.voices == 3
    assert placed.likelihood >= 0.42
    assert placed.near[0] == (1, placed.likelihood)


def test_news_of_something_else_begins_a_story() -> None:
    live = window(convoy(1), convoy(2))
    placed = place(live, summit(4))
    assert (placed.joined, placed.likelihood, placed.story.texts) == (None, 0.0, (4,))
    assert live.homes == {1: 1, 2: 1, 4: 4}


@pytest.mark.parametrize("late", [EVENTS[0], EVENTS[1], EVENTS[7]])
def test_its_likelihoods_are_those_of_a_whole_grouping(late: Article) -> None:
    """An article that was settled before is not learned from, like one that arrives."""
    whole = stories_of(EVENTS, settled=[[late.id]])
    live = window(*(one for one in EVENTS if one.id != late.id))
    (traits,) = live._scales.take(read([late]))
    found = live._rows.add(traits, live._scales.weigh([traits]))
    assert found == {a: p for a, p in whole.likely(late.id).items() if p >= NEAR}
    assert found


def test_it_is_told_as_a_whole_grouping_tells_it() -> None:
    articles = [convoy(1), convoy(2, hours=2), convoy(3, hours=3)]
    placed = place(window(*articles[:2], summit(4)), articles[2])
    whole = stories_of([*articles, summit(4)]).stories[0]
    assert placed.story.story == whole.story
    assert placed.story.texts == whole.texts
    assert placed.story.begins == whole.begins
    near = pytest.approx(dict(whole.similarities), abs=0.1)  # words were rarer without it
    assert dict(placed.story.similarities) == near


def test_a_reprint_joins_as_the_voice_it_repeats() -> None:
    live = window(wire(1), summit(4))
    for arriving in (2, 3):
        placed = place(live, wire(arriving, title="Frontières : Bamako durcit le ton"))
        assert placed.copy is not None
        assert placed.copy.original_id == placed.joined == 1
        assert placed.story.story.voices == 1
        assert placed.story.similarities[arriving] == placed.copy.containment
    assert [copy.article_id for copy in placed.story.story.copies] == [2, 3]


def test_a_reprint_of_what_just_arrived_is_found() -> None:
    live = window(summit(4))
    place(live, wire(1))
    copy = place(live, wire(2)).copy
    assert copy is not None
    assert copy.original_id == 1


def test_a_reprint_says_nothing_more_of_how_near_its_story_is() -> None:
    reordered = wire(3, body=" ".join(sorted(WIRE.split())))
    placed = place(window(wire(1), wire(2), summit(4)), reordered)
    assert placed.copy is None
    assert 0.42 <= placed.likelihood <= 1


def test_two_that_arrive_with_a_word_never_met_before_find_each_other() -> None:
    live = window(convoy(1))
    texts = "Zorglubie : le Palombar quitte Fantasio. Le Palombar de Zorglubie part pour Fantasio."
    place(live, summit(7, title="Le Palombar quitte la Zorglubie", body=texts))
    joined = place(live, summit(8, title="Zorglubie : Palombar s'en va", body=texts[37:])).joined
    assert joined == 7


def test_beyond_the_reach_of_a_story_nothing_joins() -> None:
    hours = WINDOW / timedelta(hours=1) + 1
    for early, late in ((0.0, hours), (hours, 0.0)):
        live = window(convoy(1, hours=early), convoy(2, hours=early))
        assert place(live, convoy(3, hours=late)).joined is None
        assert place(live, convoy(4, hours=late)).joined == 3  # a copy of 1, and not told so


def test_a_round_up_begins_a_story_that_nothing_joins() -> None:
    live = window(convoy(1))
    assert place(live, convoy(2, title="Revue de presse : le convoi de Kita")).joined is None
    alone = window(convoy(2, title="Revue de presse : le convoi de Kita"))
    assert place(alone, convoy(1)).joined is None


def test_what_editors_put_apart_or_together_stays_so() -> None:
    apart = Rulings(apart=frozenset({(1, 3), (1, 5)}))
    live = window(convoy(1), convoy(2), wire(4), rulings=apart)
    assert place(live, convoy(3)).joined is None
    copy = window(wire(1), rulings=apart)
    assert place(copy, wire(5)).joined is None
    together = Rulings(together=frozenset({(1, 4)}))
    assert place(window(convoy(1), convoy(2), rulings=together), summit(4)).joined == 1


def test_who_leads_by_ruling_leads_on() -> None:
    live = window(convoy(1), convoy(2), rulings=Rulings(leads=frozenset({2})))
    assert place(live, convoy(3)).story.story.lead_id == 2


def test_a_story_is_named_after_whom_was_seen_first_even_when_that_arrives_last() -> None:
    live = window(convoy(2, hours=1))
    placed = place(live, convoy(1))
    assert (placed.joined, placed.story.story.id, live.homes) == (2, 1, {1: 1, 2: 1})


def test_an_empty_window_and_a_language_never_met_are_no_trouble() -> None:
    live = window()
    assert place(live, convoy(1)).joined is None
    assert place(live, summit(2, language="pt")).joined is None
    assert place(live, convoy(3)).joined == 1


def test_an_article_arrives_only_once() -> None:
    with pytest.raises(ValueError, match="article 1 has its story"):
        place(window(convoy(1)), convoy(1))


POOL = [
    *EVENTS,
    *(convoy(number, hours=7.0 * number) for number in range(101, 108)),
    *(wire(number) for number in range(201, 204)),
    summit(301, title="Revue de presse : la pêche"),
]
REFINED = stories_of(POOL).stories


@pytest.mark.parametrize("orders", [8, pytest.param(200, marks=pytest.mark.nightly)])
def test_every_article_is_in_one_story_and_no_order_of_arrival_outlives_a_grouping(
    orders: int,
) -> None:
    """Each order groups the pool twice, which takes a second or two."""

    @settings(max_examples=orders)
    @given(st.permutations(POOL), st.integers(0, len(POOL)))
    def holds(order: list[Article], held: int) -> None:
        live = window(*order[:held])
        told = {g.story.id: g for g in stories_of(order[:held]).stories}
        for article in order[held:]:
            placed = place(live, article)
            told.pop(placed.joined or 0, None)
            told[placed.story.story.id] = placed.story
        times = Counter(article for g in told.values() for article in g.story.article_ids)
        assert times == Counter(article.id for article in POOL)
        assert live.homes == {a: g.story.id for g in told.values() for a in g.story.article_ids}
        assert members(stories_of(order)) == {frozenset(g.story.article_ids) for g in REFINED}

    holds()
