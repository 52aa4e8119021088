"""What of the newsletters may anyone read, and where? Issues that went out, never a draft."""

from collections.abc import Mapping
from dataclasses import dataclass

from digest.model.issue import Issue
from digest.pipeline.newsroom import Newsroom
from digest.schedule.values import Newsletter
from digest.storage import archive
from digest.storage.archive import Place as Place

PER_PAGE = 25
MOST_PLACES = 40_000
"""Of a sitemap, which may name 50,000 addresses (sitemaps.org/protocol.html)."""


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """One page of a newsletter's archive."""

    issues: tuple[Issue, ...]
    """The latest due first."""
    page: int
    """From 1."""
    pages: int
    """At least 1: a newsletter that was never sent has an empty page."""
    total: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """An issue and its neighbours on the shelf."""

    issue: Issue
    before: int | None
    """Number of the issue before it."""
    after: int | None


def open_archives(newsroom: Newsroom) -> Mapping[str, Newsletter]:
    """Give the newsletters whose issues anyone may read."""
    plans = newsroom.schedule.newsletters
    return {name: plan for name, plan in plans.items() if plan.archive}


def path_of(newsletter: str, number: int | None = None) -> str:
    """Give the lasting path of a newsletter's archive, or of one issue."""
    return f"/archive/{newsletter}" + ("" if number is None else f"/{number}")


def feed_path(newsletter: str) -> str:
    """Give the lasting path of a newsletter's Atom feed."""
    return f"{path_of(newsletter)}/feed.xml"


def in_language(path: str, language: str, own: str) -> str:
    """Give the path of a page in a language; the page speaks its own by itself."""
    mark = "&" if "?" in path else "?"
    return path if language == own else f"{path}{mark}language={language}"


def address_of(newsroom: Newsroom, issue: Issue, language: str = "") -> str:
    """Give where an issue can be read once it goes out; nothing for one that will not be public.

    Without a language it is the newsletter's own.
    """
    plan = open_archives(newsroom).get(issue.newsletter)
    if plan is None or issue.segment:
        return ""
    path = path_of(issue.newsletter, issue.number)
    return newsroom.site_url + in_language(path, language or plan.language, plan.language)


def page_of(newsroom: Newsroom, issue: Issue) -> str:
    """Give where an issue can be read now; nothing for one that is not public."""
    return address_of(newsroom, issue) if issue.state in archive.WENT_OUT else ""


def shelf(newsroom: Newsroom, newsletter: str, page: int) -> Shelf | None:
    """Give one page of an archive; nothing where it has no such page."""
    with newsroom.database.read() as connection:
        total = archive.count(connection, newsletter)
        pages = max(1, -(-total // PER_PAGE))
        if not 1 <= page <= pages:
            return None
        found = archive.latest(connection, newsletter, PER_PAGE, skip=(page - 1) * PER_PAGE)
    return Shelf(issues=tuple(found), page=page, pages=pages, total=total)


def latest(newsroom: Newsroom, newsletter: str, most: int) -> list[Issue]:
    """Give a newsletter's latest public issues."""
    with newsroom.database.read() as connection:
        return archive.latest(connection, newsletter, most)


def find(newsroom: Newsroom, newsletter: str, number: int) -> Found | None:
    """Give a public issue; nothing for any other."""
    with newsroom.database.read() as connection:
        issue = archive.published(connection, newsletter, number)
        if issue is None:
            return None
        before = archive.number_before(connection, issue)
        return Found(issue=issue, before=before, after=archive.number_after(connection, issue))


def places(newsroom: Newsroom) -> list[Place]:
    """Give where every public issue stands."""
    with newsroom.database.read() as connection:
        return archive.places(connection, list(open_archives(newsroom)), MOST_PLACES)
