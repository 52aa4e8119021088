"""Where a story stands in the next issue, and what would change that."""

import math
from datetime import timedelta
from typing import Any

import pytest

from digest.cli.grouping import _tell as tell
from digest.model.story import Story, ThemeScore
from digest.pipeline import composing
from digest.pipeline.explaining import explain
from digest.pipeline.placing import Place
from digest.storage import stories
from subscribers.database import Database
from tests.conftest import NOW
from tests.pipeline.editorial import FIVE, SLOT, a_newsroom, tell_of


def placed(database: Database, title: int, **newsletter: Any) -> Place:
    """Explain the story of that number, from 1, in a newsletter of that plan."""
    (place,) = explain(a_newsroom(database, **newsletter), title).places
    return place


def with_voices(database: Database, story_id: int, voices: int) -> None:
    """Let so many independent texts tell a story of one article."""
    with database.write() as connection:
        (story,) = stories.stories_of(connection, [story_id])
        values = {name: getattr(story, name) for name in Story.__dataclass_fields__}
        told = Story(**values | {"voices": voices})
        stories.replace_stories(connection, [told], {story_id: 1.0}, now=NOW)


def score(database: Database, id_: int, *others: ThemeScore, **values: Any) -> None:
    """Let an article fit one theme so well, and others as they say."""
    found = [*others, ThemeScore(article_id=id_, belongs=True, **values)]
    with database.write() as connection:
        stories.replace_scores(connection, [id_], found)


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        ({}, "taken"),
        ({"section": 2}, "left out: its section has its 2 stories; needs +"),
        ({"issue": 2}, "left out: the issue has its 2 stories; needs +"),
        ({"source": 2}, "left out: 2 stories led by La Presse are in already; needs +"),
        ({"floor": 2.5}, "left out: below the section's floor of 2.5; needs +"),
    ],
)
def test_an_explanation_says_what_keeps_a_story_out(
    database: Database, plan: dict[str, Any], why: str
) -> None:
    tell_of(database, *FIVE)
    place = placed(database, 5, stories=plan)
    assert place.why.startswith(why)
    assert (place.needed > 0) == (why != "taken")
    assert place.score == round(math.fsum(part.value for part in place.parts), 4)


def test_it_says_how_many_voices_would_do_and_they_do(database: Database) -> None:
    tell_of(database, *FIVE)
    place = placed(database, 5, stories={"section": 2})
    assert place.voices == 1
    assert place.why.endswith(" to enter: one more independent voice would do")
    with_voices(database, 5, 2)
    assert placed(database, 5, stories={"section": 2}).why == "taken"


def test_it_says_when_no_number_of_voices_would_do(database: Database) -> None:
    tell_of(database, *FIVE)
    place = placed(database, 5, stories={"floor": 9})
    assert place.voices is None
    assert place.why.endswith("more than further voices can give")


def test_it_names_the_section_where_a_story_scores_better(database: Database) -> None:
    tell_of(database, *FIVE)
    with database.read() as connection:
        (known,) = stories.theme_scores(connection, [1])[1]
    score(database, 1, known, theme="diplomacy", score=9.0)
    weak = explain(a_newsroom(database, stories={"floor": 9}), 1).places
    assert {place.theme: place.needed > 0 for place in weak} == {
        "sahel-security": False,
        "diplomacy": True,
    }
    found = explain(a_newsroom(database), 1).places
    assert {place.theme: place.why for place in found} == {
        "sahel-security": "stands in diplomacy, where it scores better",
        "diplomacy": "taken",
    }


def test_it_says_when_a_story_is_too_old_or_of_no_section(database: Database) -> None:
    tell_of(database, *FIVE)
    foreign = placed(database, 1, sections=("diplomacy",))
    assert foreign.why == "left out: no section of this newsletter has its themes"
    old = placed(database, 5, window="2 hours")
    since = NOW - timedelta(hours=2)
    assert old.why == f"left out: its newest article came before {since:%d %B %Y %H:%M} UTC"
    assert (old.place, old.of, old.parts) == (0, 0, ())


def test_stories_headed_by_the_same_words_make_room_for_others(database: Database) -> None:
    tell_of(database, "Sommet de la CEDEAO à Abuja", "La CEDEAO se réunit à Abuja")
    (lowered,) = [part for part in placed(database, 2).parts if part.name == "same-matter"]
    assert lowered.because == (1,)
    assert lowered.value < 0


def test_a_weak_week_leaves_a_section_out_and_holds_the_issue(database: Database) -> None:
    tell_of(database, *FIVE[:4])
    score(database, tell_of(database, "Sommet annoncé")[0], theme="diplomacy", score=1.0)
    newsroom = a_newsroom(database, approval="automatic", stories={"floor": 2.375})
    issue = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    assert [(one.theme, len(one.briefs)) for one in issue.content.sections] == [
        ("sahel-security", 2)
    ]
    assert [section.theme for section in issue.content.left_out] == ["sahel-security", "diplomacy"]
    assert issue.state == "draft"
    generous = a_newsroom(database, approval="automatic")
    full = composing.make_draft(generous, "hebdo-sahel", SLOT + timedelta(days=7))
    assert full.state == "approved"


def test_the_page_of_an_explanation_names_verdict_and_what_lowered_a_story(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "220")
    tell_of(database, *FIVE)
    tell(explain(a_newsroom(database, stories={"section": 2}), 3))
    page = capsys.readouterr().out
    assert "same-source -0.30 (1, 2)" in page
    assert "left out: its section has its 2 stories" in page
