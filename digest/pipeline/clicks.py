"""How often were links followed, by readers who agreed that it is counted? Never: by whom."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock

import structlog
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from digest.compose.followed import ArticleLink, links_of
from digest.model.click import Click
from digest.model.issue import Issue
from digest.pipeline.newsroom import Newsroom
from digest.storage import clicks, issues

_LOG = structlog.get_logger(__name__)
_AWAY = (OperationalError, NoConnection)
"""The database is busy or away: the same may succeed later."""


class Tally:
    """Counts clicks, after their readers went on: no reader waits for the database.

    One thread at a time writes what all have counted, in one transaction. What a busy database
    does not take waits for the next click; what it refuses, and what a process that ends had not
    written, is lost: a number is a little small then, and nothing else is wrong.
    """

    def __init__(self, newsroom: Newsroom) -> None:
        self._newsroom = newsroom
        self._waiting: Counter[Click] = Counter()
        self._adding, self._writing = Lock(), Lock()

    def count(self, click: Click) -> None:
        """Count one; never raises for what a database can answer."""
        with self._adding:
            self._waiting[click] += 1
        while self._waiting and self._writing.acquire(blocking=False):
            try:
                if not self._write():
                    return
            finally:
                self._writing.release()

    def _write(self) -> bool:
        with self._adding:
            counted, self._waiting = self._waiting, Counter()
        try:
            with self._newsroom.database.write() as connection:
                clicks.add(connection, counted)
        except SQLAlchemyError as failure:
            later = isinstance(failure, _AWAY)
            if later:
                with self._adding:
                    self._waiting.update(counted)
            why = str(failure).partition("\n")[0]
            _LOG.warning("clicks not counted", clicks=counted.total(), later=later, why=why)
            return False
        return True


@dataclass(frozen=True, kw_only=True)
class CountedLink:
    """A link of a story and how often it was followed."""

    source: str
    url: str
    clicks: int
    days: Mapping[str, int]
    """By day, `2026-11-27`, the first first."""


@dataclass(frozen=True, kw_only=True)
class CountedStory:
    """A story and how often its links were followed."""

    story_id: int
    headline: str
    clicks: int
    links: tuple[CountedLink, ...]
    """To its lead, then to other sources'."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What is known of an issue's links."""

    issue: str
    """`hebdo-sahel/12`."""
    clicks: int
    stories: tuple[CountedStory, ...]
    """In reading order; those without a link are left out."""


def counted(newsroom: Newsroom, issue: Issue) -> Counted:
    """Give how often each link of an issue was followed."""
    with newsroom.database.read() as connection:
        found = clicks.of_issue(connection, issue.id)
    by_story: dict[int, list[ArticleLink]] = {}
    for link in links_of(issue.content).values():
        by_story.setdefault(link.story_id, []).append(link)
    stories = tuple(_story(links, found) for links in by_story.values())
    return Counted(
        issue=issues.named(issue), clicks=sum(one.clicks for one in stories), stories=stories
    )


def _story(links: Sequence[ArticleLink], found: Mapping[str, Mapping[date, int]]) -> CountedStory:
    told = tuple(_link(link, found.get(link.name, {})) for link in links)
    return CountedStory(
        story_id=links[0].story_id,
        headline=links[0].headline,
        clicks=sum(link.clicks for link in told),
        links=told,
    )


def _link(link: ArticleLink, days: Mapping[date, int]) -> CountedLink:
    return CountedLink(
        source=link.source,
        url=link.url,
        clicks=sum(days.values()),
        days={day.isoformat(): times for day, times in days.items()},
    )
