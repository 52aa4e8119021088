"""French and English articles about one event come together, and only those."""

import pytest

from digest.group.lexicon import cognate, lexicon_of
from digest.group.text import Lexer, fold
from tests.group.newsdesk import bilingual, members, stories_of


def test_each_event_told_in_two_languages_is_one_story() -> None:
    events = bilingual()
    grouping = stories_of([article for _, fr, en in events for article in (fr, en)])
    assert members(grouping) == {frozenset({fr.id, en.id}) for _, fr, en in events}


@pytest.mark.parametrize("event", [name for name, _, _ in bilingual()])
def test_a_pair_comes_together_alone_too(event: str) -> None:
    pair = next([fr, en] for name, fr, en in bilingual() if name == event)
    assert len(stories_of(pair).stories) == 1


def test_different_events_of_one_country_stay_apart_across_languages() -> None:
    french = [fr for _, fr, _ in bilingual()][::2]
    english = [en for _, _, en in bilingual()][1::2]
    grouping = stories_of(french + english)
    assert len(grouping.stories) == len(french + english)


def marks(text: str, language: str) -> set[str]:
    passage = Lexer(language).read(text)
    lexicon = lexicon_of(language)
    named = {mark for _, _, mark in lexicon.named(passage, range(len(passage.words)))}
    return named or {mark for word in passage.words for mark in lexicon.marks(word)}


@pytest.mark.parametrize(
    ("french", "english"),
    [
        ("nigérienne", "Niger"),
        ("burkinabè", "Burkina Faso"),
        ("Tchad", "Chadian"),
        ("l'ambassade", "the embassy"),
        ("les Nations unies", "the UN"),
        ("quarante", "40"),
        ("El-Facher", "el-Fasher"),
        ("coopération", "cooperation"),
        ("Côte d'Ivoire", "Ivory Coast"),
    ],
)
def test_words_of_one_meaning_share_a_mark(french: str, english: str) -> None:
    assert marks(french, "fr") & marks(english, "en")


@pytest.mark.parametrize(
    ("french", "english"),
    [
        ("Niger", "Nigeria"),
        ("Guinée", "Ghana"),
        ("or", "or"),
        ("unit", "UN"),
        ("OMS", "who"),
        ("Union européenne", "eu"),
    ],
)
def test_words_of_different_meaning_share_none(french: str, english: str) -> None:
    assert not marks(french, "fr") & marks(english, "en")


@pytest.mark.parametrize(
    ("french", "english"),
    [
        ("sécurité", "security"),
        ("humanitaire", "humanitarian"),
        ("gouverneur", "governor"),
        ("politique", "political"),
        ("mouvement", "movement"),
        ("présence", "presence"),
    ],
)
def test_regularly_related_words_look_alike(french: str, english: str) -> None:
    assert cognate(fold(french)) == cognate(fold(english))
