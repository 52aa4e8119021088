"""One strike of a newsletter's clock, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RunClock(StrEnum):
    """The clocks of a newsletter."""

    WARN = "warn"
    """Some hours before the draft: tells the editors what sources lack, once an issue."""
    DRAFT = "draft"
    """Makes the issue and tells the editors."""
    SEND = "send"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One strike of a clock: made once, however many schedulers run."""

    newsletter: str
    clock: RunClock
    slot: datetime
    """The moment it was due, UTC. A draft's issue is due later, at the next slot of SEND; a warning
    bears that slot itself, for an issue has one warning.
    """


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """What is known of a run that some scheduler took."""

    run: Run
    taken_at: datetime
    """When somebody last said to work on it."""
    finished_at: datetime | None
    result: str
    """What came of it, in words; of an open run, what it waits for."""
