"""What is there to know of one source, and what can be done about it?"""

from dataclasses import dataclass
from datetime import datetime

from digest.errors import NotFoundError, unknown
from digest.model.article import Article
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.sources import SourceStanding, standing_of
from digest.schedule.values import Source
from digest.storage import health
from digest.storage.articles import articles

_LATEST = 10


@dataclass(frozen=True, kw_only=True)
class Given:
    """An article that a source gave."""

    id: int
    title: str
    published_at: datetime
    first_from: str
    """The source that gave it first, where that was another; else empty."""
    marks: tuple[str, ...]
    """`partial`, `title-only`, `redirect`."""


@dataclass(frozen=True, kw_only=True)
class SourceView:
    """One source as a person looks at it."""

    standing: SourceStanding
    place: str
    """The address or folder in schedule.yaml."""
    latest: tuple[Given, ...]
    """The latest that it gave."""
    to_do: tuple[str, ...]
    """What a person can do about what is wrong; empty when nothing is."""


def view(newsroom: Newsroom, name: str) -> SourceView:
    """Look at one source.

    Raises:
        NotFoundError: no source is called so; names the nearest.
    """
    source = newsroom.schedule.source(name)
    if source is None:
        known = (one.name for one in newsroom.schedule.sources)
        raise NotFoundError(unknown("source", name, known))
    stands = standing_of(newsroom, source)
    with newsroom.database.read() as connection:
        ids = health.latest_given(connection, name, _LATEST)
        found = articles(connection, ids)
    return SourceView(
        standing=stands,
        place=getattr(source, stands.kind),
        latest=tuple(_given(found[id_], source) for id_ in ids),
        to_do=to_do(stands),
    )


def _given(article: Article, source: Source) -> Given:
    return Given(
        id=article.id,
        title=article.title,
        published_at=article.published.at,
        first_from="" if article.source == source.name else article.source,
        marks=tuple(sorted(article.marks)),
    )


def to_do(stands: SourceStanding) -> tuple[str, ...]:
    """Say what a person can do about a source's trouble."""
    ask = f"digest collect --source {stands.source}"
    if stands.stopped:
        return ("write its new address into schedule.yaml, or take it out: it is gone for good",)
    found = []
    if stands.error:
        found.append(f"once that is put right, `{ask}` asks it at once")
    elif stands.silent:
        found.append(f"look at the {stands.kind} yourself: {_stale(stands)}; then `{ask}`")
    if stands.received and not stands.whole:
        found.append("it gives excerpts only: a feed with full texts would group better")
    return tuple(found)


def _stale(stands: SourceStanding) -> str:
    if stands.kind == "folder":
        return "nothing new lies in it"
    return "it answers, but with nothing new; the site may have another feed by now"
