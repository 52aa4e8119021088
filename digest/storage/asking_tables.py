"""Which rows remember how sources were asked, and keep asking polite? In the one MetaData, too."""

from sqlalchemy import Column, Integer, LargeBinary, String, Table, Text

from digest.storage.tables import metadata
from subscribers.database import UtcDateTime

sources = Table(
    "sources",  # what collecting remembers of each source of schedule.yaml
    metadata,
    Column("name", String(128), primary_key=True),
    Column("url", Text, nullable=False, default=""),  # validators are good for this address only
    Column("etag", Text, nullable=False, default=""),
    Column("last_modified", Text, nullable=False, default=""),
    Column("checked_at", UtcDateTime),
    Column("succeeded_at", UtcDateTime),
    Column("failures", Integer, nullable=False, default=0),  # in a row
    Column("not_before", UtcDateTime),  # back-off, Retry-After, max-age
    Column("error", Text, nullable=False, default=""),
    Column("found", Text, nullable=False, default=""),  # asked instead of url: a page's feed
    Column("moved_to", Text, nullable=False, default=""),
    Column("moves", Integer, nullable=False, default=0),  # equal permanent redirects in a row
    Column("body_hash", String(64), nullable=False, server_default=""),
    Column("rhythm", Integer, nullable=False, server_default="0"),  # seconds
    Column("changed_at", UtcDateTime),
    Column("due_at", UtcDateTime),  # by its rhythm
)

imprints = Table(
    "imprints",  # of the entries of a source's feed that are stored as they were last read
    metadata,
    Column("source", String(128), primary_key=True),
    Column("packed", LargeBinary, nullable=False),  # digest.collect.imprints
)

robots = Table(
    "robots",  # what the robots.txt of an origin says to us, for a day at most
    metadata,
    Column("origin", String(512), primary_key=True),
    Column("rules", Text, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("good_until", UtcDateTime, nullable=False),
    Column("trouble", Text, nullable=False),
)

claims = Table(
    "claims",  # who is asking a host, or reading a folder, at this moment
    metadata,
    Column("name", String(512), primary_key=True),
    Column("worker", Text, nullable=False),  # its process
    Column("run", String(32), nullable=False),
    Column("lease_until", UtcDateTime, nullable=False),
)
