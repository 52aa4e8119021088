"""Which rows keep readership? One MetaData, migrated together with digest's own tables."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from subscribers.database import UtcDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)

WISHES = "(CAST(themes AS TEXT) <> '[]' OR tracking)"
"""Of a reader who chose themes or lets clicks be counted: few do, and an index finds just them."""

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("address", String(320), nullable=False),
    Column(
        "address_key", String(320), nullable=False, unique=True
    ),  # lower-cased: one person, one row
    Column("address_hash", String(64), nullable=False, index=True),  # keyed: meets suppressions
    Column("name", Text, nullable=False, default=""),
    Column("language", String(8), nullable=False, default="fr"),
    Column("themes", JSON, nullable=False, default=list),
    Column("tracking", Boolean, nullable=False, default=False),
    Column("fields", JSON, nullable=False, default=dict),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("ix_subscribers_language", "language", "id"),
    Index("ix_subscribers_wishes", "id", sqlite_where=text(WISHES), postgresql_where=text(WISHES)),
    sqlite_autoincrement=True,  # an erased reader's id is never given to another
)

lists = Table(
    "lists",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("archived_at", UtcDateTime),  # nobody joins or is mailed any more
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("subscriber_id", ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True),
    Column("list_id", ForeignKey("lists.id"), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("cadence", String(16), nullable=False, default="every"),
    Column("paused_until", UtcDateTime),  # nothing is mailed before
    Index("ix_subscriptions_list_id_state", "list_id", "state", "subscriber_id"),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column(
        "address_hash", String(64), nullable=False, index=True
    ),  # evidence outlives an erased person
    Column("list_name", String(64), nullable=False),
    Column("action", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("origin", Text, nullable=False),
    Column("wording", Text, nullable=False, default=""),
    Column("wording_version", String(64), nullable=False, default=""),
    Column("network_hash", String(64), nullable=False, default=""),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("address_hash", String(64), primary_key=True),
    Column("reason", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("origin", Text, nullable=False, default=""),
)

imports = Table(
    "imports",  # how far a file of readers was put on a list
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", String(64), nullable=False, index=True),  # SHA-256 of the file
    Column("list_name", String(64), nullable=False),
    Column("wording", Text, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("done", Integer, nullable=False),  # the last line that is taken in
    Column("finished_at", UtcDateTime),
)

segments = Table(
    "segments",  # saved filters, evaluated each time they are used
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("rule", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)
