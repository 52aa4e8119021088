"""How do several workers share the hosts out? Each claims those it asks, in the database.

A host is asked by one run at a time, over no more than its two connections; so no two runs ask one
source at once either. A run that was killed holds its hosts until its lease is past; on this
machine its death is seen at once.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from secrets import token_hex
from threading import Lock
from typing import Self

from sqlalchemy import Connection

from digest.deliver.workers import is_dead, this_worker
from digest.pipeline.newsroom import Newsroom
from digest.storage import claims

LEASE = timedelta(minutes=2)
"""How long a claim stands without a sign of life: no single answer takes longer to be taken."""
PAUSE = 1.0
"""Seconds before what others hold is tried again."""
TRIES = 60
"""After which it is left to them."""


class HostClaims:
    """What one run holds; all of it is given back at the end."""

    def __init__(self, newsroom: Newsroom) -> None:
        self._newsroom = newsroom
        self._run = token_hex(8)
        self._worker = this_worker()
        self._renewed_at = newsroom.clock()
        self._lock = Lock()  # what is followed is asked by threads of its own
        self._held: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._newsroom.database.write() as connection:
            claims.give_all_back(connection, self._run)

    def take(self, connection: Connection, hosts: Iterable[str]) -> set[str]:
        """Claim what nobody holds; give what was claimed."""
        now = self._newsroom.clock()
        taken = claims.claim(
            connection,
            hosts,
            worker=self._worker,
            run=self._run,
            now=now,
            until=now + LEASE,
            dead=is_dead,
        )
        with self._lock:
            self._held |= taken
        return taken

    @contextmanager
    def alone(self, name: str, *, tries: int = 1) -> Iterator[bool]:
        """Be the only run that reads a folder or mailbox; False: another one still reads it after
        so many tries, a PAUSE from one to the next.
        """
        taken = self._take_one(name)
        while not taken and (tries := tries - 1) > 0 and not self._newsroom.stopping.wait(PAUSE):
            taken = self._take_one(name)
        try:
            yield bool(taken)
        finally:
            with self._newsroom.database.write() as connection:
                self.give_back(connection, taken)

    def _take_one(self, name: str) -> set[str]:
        with self._newsroom.database.write() as connection:
            return self.take(connection, [name])

    def mine(self, hosts: Iterable[str]) -> set[str]:
        """Give those of these hosts that this run holds."""
        with self._lock:
            return self._held.intersection(hosts)

    def renew(self) -> None:
        """Give a sign of life, when the last one is a while ago."""
        now = self._newsroom.clock()
        if now - self._renewed_at < LEASE / 4:
            return
        self._renewed_at = now
        with self._newsroom.database.write() as connection:
            claims.renew(connection, self._run, now + LEASE)

    def give_back(self, connection: Connection, hosts: Iterable[str]) -> None:
        """Let others ask these."""
        gone = list(hosts)
        claims.give_back(connection, self._run, gone)
        with self._lock:
            self._held.difference_update(gone)
