"""What a theme is made of, what to decide on, and what the last words changed."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.errors import NotFoundError
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.teaching import teach
from digest.pipeline.theme_views import view
from digest.pipeline.theming import train
from subscribers.database import Database
from tests.conftest import NOW
from tests.group.archive import BESIDE, schedule, theme
from tests.pipeline import editorial
from tests.pipeline.test_theming import grouped, stored


@pytest.fixture
def newsroom(database: Database, tmp_path: Path) -> Newsroom:
    stored(database)
    plain = editorial.a_newsroom(database)
    return replace(plain, schedule=schedule(), models=tmp_path / "models")


def test_before_any_training_the_definition_is_shown(newsroom: Newsroom) -> None:
    shown = view(newsroom, "security")
    assert (shown.scored_by, shown.outcome, shown.changes) == ("definition", None, ())
    words = {words.language: words for words in shown.words}
    assert {one.word for one in words["fr"].defined} >= {"attaque", "JNIM"}
    assert words["fr"].learned == ()


def test_learned_words_stand_beside_the_definitions(newsroom: Newsroom) -> None:
    train(newsroom)
    shown = view(newsroom, "security")
    french = next(words for words in shown.words if words.language == "fr")
    assert {one.word for one in french.learned} & set(BESIDE["security"])
    assert [one.weight for one in french.learned] == sorted(
        (one.weight for one in french.learned), reverse=True
    )
    assert all(one.weight < 0 for one in french.learned_against)
    assert shown.outcome is not None


def test_the_articles_nearest_to_the_threshold_are_asked_about_once(newsroom: Newsroom) -> None:
    grouped(newsroom)
    shown = view(newsroom, "security")
    distances = [abs(one.score - 1) for one in shown.borderline]
    assert len(distances) == 10
    assert distances == sorted(distances)
    first = shown.borderline[0]
    assert first.belongs == (first.score >= 1)
    teach(newsroom, first.article_id, "security", belongs=False)
    anew = view(newsroom, "security")
    assert first.article_id not in {one.article_id for one in anew.borderline}
    assert [told.correction.article_id for told in anew.corrections] == [first.article_id]
    assert len(anew.borderline) == 10


def test_what_the_last_corrections_changed_is_told(newsroom: Newsroom) -> None:
    before = train(newsroom)
    assert any(one.belongs for one in view(newsroom, "security").changes)
    for article in range(1, 150, 3):
        teach(newsroom, article, "security", belongs=False)
    later = replace(newsroom, clock=lambda: NOW + timedelta(minutes=1))
    train(later)
    shown = view(newsroom, "security")
    assert shown.before == before.name
    assert shown.changes
    assert all(one.before >= 1 > one.after and not one.belongs for one in shown.changes)
    differences = [one.before - one.after for one in shown.changes]
    assert differences == sorted(differences, reverse=True)
    assert len(differences) <= 20


def test_a_theme_that_changed_since_is_shown_as_its_definition(newsroom: Newsroom) -> None:
    train(newsroom)
    anew = replace(newsroom, schedule=schedule(security=theme("security", exclude=("or",))))
    shown = view(anew, "security")
    assert shown.scored_by == "definition"
    assert "changed since the model was made: security" in shown.note


def test_an_unknown_theme_is_refused(newsroom: Newsroom) -> None:
    with pytest.raises(NotFoundError, match="did you mean 'security'"):
        view(newsroom, "securite")
