"""Articles in the database, a word each."""

from datetime import datetime

from sqlalchemy import Connection

from digest.model.article import Article, Entry
from digest.storage.articles import add_articles


def add_article(connection: Connection, entry: Entry, *, now: datetime) -> int:
    """Store an entry as a new article; give its id."""
    [id_] = add_articles(connection, [Article.first(entry, id=-1, now=now)])
    return id_
