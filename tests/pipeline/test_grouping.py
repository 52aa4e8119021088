"""Grouping, from stored articles to stored stories."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from digest.cli.grouping import _tell as tell
from digest.collect.texts import pieces
from digest.errors import NotFoundError
from digest.model.article import Article, Entry, Mark, Precision, Published
from digest.pipeline.explaining import explain
from digest.pipeline.grouping import group
from digest.pipeline.newsroom import Newsroom
from digest.resources import shipped
from digest.schedule.values import Schedule
from digest.storage import articles, stories
from digest.storage.tables import stories as stories_table
from digest.storage.tables import story_articles, theme_scores, ties
from subscribers.database import Database
from tests.conftest import NOW
from tests.group.newsdesk import ALIASES, bilingual, convoy, summit
from tests.stored import add_article

DAY = timedelta(days=1)
SCHEDULE = {
    "site": {
        "url": "https://digest.example",
        "organisation": "La Lettre",
        "postal_address": "12 rue des Exemples, Paris",
        "sender": {"name": "La Lettre du Sahel", "address": "lettre@digest.example"},
    },
    "themes": {
        "security": {
            "title": {"fr": "Sécurité", "en": "Security"},
            "keywords": ["attaque", "convoi", "JNIM", "djihadiste", "attack", "jihadists", "Mali"],
        },
        "diplomacy": {
            "title": {"fr": "Diplomatie", "en": "Diplomacy"},
            "keywords": ["diplomate", "ambassade", "persona non grata", "coopération", "embassy"],
        },
    },
    "aliases": ALIASES,
    "sources": [{"name": "presse", "folder": "inbox"}],
    "newsletters": {
        "hebdo": {
            "title": "Hebdo",
            "language": "fr",
            "timezone": "Europe/Paris",
            "list": "hebdo",
            "draft": "0 18 * * thu",
            "send": "53 6 * * fri",
            "sections": ["security", "diplomacy"],
        }
    },
}


def newsroom(database: Database, now: datetime = NOW) -> Newsroom:
    def no_mail() -> Any:
        raise AssertionError("grouping mails nothing")

    return Newsroom(
        schedule=Schedule.model_validate(SCHEDULE),
        root=Path(),
        database=database,
        clock=lambda: now,
        secret_key=b"0123456789abcdef",
        site_url="https://digest.example",
        templates=shipped("templates"),
        provider=no_mail,
    )


def store(database: Database, *sample: Article, at: datetime = NOW - DAY) -> dict[int, int]:
    """Store articles as published at `at`; give the id of each sample's id."""
    ids = {}
    with database.write() as connection:
        for article in sample:
            values = {name: getattr(article, name) for name in Entry.__dataclass_fields__}
            values["key"] = f"{article.key} {at}"
            values["published"] = Published(at=at, precision=Precision.MINUTE)
            ids[article.id] = add_article(connection, Entry(**values), now=at)
    return ids


def rows(database: Database) -> Mapping[str, list[Any]]:
    tables = (stories_table, story_articles, theme_scores, ties)
    with database.read() as connection:
        found = {t.name: connection.execute(select(t)).all() for t in tables}
    return {name: sorted(map(tuple, several)) for name, several in found.items()}


def together(database: Database) -> set[frozenset[int]]:
    with database.read() as connection:
        told = stories.stories_since(connection, NOW - 99 * DAY)
    return {frozenset(story.article_ids) for story in told}


def test_articles_of_the_window_become_stories_and_themes(database: Database) -> None:
    store(database, *(article for _, fr, en in bilingual() for article in (fr, en)))
    report = group(newsroom(database))
    assert (report.articles, report.stories, report.shared) == (24, 12, 12)
    assert report.themes["security"] >= 4
    assert report.themes["diplomacy"] >= 3


def test_grouping_again_changes_no_row(database: Database) -> None:
    store(database, *(article for _, fr, en in bilingual() for article in (fr, en)))
    store(database, convoy(1), summit(4), at=NOW - 6 * DAY)
    store(database, convoy(2), convoy(3), at=NOW - 11 * DAY)
    group(newsroom(database), since=NOW - 30 * DAY)
    group(newsroom(database))
    before = rows(database)
    group(newsroom(database, NOW + timedelta(minutes=5)), since=NOW - 10 * DAY)
    assert rows(database) == before


def test_a_new_article_joins_its_story(database: Database) -> None:
    first = store(database, convoy(1), summit(4))
    group(newsroom(database))
    second = store(database, convoy(2), at=NOW - DAY + timedelta(hours=3))
    group(newsroom(database))
    assert together(database) == {frozenset({first[1], second[2]}), frozenset({first[4]})}


def test_articles_from_before_the_window_keep_their_story_and_its_id(database: Database) -> None:
    old = store(database, convoy(1), at=NOW - 11 * DAY)
    new = store(database, convoy(2), at=NOW - 9 * DAY)
    group(newsroom(database), since=NOW - 20 * DAY)
    assert together(database) == {frozenset({old[1], new[2]})}
    group(newsroom(database), since=NOW - 10 * DAY)
    assert together(database) == {frozenset({old[1], new[2]})}
    with database.read() as connection:
        assert stories.stories_of(connection, [new[2]])[0].id == old[1]


def test_articles_that_were_never_grouped_are_left_alone_before_the_window(
    database: Database,
) -> None:
    store(database, convoy(1), at=NOW - 40 * DAY)
    assert group(newsroom(database)).articles == 0
    assert together(database) == set()


def test_no_article_is_lost_when_a_corrected_text_leaves_its_story(database: Database) -> None:
    ids = store(database, convoy(1), convoy(2), convoy(3))
    group(newsroom(database))
    correct(database, ids[1], NOW - DAY)
    group(newsroom(database))
    assert together(database) == {frozenset({ids[1]}), frozenset({ids[2], ids[3]})}


def test_what_a_corrected_text_leaves_behind_before_the_window_is_kept(database: Database) -> None:
    old = store(database, convoy(1), at=NOW - 11 * DAY)
    new = store(database, convoy(2), at=NOW - 9 * DAY)
    group(newsroom(database), since=NOW - 20 * DAY)
    correct(database, new[2], NOW - 9 * DAY)
    group(newsroom(database), since=NOW - 10 * DAY)
    assert together(database) == {frozenset({old[1]}), frozenset({new[2]})}


def correct(database: Database, article_id: int, at: datetime) -> None:
    """Put a wholly different text in an article's place."""
    entry = {name: getattr(summit(4), name) for name in Entry.__dataclass_fields__}
    entry["published"] = Published(at=at, precision=Precision.MINUTE)
    with database.write() as connection:
        articles.update_article(connection, article_id, Entry(**entry), now=NOW)


def test_an_earlier_event_of_the_saga_is_tied_across_windows(database: Database) -> None:
    old = store(database, convoy(1), at=NOW - 20 * DAY)
    group(newsroom(database), since=NOW - 30 * DAY)
    new = store(database, convoy(2), *(summit(n) for n in range(4, 5)))
    assert group(newsroom(database)).ties == 1
    with database.read() as connection:
        (tie,) = stories.ties(connection, [new[2]])
    assert tie.earlier_id == old[1]


def test_the_two_real_texts_are_two_events_of_one_saga(database: Database, seeds: Path) -> None:
    found: list[Article] = []
    for file in sorted(seeds.glob("*.txt")):
        (piece,) = pieces(file.read_text(encoding="utf-8"))
        found.append(summit(len(found) + 1, title=piece.title, body=piece.body))
    (late,) = store(database, found[0], at=NOW - timedelta(hours=18)).values()
    (early,) = store(database, found[1], at=NOW - 5 * DAY).values()
    assert group(newsroom(database)).stories == 2
    with database.read() as connection:
        (tie,) = stories.ties(connection, [late, early])
    assert (tie.story_id, tie.earlier_id) == (late, early)


def test_an_explanation_says_why(database: Database) -> None:
    ids = store(database, *(article for _, fr, en in bilingual() for article in (fr, en)))
    group(newsroom(database))
    found = explain(newsroom(database), ids[1])
    assert found.themes[0].belongs
    assert found.themes[0].reasons
    assert {key for key, _ in found.members} == {ids[1], ids[2]}
    assert found.neighbours[0].joined
    assert found.neighbours[0].similarity >= found.same_story
    assert all(n.similarity < found.same_story for n in found.neighbours[1:])
    assert {place.theme for place in found.places} == {"security", "diplomacy"}
    assert all(1 <= place.place <= place.of for place in found.places)
    assert asdict(found)["title"] == found.title


def test_an_article_that_is_not_grouped_yet_is_explained_all_the_same(database: Database) -> None:
    ids = store(database, convoy(1), convoy(2), at=NOW - 60 * DAY)
    found = explain(newsroom(database), ids[1])
    assert found.story is None
    assert found.themes == ()
    assert found.neighbours


def test_an_unknown_article_is_said_to_be_unknown(database: Database) -> None:
    with pytest.raises(NotFoundError, match="77"):
        explain(newsroom(database), 77)


def test_the_page_of_an_explanation_reads_in_a_terminal(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    ids = store(database, *(article for _, fr, en in bilingual() for article in (fr, en)))
    store(database, convoy(1, title="[bold]Convoi"), at=NOW - 2 * DAY)
    group(newsroom(database))
    tell(explain(newsroom(database), ids[1]))
    page = capsys.readouterr().out
    for said in ("known to the minute", "belongs", "JNIM +", "lead", "own story", "recency 0."):
        assert said in page


def test_a_page_says_so_when_no_date_was_found(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = Published(at=NOW, precision=Precision.FIRST_SEEN)
    ids = store(database, convoy(1))
    tell(replace(explain(newsroom(database), ids[1]), published=unknown))
    said = "published: no usable date, so the moment it was first seen counts"
    assert said in capsys.readouterr().out


def test_a_page_says_that_only_an_excerpt_is_known(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = store(database, convoy(1, marks=frozenset({Mark.PARTIAL})))
    tell(explain(newsroom(database), ids[1]))
    assert ", fr, partial\n" in capsys.readouterr().out
