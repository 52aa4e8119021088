"""Which rows keep the product's work? Changed only together with a migration."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from subscribers.database import Ids, UtcDateTime
from subscribers.tables import NAMING

metadata = MetaData(naming_convention=NAMING)

# --- collect ----------------------------------------------------------------------------

entries = Table(
    "entries",  # what was received under which name: nothing is collected twice
    metadata,
    Column("source", String(128), primary_key=True),
    Column("key", String(512), primary_key=True),  # guid + link, or a drop's content key
    Column("article_id", ForeignKey("articles.id"), nullable=False, index=True),
    Column(
        "fingerprint", String(128), nullable=False
    ),  # of the entry as received: a changed one differs
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("speaks", Boolean, nullable=False, default=False),  # the article's text is from it
)

twins = Table(
    "twins",  # former keys of articles whose page names another address as its own
    metadata,
    Column("key", String(512), primary_key=True),
    Column("article_id", ForeignKey("articles.id"), nullable=False, index=True),
)

articles = Table(
    "articles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(512), nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("source", String(128), nullable=False),
    Column("publisher", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("published_at", UtcDateTime, nullable=False, index=True),
    Column("precision", String(16), nullable=False),
    Column("published_raw", Text, nullable=False),
    Column("published_doubt", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("image_url", Text, nullable=False),
    Column("image_alt", Text, nullable=False),
    Column("image_width", Integer, nullable=False, default=0),  # 0: nobody said
    Column("image_height", Integer, nullable=False, default=0),
    Column("marks", JSON, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)

article_versions = Table(
    "article_versions",  # former texts of changed articles
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", ForeignKey("articles.id"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("replaced_at", UtcDateTime, nullable=False),
)

# --- group ------------------------------------------------------------------------------

theme_scores = Table(
    "theme_scores",
    metadata,
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    Column("theme", String(128), primary_key=True),
    Column("score", Float, nullable=False),
    Column("belongs", Boolean, nullable=False),
    Column("reasons", JSON, nullable=False),  # [[term, weight], …]
)

stories = Table(
    "stories",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # of its first-seen article
    Column("lead_id", ForeignKey("articles.id"), nullable=False),
    Column("voices", Integer, nullable=False),
    Column("happened_at", UtcDateTime, nullable=False, index=True),
    Column("grouped_at", UtcDateTime, nullable=False),
)

story_articles = Table(
    "story_articles",  # an article is in one story at most
    metadata,
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    Column("story_id", ForeignKey("stories.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("place", Integer, nullable=False),  # 0 is the lead
    Column("similarity", Float, nullable=False),  # to the rest of its story, 0 to 1
    Column("copy_of", Integer),  # the article whose text it repeats
    Column("containment", Float),
)

ties = Table(
    "ties",  # events of one saga
    metadata,
    Column("story_id", ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("earlier_id", ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("similarity", Float, nullable=False),
)

# --- compose ----------------------------------------------------------------------------

issues = Table(
    "issues",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("newsletter", String(128), nullable=False),
    Column("number", Integer, nullable=False),
    Column("slot", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("approved_by", Text, nullable=False, default=""),
    Column("segment", String(64), nullable=False, default=""),  # whom of the list it goes to
    Column("sent_at", UtcDateTime),
    UniqueConstraint("newsletter", "slot"),
    UniqueConstraint("newsletter", "number"),
)

issue_versions = Table(
    "issue_versions",  # every content an issue ever had: an edit replaces nothing for good
    metadata,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("content", JSON, nullable=False),
    Column("replaced_at", UtcDateTime, nullable=False),
)

editions = Table(
    "editions",  # frozen when sending starts: a resumed sending mails the same bytes
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue_id", ForeignKey("issues.id"), nullable=False),
    Column("key", String(256), nullable=False),
    Column("language", String(8), nullable=False),
    Column("tracked", Boolean, nullable=False, default=False),  # its readers agreed to it
    Column("subject", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("issue_id", "key"),
)

# --- deliver ----------------------------------------------------------------------------

batches = Table(
    "batches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue_id", ForeignKey("issues.id"), nullable=False),
    Column("edition_id", ForeignKey("editions.id"), nullable=False),
    Column("list_name", String(64), nullable=False),  # schedule.yaml may name another meanwhile
    Column("seq", Integer, nullable=False),
    Column("recipient_ids", Ids, nullable=False),
    Column("recipients", Integer, nullable=False),  # length of recipient_ids
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("attempt_id", String(32), nullable=False, default=""),
    Column("worker", String(200), nullable=False, default=""),  # the process that holds it
    Column("lease_until", UtcDateTime),
    Column("not_before", UtcDateTime),
    Column("last_error", Text, nullable=False, default=""),
    UniqueConstraint("issue_id", "seq"),
    Index("ix_batches_state", "state", "issue_id", "id"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("batch_id", ForeignKey("batches.id"), nullable=False),
    Column("provider", String(64), nullable=False),
    Column("intent_at", UtcDateTime, nullable=False),
    Column("deadline", UtcDateTime, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("ended_at", UtcDateTime),
    Column("provider_ref", Text, nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    # Of a part of a mixed receipt: the attempt whose call it was in.
    Column("origin_id", String(32), nullable=False, default=""),
    Index("ix_attempts_intent_at", "intent_at"),
    # The database itself forbids a second attempt while one is live, accepted or unknown.
    Index(
        "uq_attempts_live",
        "batch_id",
        unique=True,
        sqlite_where=text("outcome IN ('open', 'accepted', 'unknown')"),
        postgresql_where=text("outcome IN ('open', 'accepted', 'unknown')"),
    ),
)

skips = Table(
    "skips",  # planned recipients who were not mailed, and why
    metadata,
    Column("batch_id", ForeignKey("batches.id"), primary_key=True),
    Column("subscriber_id", Integer, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

sendings = Table(
    "sendings",  # how an issue is to be sent, from the moment somebody says so
    metadata,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("rate", Float),  # recipients a second; none: as fast as the provider takes them
    Column("spread_until", UtcDateTime),  # the last is to go about then
    Column("paused_at", UtcDateTime),  # none of its batches is claimed until resumed
    Column("rests_until", UtcDateTime),  # a fault stopped it: workers leave it alone until then
)

paces = Table(
    "paces",  # one row for all workers on all machines; digest.deliver.pace says what it means
    metadata,
    Column("name", String(128), primary_key=True),  # provider:sendgrid, issue:12
    Column("free_at", UtcDateTime, nullable=False),  # when the next call may begin
)

events = Table(
    "events",  # what providers told of mails, as often as they told it once
    metadata,
    Column("provider", String(64), primary_key=True),
    Column("key", String(256), primary_key=True),  # the provider's own id of the event
    Column("attempt_id", String(32), nullable=False, index=True),
    Column("subscriber_id", Integer),  # none: the provider named nobody of ours
    Column("kind", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),  # by the provider's clock
    Column("received_at", UtcDateTime, nullable=False, index=True),
    Column("raw", JSON(none_as_null=True)),  # none: kept long enough
    Column("cause", String(16), nullable=False, default=""),  # what it says of its reader
    Index("ix_events_subscriber_id_at", "subscriber_id", "at"),
    Index(
        "ix_events_raw",
        "received_at",
        sqlite_where=text("raw IS NOT NULL"),
        postgresql_where=text("raw IS NOT NULL"),
    ),
)

# --- schedule ---------------------------------------------------------------------------

runs = Table(
    "runs",  # which due moment was taken, once, however many schedulers run
    metadata,
    Column("newsletter", String(128), primary_key=True),
    Column("clock", String(16), primary_key=True),  # draft or send
    Column("slot", UtcDateTime, primary_key=True),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("result", Text, nullable=False, default=""),
)

clocks = Table(
    "clocks",  # since when a clock has its present times: what was due earlier is no missed run
    metadata,
    Column("newsletter", String(128), primary_key=True),
    Column("clock", String(16), primary_key=True),
    Column("definition", Text, nullable=False),  # cron and time zone
    Column("since", UtcDateTime, nullable=False),
)
