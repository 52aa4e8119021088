"""A newsroom that only edits: stories to tell, and issues that nobody mails."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from digest.deliver.provider import Provider
from digest.model.story import Reason, Story, ThemeScore
from digest.pipeline.newsroom import Newsroom
from digest.storage import stories
from subscribers.database import Database
from tests.builders import an_entry, published
from tests.compose.desk import TEMPLATES, a_newsletter, a_schedule
from tests.conftest import NOW
from tests.stored import add_article

SLOT = NOW + timedelta(hours=13)
FIVE = ("Convoi attaqué", "Djibo coupée", "Urgence prolongée", "Lac Tchad", "Ménaka isolée")


class Folder:
    """A provider that mails nobody."""

    name = "outbox"

    def close(self) -> None:
        """Nothing is open."""


def a_newsroom(database: Database, **newsletter: Any) -> Newsroom:
    def provider() -> Provider:
        folder: Any = Folder()
        return folder  # type: ignore[no-any-return]  # composing asks for its name only

    return Newsroom(
        schedule=a_schedule(newsletters={"hebdo-sahel": a_newsletter(**newsletter)}),
        root=Path.cwd(),
        database=database,
        clock=lambda: NOW,
        secret_key=b"k" * 16,
        site_url="http://localhost:8000",
        templates=TEMPLATES,
        provider=provider,
    )


def tell_of(database: Database, *titles: str, theme: str = "sahel-security") -> list[int]:
    """Store a story of one article for each title; give their ids."""
    with database.write() as connection:
        ids = []
        for place, title in enumerate(titles):
            at = NOW - timedelta(hours=1 + place)
            url = f"https://presse.example/{quote(title)}"
            entry = an_entry(key=title, url=url, title=title, published=published(at))
            ids.append(add_article(connection, entry, now=NOW))
            _group(connection, ids[-1:], at, theme)
    return ids


def _group(connection: Any, ids: list[int], at: datetime, theme: str) -> None:
    story = Story(
        id=ids[0], lead_id=ids[0], article_ids=tuple(ids), voices=len(ids), happened_at=at
    )
    stories.replace_stories(connection, [story], dict.fromkeys(ids, 1.0), now=NOW)
    scores = [
        ThemeScore(
            article_id=id_,
            theme=theme,
            score=5.0,
            belongs=True,
            reasons=(Reason(term="mot", weight=1.0),),
        )
        for id_ in ids
    ]
    stories.replace_scores(connection, ids, scores)


def a_newsroom_with_news(database: Database) -> Newsroom:
    """A newsroom that has a story for each of the five titles."""
    tell_of(database, *FIVE)
    return a_newsroom(database)
