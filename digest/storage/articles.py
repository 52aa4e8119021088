"""Which articles do we have, and what did they say before?"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, exists, func, insert, select, update

from digest.errors import NotFoundError
from digest.model.article import Article, ArticleVersion, Entry, Mark, Precision, Published
from digest.storage.tables import article_versions, story_articles, twins
from digest.storage.tables import articles as table

_CHUNK = 500  # ids of one question


def published_since(connection: Connection, since: datetime) -> list[Article]:
    """Which articles appeared at or after a moment? In order of id."""
    return _read(connection, select(table).where(table.c.published_at >= since))


def storyless_since(connection: Connection, since: datetime) -> list[Article]:
    """Which of them are in no story yet? In order of id."""
    told = exists().where(story_articles.c.article_id == table.c.id)
    return _read(connection, select(table).where(table.c.published_at >= since, ~told))


def languages(connection: Connection) -> dict[str, int]:
    """How many articles are there of each language?"""
    counted = select(table.c.language, func.count()).group_by(table.c.language)
    rows = connection.execute(counted.order_by(table.c.language))
    return {str(language): int(count) for language, count in rows}


def newest(connection: Connection, language: str, number: int) -> list[Article]:
    """Which are the newest articles of a language, `number` at most? In order of id."""
    latest = (
        select(table.c.id)
        .where(table.c.language == language)
        .order_by(table.c.published_at.desc(), table.c.id.desc())
        .limit(number)
    )
    return _read(connection, select(table).where(table.c.id.in_(latest)))


def article(connection: Connection, id: int) -> Article:  # noqa: A002 - the noun's own name
    """Which article has this id? Raises NotFoundError."""
    found = articles(connection, [id])
    if id not in found:
        raise NotFoundError(f"no article {id}: the number of a story in `digest issue show` is one")
    return found[id]


def articles(connection: Connection, ids: Iterable[int]) -> dict[int, Article]:
    """Which articles have these ids? Those that exist, by id."""
    asked = list(dict.fromkeys(ids))
    chunks = (asked[start : start + _CHUNK] for start in range(0, len(asked), _CHUNK))
    found = (_read(connection, select(table).where(table.c.id.in_(chunk))) for chunk in chunks)
    return {one.id: one for many in found for one in many}


def ids_from(connection: Connection, sources: Iterable[str], since: datetime) -> list[int]:
    """Which articles of these sources appeared at or after a moment? Their ids."""
    asked = select(table.c.id).where(table.c.source.in_(list(sources)))
    return list(connection.scalars(asked.where(table.c.published_at >= since)))


def article_by_key(connection: Connection, key: str) -> Article | None:
    """Which article is known under this key, or was before its page named another address?"""
    own = next(iter(_read(connection, select(table).where(table.c.key == key))), None)
    former = select(table).join(twins).where(twins.c.key == key)
    return own or next(iter(_read(connection, former)), None)


def versions(connection: Connection, id: int) -> list[ArticleVersion]:  # noqa: A002
    """Which texts did this article have before, oldest first?"""
    asked = (
        select(article_versions)
        .where(article_versions.c.article_id == id)
        .order_by(article_versions.c.id)
    )
    rows = connection.execute(asked).mappings()
    return [ArticleVersion(**{name: row[name] for name in row if name != "id"}) for row in rows]


def add_article(connection: Connection, entry: Entry, *, now: datetime) -> int:
    """Store a new article; give its id."""
    values = _row(entry) | {"first_seen_at": now, "updated_at": now}
    added = connection.execute(insert(table).values(**values).returning(table.c.id))
    return int(added.scalar_one())


def update_article(connection: Connection, id: int, entry: Entry, *, now: datetime) -> None:  # noqa: A002
    """Put an entry's text in an article's place; the former text is kept as a version."""
    former = article(connection, id)
    connection.execute(
        insert(article_versions).values(
            article_id=id,
            title=former.title,
            description=former.description,
            body=former.body,
            replaced_at=now,
        )
    )
    values = _without_key(entry) | {"updated_at": now}
    connection.execute(update(table).where(table.c.id == id).values(values))


def hand_over(connection: Connection, id: int, entry: Entry) -> None:  # noqa: A002
    """Let an entry speak for an article: what the article is beside its text is the entry's."""
    connection.execute(update(table).where(table.c.id == id).values(_without_key(entry)))


def complete_article(connection: Connection, id: int, entry: Entry, *, now: datetime) -> None:  # noqa: A002
    """Put what an article's page says in its place; no version, for nobody changed the article."""
    kept = {"source": article(connection, id).source, "updated_at": now}
    values = _without_key(entry) | kept
    connection.execute(update(table).where(table.c.id == id).values(values))


def _read(connection: Connection, asked: Select[Any]) -> list[Article]:
    return [_article(row) for row in connection.execute(asked.order_by(table.c.id)).mappings()]


def _article(row: RowMapping) -> Article:
    values = dict(row)
    published = Published(
        at=values.pop("published_at"),
        precision=Precision(values.pop("precision")),
        raw=values.pop("published_raw"),
        doubt=values.pop("published_doubt"),
    )
    marks = frozenset(Mark(mark) for mark in values.pop("marks"))
    return Article(published=published, marks=marks, **values)


def _row(entry: Entry) -> dict[str, Any]:
    values = asdict(entry)
    published = values.pop("published")
    return values | {
        "published_at": published["at"],
        "precision": published["precision"].value,
        "published_raw": published["raw"],
        "published_doubt": published["doubt"],
        "marks": sorted(mark.value for mark in entry.marks),
    }


def _without_key(entry: Entry) -> dict[str, Any]:
    """Give what may change of an article: not its name, nor when it came."""
    lasting = {"id", "key", "first_seen_at", "updated_at"}
    return {name: value for name, value in _row(entry).items() if name not in lasting}
