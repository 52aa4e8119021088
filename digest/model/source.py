"""What collecting remembers between two runs: of each source, and of each thing it gave."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class SourceState:
    """How a source stood when it was last asked."""

    name: str
    url: str = ""
    """The kind and address in schedule.yaml that the rest of the state is true for."""
    etag: str = ""
    last_modified: str = ""
    checked_at: datetime | None = None
    succeeded_at: datetime | None = None
    failures: int = 0
    """In a row."""
    not_before: datetime | None = None
    """Not due until then: back-off, Retry-After, max-age."""
    error: str = ""
    """In words; empty after a success."""
    found: str = ""
    """Where to ask instead of `url`: the feed of a page, the REST interface of a site."""
    moved_to: str = ""
    moves: int = 0
    """Equal permanent redirects in a row."""
    body_hash: str = ""
    """Of the last body that was read: an equal one is not read again."""
    rhythm: int = 0
    """Seconds between two of its articles, as it was last seen to publish; 0: not known yet."""
    changed_at: datetime | None = None
    """When it last gave something new."""
    due_at: datetime | None = None
    """When its own rhythm asks for it next; servers' wishes stand in `not_before`."""


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """Under which key a source gave which article, and when first."""

    key: str
    """Guid + link of a feed's entry, content of a dropped text, place of a dropped file."""
    article_id: int
    fingerprint: str
    """Of the thing as received: a changed one differs."""
    first_seen_at: datetime
    speaks: bool = False
    """The article's present text is from it; of several names of one article one does."""
