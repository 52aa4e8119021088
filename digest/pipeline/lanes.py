"""How do all workers mail one issue together? Each joins it in one lane.

A lane is a job that any worker may take; a worker that is at the issue already drops it. So each
machine's part is one round of calls, and the ledger's claims share the batches out.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Lock

import structlog
from sqlalchemy.exc import DBAPIError

from digest.deliver.pace import JOB
from digest.deliver.workers import is_dead
from digest.engine.jobs import Engine, Job
from digest.errors import DigestError
from digest.model.pace import Wait
from digest.pipeline.desk import Desk
from digest.pipeline.sending import resume
from digest.storage import lanes
from subscribers.database import is_away

JOIN = "join"
"""The step that joins a sending, whoever began it."""
LANES = 8
"""How many are offered at once. Some are dropped by workers that are at it; whoever found none asks
for more at its next look.
"""
REST = timedelta(minutes=5)
"""How long all workers leave a sending alone that a fault stopped."""
WAIT = timedelta(seconds=30)
"""How long they leave one alone whose work could not be finished and did not fail."""

_LOG = structlog.get_logger(__name__)


class Lanes:
    """This process's part in all sendings."""

    def __init__(self, desk: Desk, engine: Engine) -> None:
        self._desk = desk
        self._engine = engine
        self._in_hand: Counter[int] = Counter()
        self._lock = Lock()

    def look(self) -> None:
        """Ask for a lane of each sending that wants hands and has not ours."""
        for issue_id in self._wanting():
            if not self._in_hand[issue_id]:
                self.offer(issue_id)

    def offer(self, issue_id: int) -> None:
        """Call all workers to an issue."""
        for lane in range(1, LANES + 1):
            self._engine.enqueue(Job(step=JOIN, key=f"{issue_id} {lane}"))

    def join(self, job: Job) -> None:
        """Take a lane: mail until nothing is left. Ends at once where there is nothing to do."""
        issue_id = int(job.key.partition(" ")[0])
        newsroom = self._desk.newsroom
        try:
            with self.at(issue_id) as alone:
                if alone and not newsroom.stopping.is_set() and issue_id in self._wanting():
                    reports = resume(newsroom, issue_id, manner=JOB)
                    self.leave(issue_id, reports[0].waits if reports else None)
        except DigestError as error:
            _LOG.warning("sending stopped", issue=issue_id, why=str(error))
        except DBAPIError as fault:
            if not is_away(fault):
                raise
            _LOG.warning("the database went away in mid-sending", issue=issue_id)

    @contextmanager
    def at(self, issue_id: int) -> Iterator[bool]:
        """Be at an issue: True when nobody else of this process is. A fault lets the issue rest."""
        with self._lock:
            alone = not self._in_hand[issue_id]
            self._in_hand[issue_id] += 1
        try:
            yield alone
        except Exception as fault:
            if not is_away(fault):  # else the next look goes on
                self._rest(issue_id, REST)
            raise
        finally:
            with self._lock:
                self._in_hand[issue_id] -= 1

    def leave(self, issue_id: int, wait: Wait | None) -> None:
        """Let an issue rest that could not be finished: it waits for something.

        What it waits for may be changed: not even a night's quiet hours are slept through.
        """
        now = self._desk.newsroom.clock()
        if wait is not None and wait.until is not None:
            self._rest(issue_id, max(timedelta(0), min(REST, wait.until - now)))
        elif issue_id in self._wanting():
            self._rest(issue_id, WAIT)

    def _rest(self, issue_id: int, span: timedelta) -> None:
        newsroom = self._desk.newsroom
        if newsroom.stopping.is_set():
            return
        with newsroom.database.write() as connection:
            lanes.rest(connection, issue_id, newsroom.clock() + span)

    def _wanting(self) -> list[int]:
        newsroom = self._desk.newsroom
        with newsroom.database.read() as connection:
            return lanes.wanting(connection, newsroom.clock(), is_dead)
