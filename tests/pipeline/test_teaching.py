"""Themes hear of an editor's moves, as long as they stand."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from digest.errors import NotFoundError
from digest.model.issue import Issue
from digest.pipeline import composing
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.teaching import teach
from digest.storage import corrections
from subscribers.database import Database
from tests.conftest import NOW
from tests.pipeline.editorial import SLOT, a_newsroom, a_newsroom_with_news, tell_of

THEME, OTHER = "sahel-security", "diplomacy"


@pytest.fixture
def newsroom(database: Database) -> Newsroom:
    return a_newsroom_with_news(database)


def edited(newsroom: Newsroom, issue: Issue, change: Callable[[str], str]) -> Issue:
    text = change(composing.editable(newsroom, issue))
    return composing.edit(newsroom, issue.id, text, file="e.yaml")


def learned(newsroom: Newsroom) -> dict[tuple[int, str], float]:
    with newsroom.database.read() as connection:
        found = corrections.corrections(connection)
    return {(c.article_id, c.theme): c.weight if c.belongs else -c.weight for c in found}


def block(text: str, story: int) -> str:
    """Give the lines of a story, with the comment before them."""
    (found,) = (part for part in text.split("\n\n") if f"- story: {story}\n" in part)
    return found.split("\n\nsections")[0].rstrip("\n")


def without(story: int) -> Callable[[str], str]:
    return lambda text: text.replace(block(text, story), "")


def moved(story: int, theme: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        mine = block(text, story)
        head, tail = text.replace(mine, "").split(f"- theme: {theme}\n", 1)
        before, after = tail.split("stories:\n", 1)
        return f"{head}- theme: {theme}\n{before}stories:\n\n{mine}\n{after}"

    return change


def test_a_move_to_another_section_is_learned_and_its_way_back_undoes_it(
    newsroom: Newsroom,
) -> None:
    issue = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    issue = edited(newsroom, issue, moved(2, OTHER))
    assert learned(newsroom) == {(2, THEME): -1.0, (2, OTHER): 1.0}
    issue = edited(newsroom, issue, without(3))
    assert learned(newsroom) == {(2, THEME): -1.0, (2, OTHER): 1.0, (3, THEME): -0.3}
    edited(newsroom, issue, moved(2, THEME))
    assert learned(newsroom) == {(3, THEME): -0.3}


def test_a_person_who_approves_speaks_for_what_stands(newsroom: Newsroom) -> None:
    issue = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    issue = edited(newsroom, issue, moved(2, OTHER))
    issue = composing.approve(newsroom, issue.id, "Awa")
    kept = {(story, THEME): 0.2 for story in (1, 3, 4, 5)}
    assert learned(newsroom) == kept | {(2, THEME): -1.0, (2, OTHER): 1.0}
    edited(newsroom, issue, lambda text: text.replace("Djibo", "DJIBO"))  # a draft again
    assert learned(newsroom) == {(2, THEME): -1.0, (2, OTHER): 1.0}


def test_what_nobody_looked_at_speaks_for_nothing(database: Database) -> None:
    newsroom = a_newsroom(database, approval="automatic")
    tell_of(database, *(f"Titre {number}" for number in range(5)))
    assert composing.make_draft(newsroom, "hebdo-sahel", SLOT).approved_by == composing.AUTOMATIC
    assert learned(newsroom) == {}


def test_the_latest_issue_speaks_last_and_what_it_takes_back_counts_again(
    newsroom: Newsroom,
) -> None:
    first = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    edited(newsroom, first, moved(2, OTHER))
    second = composing.make_draft(newsroom, "hebdo-sahel", SLOT + timedelta(weeks=1))
    second = edited(newsroom, second, without(2))
    newest = learned(newsroom)
    assert newest == {(2, THEME): -0.3, (2, OTHER): 1.0}
    edited(newsroom, second, moved(2, THEME))
    assert learned(newsroom) == {(2, THEME): -1.0, (2, OTHER): 1.0}


def test_a_person_can_say_it_outright(newsroom: Newsroom) -> None:
    said = teach(newsroom, 1, OTHER, belongs=True)
    assert (said.weight, said.at) == (1.0, NOW)
    teach(newsroom, 1, OTHER, belongs=False)
    assert learned(newsroom) == {(1, OTHER): -1.0}


def test_unknown_articles_and_themes_are_refused(newsroom: Newsroom) -> None:
    with pytest.raises(NotFoundError, match=r"'diplomacie' \(did you mean 'diplomacy'\?\)"):
        teach(newsroom, 1, "diplomacie", belongs=True)
    with pytest.raises(NotFoundError, match="no article 77"):
        teach(newsroom, 77, OTHER, belongs=True)
    assert learned(newsroom) == {}
