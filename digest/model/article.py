"""What a source gave us: entries, and the articles they become once stored."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Self


class Precision(StrEnum):
    """How exactly a publication date is known."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    FIRST_SEEN = "first-seen"
    """No usable date: the moment we first saw the article stands in."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """When an article appeared, as well as can be known."""

    at: datetime
    """Aware, UTC."""
    precision: Precision
    raw: str = ""
    """The words the date was read from, as received: `il y a 18 heures`."""
    doubt: str = ""
    """Why the date may be wrong, in words, or empty."""


class Mark(StrEnum):
    """What an editor should know of an article before using it."""

    PARTIAL = "partial"
    """Only an excerpt: its page was not read yet, is behind a paywall, or needs JavaScript."""
    TITLE_ONLY = "title-only"
    REDIRECT = "redirect"
    """The address is an aggregator's redirect, not the publisher's own."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One article as a source gave it: cleaned and normalised, not yet stored."""

    key: str
    """What makes it the same article next time: canonical URL, or content key of a bare text."""
    url: str
    """The address to link to, as received; empty for a dropped text without one."""
    source: str
    """Name of the source in schedule.yaml."""
    publisher: str = ""
    """Who published it, where that is not the source itself (aggregators, dropped mails)."""
    title: str
    author: str = ""
    role: str = ""
    """`Journaliste`, kept apart from the name."""
    language: str
    """ISO 639-1, `und` when unknown."""
    published: Published
    description: str = ""
    """The source's own summary, plain text."""
    body: str = ""
    """Plain text, paragraphs and headings separated by one blank line."""
    image_url: str = ""
    image_alt: str = ""
    image_width: int = 0
    """Pixels, as its page says; 0 when it does not."""
    image_height: int = 0
    marks: frozenset[Mark] = field(default_factory=frozenset)


@dataclass(frozen=True, kw_only=True)
class Article(Entry):
    """A stored entry."""

    id: int
    first_seen_at: datetime
    updated_at: datetime

    @classmethod
    def first(cls, entry: Entry, *, id: int, now: datetime) -> Self:  # noqa: A002 - its own name
        """Make an article of an entry that is none yet."""
        return cls(**(_said_by(entry) | {"id": id, "first_seen_at": now, "updated_at": now}))

    def saying(self, entry: Entry, *, now: datetime) -> Self:
        """Give this article with all that an entry says, but under its own key."""
        said = _said_by(entry) | {"key": self.key, "updated_at": now}
        return type(self)(**(vars(self) | said))

    def version(self, *, now: datetime) -> "ArticleVersion":
        """Give what is kept of this text when another takes its place."""
        return ArticleVersion(
            article_id=self.id,
            title=self.title,
            description=self.description,
            body=self.body,
            replaced_at=now,
        )


@dataclass(frozen=True, kw_only=True)
class ArticleVersion:
    """The former text of an article that its source changed."""

    article_id: int
    title: str
    description: str
    body: str
    replaced_at: datetime


_SAID = [one.name for one in fields(Entry)]


def _said_by(entry: Entry) -> dict[str, Any]:
    values = vars(entry)
    return {name: values[name] for name in _SAID}
