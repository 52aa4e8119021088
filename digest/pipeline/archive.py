"""What may anybody read of the issues that were sent? Those that went to all of a list."""

from collections.abc import Iterator
from dataclasses import dataclass

from digest.model.issue import Issue
from digest.pipeline.newsroom import Newsroom
from digest.schedule.values import Newsletter
from digest.storage import issues

SHELF = 20
"""Issues on a page."""


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A page of a newsletter's past issues, the latest first."""

    key: str
    """The newsletter's name in schedule.yaml."""
    newsletter: Newsletter
    issues: tuple[Issue, ...]
    page: int
    pages: int
    """At least one."""


def open_newsletters(newsroom: Newsroom) -> dict[str, Newsletter]:
    """Give the newsletters whose issues anybody may read."""
    known = newsroom.schedule.newsletters
    return {key: one for key, one in known.items() if one.archive}


def shelf(newsroom: Newsroom, key: str, page: int = 1) -> Shelf | None:
    """Give a page of a newsletter's issues; None: there is no such page."""
    newsletter = open_newsletters(newsroom).get(key)
    if newsletter is None or page < 1:
        return None
    with newsroom.database.read() as connection:
        pages = max(1, -(-issues.count_public(connection, key) // SHELF))
        if page > pages:
            return None
        found = issues.public(connection, key, skip=(page - 1) * SHELF, most=SHELF)
    return Shelf(key=key, newsletter=newsletter, issues=tuple(found), page=page, pages=pages)


def past_issue(newsroom: Newsroom, key: str, number: int) -> Issue | None:
    """Give an issue that anybody may read; None: there is none of that number."""
    if key not in open_newsletters(newsroom):
        return None
    with newsroom.database.read() as connection:
        found = issues.public(connection, key, number=number)
    return found[0] if found else None


def everything(newsroom: Newsroom) -> Iterator[tuple[str, list[Issue]]]:
    """Give each open newsletter's issues, the latest first."""
    for key in open_newsletters(newsroom):
        with newsroom.database.read() as connection:
            yield key, issues.public(connection, key)
