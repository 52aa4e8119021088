"""Which articles do we have, and what did they say before?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    bindparam,
    exists,
    func,
    insert,
    select,
    update,
)

from digest.errors import NotFoundError
from digest.model.article import Article, ArticleVersion, Entry, Mark, Precision, Published
from digest.storage.sources import chunks
from digest.storage.tables import article_versions, story_articles, twins
from digest.storage.tables import articles as table
from subscribers.database import KINDS, among, as_ids
from subscribers.many import execute_many

_NAMES = table.c.keys()
_LASTING = {"id", "key", "first_seen_at"}

# Written once: to write a statement takes longer than to execute it.
_THESE = {kind: select(table).where(among(kind, table.c.id)) for kind in KINDS}
_OF_KEYS = select(table).where(table.c.key.in_(bindparam("keys", expanding=True)))
_FORMER = select(twins.c.key, twins.c.article_id).where(
    twins.c.key.in_(bindparam("keys", expanding=True))
)
_REWRITING = (
    update(table)
    .where(table.c.id == bindparam("its_id"))
    .values({name: bindparam(name) for name in _NAMES if name not in _LASTING})
)
_KEEPING = insert(article_versions)


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
    kind, wanted = connection.dialect.name, list(dict.fromkeys(ids))
    given = {"ids": as_ids(kind, wanted)}
    return {one.id: one for one in _read(connection, _THESE[kind], given)} if wanted else {}


def ids_from(connection: Connection, sources: Iterable[str], since: datetime) -> list[int]:
    """Which articles of these sources appeared at or after a moment? Their ids."""
    asked = select(table.c.id).where(table.c.source.in_(list(sources)))
    return list(connection.scalars(asked.where(table.c.published_at >= since)))


def articles_by_key(connection: Connection, keys: Iterable[str]) -> dict[str, Article]:
    """Which articles are known under these keys, or were before their pages named other addresses?
    By the key that was asked for.
    """
    found: dict[str, Article] = {}
    for chunk in chunks(dict.fromkeys(keys)):
        merged = {row.key: row.article_id for row in connection.execute(_FORMER, {"keys": chunk})}
        known = articles(connection, merged.values())
        own = _read(connection, _OF_KEYS, {"keys": chunk})
        found |= {key: known[id_] for key, id_ in merged.items()} | {one.key: one for one in own}
    return found


def versions(connection: Connection, id: int) -> list[ArticleVersion]:  # noqa: A002
    """Which texts did this article have before, oldest first?"""
    asked = (
        select(article_versions)
        .where(article_versions.c.article_id == id)
        .order_by(article_versions.c.id)
    )
    rows = connection.execute(asked).mappings()
    return [ArticleVersion(**{name: row[name] for name in row if name != "id"}) for row in rows]


def add_articles(connection: Connection, new: Sequence[Article]) -> list[int]:
    """Store new articles; give the ids that they have from now on, in their order."""
    if not new:
        return []
    rows = [_row(one) for one in new]
    added = insert(table).returning(table.c.key, table.c.id)
    ids = {row.key: int(row.id) for row in connection.execute(added, rows)}
    return [ids[one.key] for one in new]


def rewrite_articles(connection: Connection, rewritten: Sequence[Article]) -> None:
    """Let stored articles be as these are, which have their ids; keys and first sights stay."""
    execute_many(connection, _REWRITING, [_rewriting(one) for one in rewritten])


def keep_versions(connection: Connection, former: Sequence[ArticleVersion]) -> None:
    """Keep the texts that articles had."""
    execute_many(connection, _KEEPING, [vars(one) for one in former])


def update_article(connection: Connection, id: int, entry: Entry, *, now: datetime) -> None:  # noqa: A002
    """Put an entry's text in an article's place; the former text is kept as a version."""
    former = article(connection, id)
    keep_versions(connection, [former.version(now=now)])
    rewrite_articles(connection, [former.saying(entry, now=now)])


def complete_article(connection: Connection, id: int, entry: Entry, *, now: datetime) -> None:  # noqa: A002
    """Put what an article's page says in its place; no version, for nobody changed the article."""
    former = article(connection, id)
    rewrite_articles(connection, [replace(former.saying(entry, now=now), source=former.source)])


def _read(
    connection: Connection, asked: Select[Any], given: Mapping[str, Any] | None = None
) -> list[Article]:
    rows = connection.execute(asked.order_by(table.c.id), given).all()
    return [_article(row) for row in rows]


def _article(row: Row[Any]) -> Article:
    values = dict(zip(_NAMES, row, strict=True))
    published = Published(
        at=values.pop("published_at"),
        precision=Precision(values.pop("precision")),
        raw=values.pop("published_raw"),
        doubt=values.pop("published_doubt"),
    )
    marks = frozenset(map(Mark, values.pop("marks")))
    return Article(published=published, marks=marks, **values)


def _row(one: Article) -> dict[str, Any]:
    """Give the columns of an article but its id."""
    values = dict(vars(one))
    del values["id"]
    published = values.pop("published")
    return values | {
        "published_at": published.at,
        "precision": published.precision.value,
        "published_raw": published.raw,
        "published_doubt": published.doubt,
        "marks": sorted(mark.value for mark in one.marks),
    }


def _rewriting(one: Article) -> dict[str, Any]:
    values = _row(one) | {"its_id": one.id}
    del values["key"], values["first_seen_at"]
    return values
