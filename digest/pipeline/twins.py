"""What does it mean that an article's page names another address as its own (`rel=canonical`)?"""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection

from digest.collect.changes import claim, is_same_piece
from digest.collect.urls import twin_key
from digest.model.article import Article, Entry
from digest.storage import twins
from digest.storage.articles import article, articles_by_key, update_article
from digest.storage.sources import silence


def merge_twin(
    connection: Connection, article_id: int, canonical_url: str, *, now: datetime
) -> int:
    """Heed the address that an article's page calls its own; give the article that it is now.

    Where an article of the same piece has that address the two are merged: that which an issue
    holds stays, or else the earlier; it gets the fuller text, all names, rulings and corrections.
    Of another piece nothing is believed: a site may name one address on all its pages. Nor is an
    address that nobody gave yet, or any page could keep another's article out for good. Called by
    who stores, `alone`.

    Raises:
        NotFoundError: there is no such article.
    """
    mine = article(connection, article_id)
    key = twin_key(mine.key, canonical_url)
    other = articles_by_key(connection, [key]).get(key) if key else None
    if other is None or other.id == mine.id or not is_same_piece(other, mine):
        return mine.id
    return _merged(connection, mine, other, now)


def _merged(connection: Connection, one: Article, other: Article, now: datetime) -> int:
    held = twins.in_issues(connection, {one.id, other.id})
    keep, gone = sorted((one, other), key=lambda article: (article.id not in held, article.id))
    takes_text = claim(gone, place=0, key="") > claim(keep, place=0, key="")
    silence(connection, [keep.id if takes_text else gone.id])
    twins.merge(connection, keep=keep.id, gone=gone.id)
    if takes_text:
        update_article(connection, keep.id, _as_received(gone), now=now)
    return keep.id


def _as_received(stored: Article) -> Entry:
    return Entry(**{field.name: getattr(stored, field.name) for field in fields(Entry)})
