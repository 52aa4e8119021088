"""The nouns of readership: lists, subscriptions, consent, suppressions, recipients."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class SubscriptionState(StrEnum):
    """pending → confirmed → unsubscribed; a new request after that starts at pending again."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"


class ConsentAction(StrEnum):
    """What a row of evidence says happened."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    IMPORTED = "imported"
    ADDED = "added"
    """By an admin, on the command line."""
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, kw_only=True)
class MailingList:
    """A named list that subscribers join."""

    id: int
    name: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """A person, by address."""

    id: int
    address: str
    name: str = ""
    language: str = "fr"
    themes: tuple[str, ...] = ()
    """Themes chosen; empty means all."""
    tracking: bool = False
    """Consent to tracking; never assumed."""
    fields: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Snapshot of a subscriber for one issue: the one value that crosses over to digest."""

    id: int
    address: str
    name: str = ""
    language: str = "fr"
    themes: tuple[str, ...] = ()
    tracking: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Absent:
    """A planned recipient who must not be mailed after all."""

    id: int
    reason: str
    """`suppressed`, `unsubscribed` or `erased`."""


@dataclass(frozen=True, kw_only=True)
class ConfirmationNeeded:
    """What must follow a request to subscribe: a mail with this token."""

    address: str
    token: str
    list: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """How a consent was given, for the append-only record."""

    origin: str
    """`form https://…`, `import readers.csv`, `cli`."""
    wording: str = ""
    """The words the person agreed to."""
    wording_version: str = ""
    network: str = ""
    """The network address it came from; only its keyed hash is kept."""
