"""May a public form be used again? One moment a user (GCRA, ITU-T I.371), by keyed hash.

`free_at` runs ahead of the clock by `each` at every use; who is ahead by more than `burst` uses
has to wait. A refusal writes nothing, so that a flood costs a look-up a request.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from digest.storage.reader_tables import quotas
from subscribers.upserts import insert_if_absent

_row = quotas.c


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """How often something may be done."""

    each: timedelta
    """In the long run once in so long."""
    burst: int
    """So often at once, by who has not done it for long."""


def wait(connection: Connection, key: str, allowance: Allowance, now: datetime) -> timedelta:
    """Say how long a use has to wait; zero: it may be taken."""
    free_at = connection.scalar(select(_row.free_at).where(_row.key == key))
    return _wait(free_at, allowance, now)


def take(connection: Connection, key: str, allowance: Allowance, now: datetime) -> timedelta:
    """Take a use, unless it has to wait for so long."""
    mine = select(_row.free_at).where(_row.key == key).with_for_update()
    free_at = connection.scalar(mine)
    if free_at is None and not insert_if_absent(connection, quotas, key=key, free_at=now):
        free_at = connection.scalar(mine)  # another was faster
    waits = _wait(free_at, allowance, now)
    if not waits:
        ahead = max(free_at or now, now) + allowance.each
        connection.execute(update(quotas).where(_row.key == key).values(free_at=ahead))
    return waits


def forget_free(connection: Connection, before: datetime) -> int:
    """Delete who was free before a moment: without a row they are as free."""
    return connection.execute(delete(quotas).where(_row.free_at < before)).rowcount


def _wait(free_at: datetime | None, allowance: Allowance, now: datetime) -> timedelta:
    if free_at is None:
        return timedelta(0)
    return max(timedelta(0), free_at - now - allowance.each * (allowance.burst - 1))
