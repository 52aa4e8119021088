"""Which rows count? They stand in the same MetaData as the other tables."""

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table

from digest.storage.tables import metadata

clicks = Table(
    "clicks",  # how often a link was followed on a day, by readers who agreed to it; not by whom
    metadata,
    Column("issue_id", ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True),
    Column("link", String(16), primary_key=True),  # its name: digest.compose.followed
    Column("day", Date, primary_key=True),  # of the newsletter's own clock
    Column("times", Integer, nullable=False),
)
