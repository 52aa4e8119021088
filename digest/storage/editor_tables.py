"""Which rows keep what editors decided? They stand in the same MetaData as the other tables."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from digest.storage.tables import metadata
from subscribers.database import UtcDateTime

_OF_A_PAIR = text("kind IN ('apart', 'together')")

rulings = Table(
    "rulings",  # what editors decided about stories: no later grouping undoes it
    metadata,
    Column("kind", String(16), primary_key=True),  # apart, together, lead, pin
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    # The larger id of a pair; of a lead or a pin the article itself.
    Column("other_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("ruled_by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_rulings_article_id", "article_id"),
    # The database itself forbids that two articles are to be apart and together.
    Index(
        "uq_rulings_pair",
        "article_id",
        "other_id",
        unique=True,
        sqlite_where=_OF_A_PAIR,
        postgresql_where=_OF_A_PAIR,
    ),
)

corrections = Table(
    "corrections",  # what editors showed to be of a theme, or not: themes are learned from it
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("theme", String(128), nullable=False),
    Column("belongs", Boolean, nullable=False),
    Column("weight", Float, nullable=False),  # above 0, at most 1: how much it says
    Column("issue_id", ForeignKey("issues.id", ondelete="CASCADE"), index=True),  # none: taught
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("article_id", "theme", "issue_id"),
    sqlite_autoincrement=True,
)
