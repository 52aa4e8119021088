"""The nouns of readership: lists, subscriptions, consent, suppressions, recipients."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class SubscriptionState(StrEnum):
    """pending → confirmed → unsubscribed; a new request after that starts at pending again."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"


class SuppressionReason(StrEnum):
    """Why an address is never mailed again."""

    ADMIN = "admin"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"


class Cadence(StrEnum):
    """How often a reader wants a newsletter."""

    EVERY = "every"
    MONTHLY = "monthly"
    """The best of a month, once a month."""


class Verdict(StrEnum):
    """What became of a person who was to be put on a list."""

    ACCEPTED = "accepted"
    ALREADY_THERE = "already there"
    SUPPRESSED = "suppressed"
    UNSUBSCRIBED = "unsubscribed"
    INVALID = "invalid"


class ConsentAction(StrEnum):
    """What a row of evidence says happened, in 16 letters at most."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    IMPORTED = "imported"
    ADDED = "added"
    """By an admin, on the command line."""
    UNSUBSCRIBED = "unsubscribed"
    RESUMED = "resumed"
    """Back at once after leaving by mistake."""
    TRACKING_ALLOWED = "tracking allowed"
    TRACKING_WITHDRAWN = "tracking revoked"
    SUPPRESSED = "suppressed"
    """On a person's word: never to be mailed again, on any list."""
    LIFTED = "lifted"
    """The same taken back."""


@dataclass(frozen=True, kw_only=True)
class MailingList:
    """A named list that subscribers join."""

    id: int
    name: str
    title: str
    archived_at: datetime | None = None
    """Since then nobody joins or is mailed."""


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
class ListSize:
    """A list and how many stand in each state."""

    name: str
    title: str
    confirmed: int = 0
    pending: int = 0
    unsubscribed: int = 0
    archived_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Membership:
    """A person's place on one list."""

    list: str
    title: str
    """The list's."""
    address: str
    language: str
    state: SubscriptionState
    asked_at: datetime
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    cadence: Cadence = Cadence.EVERY
    paused_until: datetime | None = None
    """No issue is mailed before."""


@dataclass(frozen=True, kw_only=True)
class Suppression:
    """An address that is never mailed again."""

    reason: SuppressionReason
    at: datetime
    origin: str = ""


@dataclass(frozen=True, kw_only=True)
class Consent:
    """A row of the evidence about one address."""

    list: str
    action: ConsentAction
    at: datetime
    origin: str
    wording: str = ""
    wording_version: str = ""


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


class Choices(NamedTuple):
    """What a reader chose, as far as it decides what they get."""

    language: str
    themes: tuple[str, ...] = ()
    """Empty means all."""
    tracking: bool = False
    cadence: Cadence = Cadence.EVERY
    paused: bool = False
    """They want nothing for now."""


class Addressee(NamedTuple):
    """Whom a mail is about to go to."""

    id: int
    address: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Addressees:
    """Those of one call. As columns, for a million are looked up while an issue is sent."""

    ids: Sequence[int] = ()
    addresses: Sequence[str] = ()
    names: Sequence[str] = ()

    @classmethod
    def of(cls, readers: Iterable[Addressee]) -> "Addressees":
        """Gather readers, in their order."""
        ids, addresses, names = [*zip(*readers, strict=True)] or [(), (), ()]
        return cls(ids=ids, addresses=addresses, names=names)

    def __iter__(self) -> Iterator[Addressee]:
        """Give them one by one."""
        return map(Addressee, self.ids, self.addresses, self.names)

    def __len__(self) -> int:
        """Count them."""
        return len(self.ids)


@dataclass(frozen=True, kw_only=True)
class Absent:
    """A planned recipient who must not be mailed after all."""

    id: int
    reason: str
    """`suppressed`, `unsubscribed`, `list archived` or `erased`."""


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
    network_hash: str = ""
    """That hash, where the address itself was not kept until now."""
