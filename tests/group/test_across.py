"""Stories of different languages come together when each is the other's nearest."""

from dataclasses import replace

from digest.group.meaning import sentence_encoder
from digest.group.stories import find_stories
from digest.model.ruling import Rulings
from tests.builders import published
from tests.group.newsdesk import bilingual, convoy, day, members, read, stories_of


def test_a_story_of_several_voices_finds_its_other_language() -> None:
    french, english = next((fr, en) for name, fr, en in bilingual() if name == "expulsions")
    again = replace(french, id=77, title="Bamako : deux diplomates priés de partir")
    assert members(stories_of([french, again, english])) == {frozenset({french.id, 77, english.id})}


def test_what_an_editor_set_apart_stays_apart_across_languages() -> None:
    french, english = next((fr, en) for name, fr, en in bilingual() if name == "expulsions")
    pair = (min(french.id, english.id), max(french.id, english.id))
    grouping = stories_of([french, english], rulings=Rulings(apart=frozenset({pair})))
    assert len(grouping.stories) == 2


def test_days_apart_they_are_two_events() -> None:
    french, english = next((fr, en) for name, fr, en in bilingual() if name == "expulsions")
    late = replace(english, published=published(day(30)))
    assert len(stories_of([french, late]).stories) == 2


def test_other_languages_pass_through() -> None:
    arabic = convoy(5, title="هجوم على قافلة وقود قرب كيتا", body="أحرق مسلحون صهاريج وقود.")
    arabic = replace(arabic, language="ar")
    assert len(stories_of([convoy(1), convoy(2), arabic]).stories) == 2


def test_with_an_encoder_each_event_told_in_two_languages_is_one_story() -> None:
    events = bilingual()
    articles = [article for _, fr, en in events for article in (fr, en)]
    grouping = find_stories(read(articles), encoder=sentence_encoder())
    assert members(grouping) >= {frozenset({fr.id, en.id}) for _, fr, en in events[4:]}
