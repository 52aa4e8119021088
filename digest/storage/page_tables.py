"""Which rows remember the pages of articles? They stand in the same MetaData as other tables."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from digest.storage.tables import metadata
from subscribers.database import UtcDateTime

pages = Table(
    "pages",  # how often an article's own page was asked for its text, and what came of it
    metadata,
    Column("article_id", ForeignKey("articles.id"), primary_key=True, autoincrement=False),
    Column("tries", Integer, nullable=False),
    Column("not_before", UtcDateTime),  # none: it is not asked again
    Column("outcome", Text, nullable=False),  # why the article is not whole, in words
    Column("entry", String(64), nullable=False),  # hash of the article as its source gave it
    Column("filled_at", UtcDateTime),  # none: the text is still the source's own
)
