"""Which rows serve single readers? They stand in the same MetaData as the other tables."""

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text

from digest.storage.tables import metadata
from subscribers.database import UtcDateTime

notices = Table(
    "notices",  # mails to one reader that are no issue: what the pages ask for, mailed by a worker
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),  # sign-up, welcome, data
    Column("state", String(16), nullable=False),  # ready, claimed, calling, sent, failed, in_doubt
    Column("list_name", String(64), nullable=False, default=""),
    Column("address", String(320), nullable=False, default=""),  # blank as soon as it is not needed
    Column("subscriber_id", Integer),
    Column("language", String(8), nullable=False),
    Column("details", JSON, nullable=False, default=dict),  # of a sign-up: name, themes, evidence
    Column("asked_at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("attempt_id", String(32), nullable=False, default="", index=True),
    Column("lease_until", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("last_error", Text, nullable=False, default=""),
    Index("ix_notices_state", "state", "not_before", "id"),
    sqlite_autoincrement=True,
)

quotas = Table(
    "quotas",  # how soon the public forms may be used again, by keyed hash of who uses them
    metadata,
    Column("key", String(64), primary_key=True),
    Column("free_at", UtcDateTime, nullable=False, index=True),
)
