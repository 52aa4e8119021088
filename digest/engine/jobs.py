"""What is a job, and what must an engine do?

A job is a hint: every step finds its work in tables and is idempotent, so a queue is disposable.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias


@dataclass(frozen=True, kw_only=True)
class Job:
    """A due step with its key: two equal jobs are one."""

    step: str
    """`collect`, `draft`, `send` …"""
    key: str
    """What it is about: `hebdo-sahel 2026-11-27T05:53:00+00:00`."""
    not_before: datetime | None = None


Handle: TypeAlias = Callable[[Job], None]


class Engine(Protocol):
    """Runs jobs, each at least once."""

    def enqueue(self, job: Job) -> None:
        """Take a job; an equal one already waiting swallows it."""

    def run(self, handle: Handle) -> None:
        """Start handing jobs out, in the background."""

    def stop(self) -> None:
        """Finish the jobs in hand, take no more."""
