"""The sending ledger's nouns: batches, attempts and what became of each recipient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class BatchState(StrEnum):
    """Where a batch stands; the steps between them: digest.deliver.batches."""

    READY = "ready"
    CLAIMED = "claimed"
    CALLING = "calling"
    """The intent is committed: from here on the provider may have the mail."""
    SENT = "sent"
    IN_DOUBT = "in_doubt"
    HELD = "held"
    """Doubt that no event can settle: waits for a person."""
    FAILED = "failed"
    """Refused for sure, too often or for good."""
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What one attempt came to."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    """The provider has nothing of it, for sure."""
    UNKNOWN = "unknown"
    SUPERSEDED = "superseded"
    """Cut short at an idempotent provider: the same call again mails nobody twice."""
    DOUBLED = "doubled"
    """Beside an accepted one: known or feared to have mailed the same readers too."""


@dataclass(frozen=True, kw_only=True)
class Lot:
    """Recipients that are planned to share a call."""

    edition_id: int
    list_name: str
    """They were on it when it was planned, and still have to be when they are mailed."""
    recipient_ids: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The planned recipients of one call to a provider."""

    id: int
    issue_id: int
    edition_id: int
    list_name: str
    seq: int
    """Counts from 1 within its issue; (issue, seq) is unique."""
    recipient_ids: tuple[int, ...]
    state: BatchState
    tries: int
    """Attempts begun so far."""
    attempt_id: str = ""
    """The live or last attempt."""
    not_before: datetime | None = None
    lease_until: datetime | None = None
    last_error: str = ""
    """The provider's own words."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try to hand a batch to a provider. Its row is committed before the call is made."""

    id: str
    """32 hex digits; travels with the call, so that events can prove it."""
    batch_id: int
    provider: str
    intent_at: datetime
    deadline: datetime
    """No call of this attempt starts or goes on after it."""
    outcome: Outcome
    ended_at: datetime | None = None
    provider_ref: str = ""
    detail: str = ""
    origin_id: str = ""
    """Of a part of a mixed receipt: the attempt whose call it was in. None carried its own id."""


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A batch of which nobody can say whether it was mailed, and why."""

    batch: Batch
    attempt: Attempt
    recipient_ids: tuple[int, ...]
    """The batch's without those that were skipped or refused."""


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What an ended attempt makes of some of its recipients: one batch from then on."""

    recipient_ids: frozenset[int]
    state: BatchState
    outcome: Outcome
    """Of the attempt, as far as it concerns these recipients."""
    tries: int
    not_before: datetime | None = None
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What an ended attempt makes of its batch; whoever is in no fate stays with the first."""

    fates: tuple[Fate, ...]
    """At least one; the first keeps the batch's row, each other becomes a batch of its own."""
    refused: Mapping[int, str] = field(default_factory=dict)
    """Recipients refused for good, with the reason."""
    provider_ref: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """An issue's recipients by fate. planned is always the sum of the others."""

    planned: int = 0
    sent: int = 0
    skipped: int = 0
    refused: int = 0
    in_doubt: int = 0
    held: int = 0
    failed: int = 0
    waiting: int = 0
    """In batches that are ready, claimed or calling."""
    cancelled: int = 0
