"""What did the sources give, and what came of it? Each question is asked once for all of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    case,
    cast,
    distinct,
    func,
    or_,
    select,
)

from digest.model.article import Mark
from digest.storage.tables import articles, entries

_CHUNK = 500
_LACKING = (Mark.PARTIAL, Mark.TITLE_ONLY)


@dataclass(frozen=True, kw_only=True)
class Yield:
    """What one source gave since a moment."""

    received: int
    """Articles; one that another source gave too counts for both."""
    whole: int
    """Of them, those that are more than an excerpt or a title."""
    newest: datetime
    """When the latest of them appeared."""


def yields(connection: Connection, since: datetime, only: Collection[str] = ()) -> dict[str, Yield]:
    """What did each source, or `only` these, give that appeared since a moment?

    Who gave nothing is left out.
    """
    given = _given(since, only).subquery()
    asked = select(
        given.c.source, func.count(), func.sum(given.c.whole), func.max(given.c.published_at)
    ).group_by(given.c.source)
    return {
        source: Yield(received=int(received), whole=int(whole), newest=newest)
        for source, received, whole, newest in connection.execute(asked)
    }


def latest_moments(
    connection: Connection, since: datetime, number: int, only: Collection[str] = ()
) -> dict[str, list[datetime]]:
    """When did the latest articles of each source appear, since a moment and `number` at most?"""
    given = _given(since, only).subquery()
    place = func.row_number().over(
        partition_by=given.c.source, order_by=given.c.published_at.desc()
    )
    ranked = select(given.c.source, given.c.published_at, place.label("place")).subquery()
    found: defaultdict[str, list[datetime]] = defaultdict(list)
    asked = select(ranked.c.source, ranked.c.published_at).where(ranked.c.place <= number)
    for source, moment in connection.execute(asked):
        found[source].append(moment)
    return found


def newest_of(connection: Connection, names: Iterable[str]) -> dict[str, datetime]:
    """When did the latest article of each of these sources appear, however long ago?"""
    found: dict[str, datetime] = {}
    for chunk in _chunks(list(names)):
        asked = (
            select(entries.c.source, func.max(articles.c.published_at))
            .join(articles, articles.c.id == entries.c.article_id)
            .where(entries.c.source.in_(chunk))
            .group_by(entries.c.source)
        )
        found.update((source, newest) for source, newest in connection.execute(asked))
    return found


def givers(connection: Connection, article_ids: Iterable[int]) -> dict[str, int]:
    """How many of these articles did each source give?"""
    found: defaultdict[str, int] = defaultdict(int)
    for chunk in _chunks(sorted(article_ids)):
        asked = (
            select(entries.c.source, func.count(distinct(entries.c.article_id)))
            .where(entries.c.article_id.in_(chunk))
            .group_by(entries.c.source)
        )
        for source, number in connection.execute(asked):
            found[source] += int(number)
    return found


def latest_given(connection: Connection, source: str, number: int) -> list[int]:
    """Which articles did a source give, the latest first? Their ids, `number` at most."""
    asked = (
        select(entries.c.article_id)
        .join(articles, articles.c.id == entries.c.article_id)
        .where(entries.c.source == source)
        .group_by(entries.c.article_id, articles.c.published_at)
        .order_by(articles.c.published_at.desc(), entries.c.article_id.desc())
        .limit(number)
    )
    return list(connection.scalars(asked))


def _given(since: datetime, only: Collection[str]) -> Any:  # noqa: ANN401 - a question's own type
    """Ask for each pair of source and article once, though a drop has two names."""
    asked = (
        select(
            entries.c.source,
            entries.c.article_id,
            articles.c.published_at,
            case((_lacks(), 0), else_=1).label("whole"),
        )
        .join(articles, articles.c.id == entries.c.article_id)
        .where(articles.c.published_at >= since)
        .distinct()
    )
    return asked.where(entries.c.source.in_(only)) if 0 < len(only) <= _CHUNK else asked


def _lacks() -> ColumnElement[bool]:
    marks = cast(articles.c.marks, Text)
    return or_(*(marks.contains(f'"{mark.value}"') for mark in _LACKING))


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
