"""A newsroom with its own inbox, whose clock a test turns."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from digest.collect.answers import LOOPBACK
from digest.model.article import Article
from digest.pipeline.collecting import SourceReport, collect
from digest.pipeline.newsroom import Newsroom
from digest.schedule.values import Newsletter, Schedule, Sender, Site, Source, Theme
from digest.storage.articles import published_since, versions
from subscribers.database import Database
from tests.conftest import NOW

LONG_AGO = NOW - timedelta(days=9_000)


@dataclass
class Room:
    """A newsroom with its own inbox, whose clock a test turns."""

    root: Path
    database: Database
    sources: list[Source] = field(default_factory=list)
    now: datetime = NOW

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    def feed(self, url: str, name: str = "fleuve", **how: Any) -> None:
        self.source(name, feed=url, **how)

    def source(self, name: str = "fleuve", **how: Any) -> None:
        """Add a source; the pages of its articles are not asked unless `full_text` says so."""
        self.sources.append(Source(name=name, **{"full_text": False, **how}))

    def collect(self, only: str = "", **how: Any) -> dict[str, SourceReport]:
        how = {"permitted": LOOPBACK, "chance": lambda: 0.5, **how}
        return {report.source: report for report in collect(self.newsroom(), only=only, **how)}

    def articles(self) -> list[Article]:
        with self.database.read() as connection:
            return published_since(connection, LONG_AGO)

    def former(self, article_id: int) -> list[str]:
        with self.database.read() as connection:
            return [version.body for version in versions(connection, article_id)]

    def newsroom(self) -> Newsroom:
        return Newsroom(
            schedule=schedule(self.sources),
            root=self.root,
            database=self.database,
            clock=lambda: self.now,
            secret_key=b"0123456789abcdef",
            site_url="https://digest.example",
            templates=self.root,
            provider=no_provider,
        )


def no_provider() -> Any:
    raise AssertionError("collecting mails nothing")


def schedule(sources: list[Source]) -> Schedule:
    sender = Sender(name="Hebdo", address="hebdo@digest.example")
    return Schedule(
        site=Site(
            url="https://digest.example",
            organisation="Hebdo",
            postal_address="1 rue du Port",
            sender=sender,
        ),
        themes={"fleuve": Theme(title={"fr": "Fleuve", "en": "River"}, keywords=("fleuve",))},
        sources=tuple(sources),
        newsletters={
            "hebdo": Newsletter(
                title="Hebdo",
                language="fr",
                timezone="Europe/Paris",
                list="hebdo",
                draft="0 18 * * thu",
                send="53 6 * * fri",
                sections=("fleuve",),
            )
        },
    )


def rss(*items: tuple[str, str]) -> str:
    """A feed with an article for each slug and title."""
    body = "".join(
        f"<item><title>{title}</title><link>https://fleuve.example/{slug}</link>"
        f"<guid>{slug}</guid><pubDate>Wed, 25 Nov 2026 10:00:00 GMT</pubDate>"
        f"<description>Un texte sur {title}.</description></item>"
        for slug, title in items
    )
    return f"<rss version='2.0'><channel><title>Le Fleuve</title>{body}</channel></rss>"


def counts(report: SourceReport) -> tuple[int, int, int, int]:
    return report.found, report.new, report.changed, report.unchanged
