"""Which articles lack their text, and what came of asking their pages?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Text, cast, or_, select

from digest.model.article import Mark
from digest.model.page import PageTry
from digest.storage.page_tables import pages
from digest.storage.tables import articles
from subscribers.database import KINDS, among, as_ids
from subscribers.upserts import put

_THESE = {kind: select(pages).where(among(kind, pages.c.article_id)) for kind in KINDS}
_MOST = 1_000  # articles of one question


@dataclass(frozen=True, kw_only=True)
class Lacking:
    """An article whose page may be asked now."""

    article_id: int
    url: str
    key: str
    tries: int


def lacking(
    connection: Connection, sources: Iterable[str], *, since: datetime, now: datetime
) -> list[Lacking]:
    """Which articles of these sources should be asked for at their pages now? The newest first."""
    unasked = pages.c.article_id.is_(None) & _is_partial()
    asked = (
        select(articles.c.id, articles.c.url, articles.c.key, pages.c.tries)
        .join(pages, pages.c.article_id == articles.c.id, isouter=True)
        .where(articles.c.source.in_(list(sources)))
        .where(articles.c.published_at >= since, articles.c.url != "")
        .where(or_(unasked, pages.c.not_before <= now))
        .order_by(articles.c.published_at.desc(), articles.c.id.desc())
        .limit(_MOST)
    )
    return [
        Lacking(article_id=id_, url=url, key=key, tries=tries or 0)
        for id_, url, key, tries in connection.execute(asked)
    ]


def page_of(connection: Connection, article_id: int) -> PageTry | None:
    """What came of asking this article's page? None: it was never asked."""
    return pages_of(connection, [article_id]).get(article_id)


def pages_of(connection: Connection, ids: Iterable[int]) -> dict[int, PageTry]:
    """What came of asking the pages of these articles? Those that were asked, by article."""
    kind, wanted = connection.dialect.name, list(ids)
    given = {"ids": as_ids(kind, wanted)}
    rows = connection.execute(_THESE[kind], given).mappings() if wanted else ()
    return {row["article_id"]: PageTry(**row) for row in rows}


def save_page(connection: Connection, page: PageTry) -> None:
    """Keep how an article's page stands now."""
    save_pages(connection, [page])


def save_pages(connection: Connection, tried: Iterable[PageTry]) -> None:
    """Keep how the pages of these articles stand now."""
    put(connection, pages, [vars(page) for page in tried])


def _is_partial() -> ColumnElement[bool]:
    marks = cast(articles.c.marks, Text)
    return or_(*(marks.like(f'%"{mark}"%') for mark in (Mark.PARTIAL, Mark.TITLE_ONLY)))
