"""How fast is an issue to be sent, and what does its sending wait for?"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Why(StrEnum):
    """What holds a sending up, in words for a person."""

    PAUSED = "paused"
    QUIET = "quiet hours"
    WARM_UP = "today's allowance of the warm-up is used up"
    HOLD = "the provider asked to wait"
    PROVIDER_RATE = "the provider's rate"
    OWN_RATE = "the sending's own rate"
    RETRY = "what was refused for now is tried again"


@dataclass(frozen=True, kw_only=True)
class Wait:
    """No call of a sending may begin now."""

    why: Why
    until: datetime | None = None
    """None: until a person says so."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """How an issue is to be sent; without any, as fast as the provider takes it."""

    rate: float | None = None
    """Recipients a second."""
    spread_until: datetime | None = None
    """The last is to go about then."""
    paused_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What the database knows of a sending's pace, for all workers on all machines."""

    wishes: Wishes = field(default_factory=Wishes)
    provider_free_at: datetime | None = None
    """When the provider may be called next, for any issue."""
    issue_free_at: datetime | None = None
    """When the issue's next call may begin, as long as it has a rate or is spread."""


@dataclass(frozen=True, kw_only=True)
class Ready:
    """The batch that would be claimed next."""

    recipients: int
    not_before: datetime | None = None
