"""How do jobs run without a server? In threads of this process.

A killed process loses its queue. That is no loss: every step finds its work in tables, and the
clocks' tick makes lost jobs again.
"""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from digest.clock import Clock
from digest.engine.jobs import Handle, Job

_LOG = structlog.get_logger(__name__)
_LONGEST_NAP = 1.0
"""Seconds until a waiting thread looks at the clock again: the machine may have slept meanwhile."""
_AT_ONCE = datetime.min.replace(tzinfo=UTC)


class LocalEngine:
    """Runs jobs in threads, in the order they fall due; equal jobs never run at the same time."""

    def __init__(self, clock: Clock, *, threads: int = 4) -> None:
        self._clock = clock
        self._count = threads
        self._threads: list[threading.Thread] = []
        self._waiting: dict[tuple[str, str], Job] = {}
        self._in_hand: set[tuple[str, str]] = set()
        self._change = threading.Condition()
        self._stopping = False

    def enqueue(self, job: Job) -> None:
        """Take a job; of two equal ones that wait, one stays, with the earlier time."""
        with self._change:
            if not self._stopping:
                self._waiting[_name(job)] = _earlier(self._waiting.get(_name(job), job), job)
                self._change.notify()

    def run(self, handle: Handle) -> None:
        """Start handing jobs out, in the background.

        Raises:
            RuntimeError: it runs already, or was stopped.
        """
        if self._threads or self._stopping:
            raise RuntimeError("an engine runs once")
        for number in range(self._count):
            thread = threading.Thread(
                target=self._work, args=(handle,), name=f"engine-{number}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Finish the jobs in hand, take no more, forget those that wait."""
        with self._change:
            self._stopping = True
            self._change.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self, handle: Handle) -> None:
        while (job := self._take()) is not None:
            try:
                handle(job)
            except Exception:
                _LOG.exception("job failed", step=job.step, key=job.key)
            self._put_down(job)

    def _take(self) -> Job | None:
        """Wait for a job that is due; None when the engine stops."""
        with self._change:
            while not self._stopping:
                job = self._first()
                pause = self._pause(job)
                if job is not None and pause <= 0:
                    self._in_hand.add(_name(job))
                    return self._waiting.pop(_name(job))
                self._change.wait(pause)
            return None

    def _put_down(self, job: Job) -> None:
        with self._change:
            self._in_hand.discard(_name(job))
            self._change.notify()  # an equal job may have waited for this one's end

    def _first(self) -> Job | None:
        """Give the waiting job that falls due first, leaving out twins of those in hand."""
        free = (job for name, job in self._waiting.items() if name not in self._in_hand)
        return min(free, key=_due, default=None)

    def _pause(self, job: Job | None) -> float:
        if job is None:
            return _LONGEST_NAP
        if job.not_before is None:
            return 0
        return min((job.not_before - self._clock()).total_seconds(), _LONGEST_NAP)


def _name(job: Job) -> tuple[str, str]:
    return job.step, job.key


def _due(job: Job) -> datetime:
    return job.not_before or _AT_ONCE


def _earlier(one: Job, other: Job) -> Job:
    return replace(one, not_before=min(one, other, key=_due).not_before)
