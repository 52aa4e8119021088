"""Sagas: chains of stories, however far apart, and never one blob."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.cli.grouping import _tell as tell
from digest.collect.texts import pieces
from digest.model.article import Article
from digest.model.issue import IssueContent, IssueState, Section
from digest.pipeline import rulings
from digest.pipeline.explaining import explain
from digest.pipeline.grouping import group
from digest.storage import issues, stories
from subscribers.database import Database
from tests.builders import a_brief
from tests.conftest import NOW
from tests.group.newsdesk import convoy, summit
from tests.pipeline.test_grouping import DAY, newsroom, rows, store

TWO_MONTHS = 61 * DAY


@pytest.fixture
def events(seeds: Path) -> list[Article]:
    """The two real texts, the later one first."""
    texts = [file.read_text(encoding="utf-8") for file in sorted(seeds.glob("*.txt"))]
    found = [piece for text in texts for piece in pieces(text)]
    return [summit(id_, title=p.title, body=p.body) for id_, p in enumerate(found, start=1)]


def collected(database: Database, *found: Article, at: datetime) -> list[int]:
    """Store articles as of that moment and group them then."""
    ids = list(store(database, *found, at=at).values())
    group(newsroom(database, at + timedelta(hours=1)))
    return ids


def send(database: Database, article_ids: Sequence[int], at: datetime) -> None:
    """Let an issue have told these articles as one story."""
    brief = a_brief(story_id=article_ids[0], article_ids=tuple(article_ids))
    sections = (Section(theme="security", title="Sécurité", briefs=(brief,)),)
    content = IssueContent(subject="Sujet", preheader="", sections=sections)
    with database.write() as connection:
        kept = issues.insert(connection, newsletter="hebdo", slot=at, content=content, now=at)
        issues.change(connection, kept, state=IssueState.APPROVED, now=at)


def earlier_of(database: Database, story_id: int) -> list[int]:
    with database.read() as connection:
        return [tie.earlier_id for tie in stories.ties(connection, [story_id])]


def test_the_two_real_texts_are_one_saga_two_months_apart(
    database: Database, events: list[Article], capsys: pytest.CaptureFixture[str]
) -> None:
    late, early = events
    (began,) = collected(database, early, at=NOW - TWO_MONTHS)
    (goes_on,) = collected(database, late, convoy(8), at=NOW - DAY)[:1]
    found = explain(newsroom(database), goes_on)
    assert found.story is not None
    assert found.story.article_ids == (goes_on,)
    assert [(one.story_id, one.happened_at) for one in found.saga] == [(began, NOW - TWO_MONTHS)]
    tell(found)
    page = capsys.readouterr().out
    assert "Goes on from" in page
    assert f"{NOW - TWO_MONTHS:%d %B %Y}" in page


@pytest.mark.parametrize(("days", "known"), [(27, True), (61, False), (130, False)])
def test_of_what_feeds_bring_four_weeks_are_remembered(
    database: Database, days: int, known: bool
) -> None:
    (began,) = collected(database, convoy(1, source="wire"), at=NOW - days * DAY)
    (goes_on,) = collected(database, convoy(2, source="wire"), at=NOW - DAY)
    assert earlier_of(database, goes_on) == [began] * known


@pytest.mark.parametrize(("days", "known"), [(61, True), (130, False)])
def test_what_an_issue_told_is_remembered_for_four_months(
    database: Database, days: int, known: bool
) -> None:
    (began,) = collected(database, convoy(1, source="wire"), at=NOW - days * DAY)
    send(database, [began], NOW - (days - 1) * DAY)
    (goes_on,) = collected(database, convoy(2, source="wire"), at=NOW - DAY)
    assert earlier_of(database, goes_on) == [began] * known


def test_a_saga_is_a_chain_of_stories(database: Database) -> None:
    chain = [
        collected(database, convoy(number), at=NOW - (41 - 20 * at) * DAY)[0]
        for at, number in enumerate((1, 2, 3))
    ]
    found = explain(newsroom(database), chain[-1])
    assert found.saga[-1].story_id == chain[0]
    assert {one.story_id for one in found.saga} <= set(chain[:2])
    assert found.story is not None
    assert found.story.article_ids == (chain[-1],)


def test_grouping_again_changes_no_tie_to_what_was_told_long_ago(database: Database) -> None:
    (began,) = collected(database, convoy(1, source="wire"), at=NOW - 61 * DAY)
    send(database, [began], NOW - 60 * DAY)
    (goes_on,) = collected(database, convoy(2, source="wire"), at=NOW - DAY)
    before = rows(database)
    group(newsroom(database, NOW - DAY + timedelta(hours=1)))
    assert rows(database) == before
    for days in (10, 70, 90):
        group(newsroom(database), since=NOW - days * DAY)
        assert earlier_of(database, goes_on) == [began]


def test_what_rewrites_an_older_story_leaves_the_ties_of_later_ones(database: Database) -> None:
    (began,) = collected(database, convoy(1), at=NOW - 25 * DAY)
    (goes_on,) = collected(database, convoy(2), at=NOW - 18 * DAY)
    assert earlier_of(database, goes_on) == [began]
    rulings.lead(newsroom(database), began, by="awa")
    assert earlier_of(database, goes_on) == [began]
