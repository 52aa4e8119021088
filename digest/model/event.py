"""News of mails, as providers tell them after a call: events, and what they tell of an attempt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.model.delivery import Attempt


class EventKind(StrEnum):
    """What happened to a mail, in the words of no provider."""

    PROCESSED = "processed"
    """The provider has it and is about to deliver it."""
    DELIVERED = "delivered"
    """The receiving server accepted it."""
    DEFERRED = "deferred"
    """The receiving server put it off; the provider tries again."""
    BOUNCED = "bounced"
    """The receiving server refused the address for good."""
    BLOCKED = "blocked"
    """The receiving server refused the mail, but not the address for good."""
    DROPPED = "dropped"
    """The provider took it and then did not even try: the address is on a list of its own."""
    OPENED = "opened"
    CLICKED = "clicked"
    COMPLAINED = "complained"
    """The reader called it spam."""
    UNSUBSCRIBED = "unsubscribed"
    OTHER = "other"


class Cause(StrEnum):
    """What an event says of its reader: all that anything follows from. Kept when `raw` is gone."""

    NONE = ""
    HARD = "hard"
    """The address takes no mail, for good."""
    SOFT = "soft"
    """The address took this mail not; it may be full, say."""
    COMPLAINT = "complaint"
    LEFT = "left"
    """The reader unsubscribed at the provider."""


CAUSES: Mapping[EventKind, Cause] = {
    EventKind.BOUNCED: Cause.HARD,
    EventKind.BLOCKED: Cause.SOFT,
    EventKind.COMPLAINED: Cause.COMPLAINT,
    EventKind.UNSUBSCRIBED: Cause.LEFT,
}
"""What a kind says where nothing more is known."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that a provider told of one mail."""

    provider: str
    key: str
    """The provider's own id of the event: told again, it is the same one."""
    attempt_id: str
    subscriber_id: int | None
    """None: the provider named nobody of ours."""
    kind: EventKind
    at: datetime
    """By the provider's clock."""
    raw: Mapping[str, object]
    """As the provider wrote it, but for addresses; nothing when that is long ago."""
    cause: Cause = Cause.NONE


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What an event says of its reader, with what it is judged by."""

    provider: str
    key: str
    attempt_id: str
    list_name: str
    """Of the mail; empty when no attempt of ours is known."""
    cause: Cause
    at: datetime
    """By the provider's clock."""


@dataclass(frozen=True, kw_only=True)
class Traces:
    """What events tell of one attempt."""

    events: int
    readers: frozenset[int]
    """Whom they name."""


@dataclass(frozen=True, kw_only=True)
class Witness:
    """A call that its provider is known to have accepted, with what events tell of it."""

    attempt: Attempt
    recipient_ids: frozenset[int]
    """Those that it mailed."""
    traces: Traces
