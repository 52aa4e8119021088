"""Around the sections on the web: the essentials and the agenda, as in the mail."""

from dataclasses import replace
from datetime import date

from digest.compose.anatomy import dissect
from digest.model.issue import Appointment, IssueState, Section
from digest.pipeline.newsroom import Newsroom
from tests.pipeline.shelves import briefs, put
from tests.web.conftest import TestClient

PAGE = "/archive/hebdo-sahel/1"


def furnished(newsroom: Newsroom) -> None:
    told = tuple(replace(brief, essential=f"Ligne {brief.story_id}") for brief in briefs())
    section = Section(theme="diplomacy", title="Diplomatie", briefs=told)
    agenda = (Appointment(day=date(2026, 12, 1), text="Vote à New York"),)
    put(newsroom.database, IssueState.SENT, sections=(section,), agenda=agenda)


def test_the_essentials_stand_above_the_sections_and_the_agenda_below(
    browser: TestClient, newsroom: Newsroom
) -> None:
    furnished(newsroom)
    page = browser.get(PAGE).text
    assert dissect(page).headings[:2] == ("Sujet 1", "L’essentiel")
    assert page.index("Ligne 1") < page.index("Diplomatie</h2>") < page.index("New York")
    assert '<li lang="en"><a href="https://wire.example/2">Ligne 2</a></li>' in page
    assert '<dt><time datetime="2026-12-01">mardi 1er décembre</time></dt>' in page


def test_in_another_language_the_editors_words_are_marked_as_theirs(
    browser: TestClient, newsroom: Newsroom
) -> None:
    furnished(newsroom)
    page = browser.get(f"{PAGE}?language=en").text
    assert '<dt><time datetime="2026-12-01">Tuesday, 1 December</time></dt>' in page
    assert '<dd lang="fr">Vote à New York</dd>' in page
    assert "The essentials" in page
    assert '<li lang="fr">' in page
