"""When may the next call begin? A row a name, shared by all workers on all machines.

Whoever limits himself to a rate locks its row before he claims; who only asks locks nothing.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from digest.storage.tables import paces
from subscribers.upserts import insert_if_absent

WARM_UP = "warm-up"
"""The row that is locked while a day's recipients are counted; its moment says nothing."""


def of_provider(provider: str) -> str:
    """Name a provider's row."""
    return f"provider:{provider}"


def of_issue(issue_id: int) -> str:
    """Name an issue's row."""
    return f"issue:{issue_id}"


def free_at(connection: Connection, name: str) -> datetime | None:
    """Give when the next call under a name may begin; None: nobody limits it. Locks nothing."""
    return connection.scalar(select(paces.c.free_at).where(paces.c.name == name))


def lock(connection: Connection, names: Iterable[str], now: datetime) -> None:
    """Let nobody else claim under these names until the transaction ends; always in one order."""
    for name in sorted(names):
        locked = select(paces.c.name).where(paces.c.name == name).with_for_update()
        if connection.scalar(locked) is None:
            insert_if_absent(connection, paces, name=name, free_at=now)
            connection.scalar(locked)


def push(connection: Connection, name: str, free_at: datetime) -> None:
    """Let the next call under a name, which is locked, begin then."""
    connection.execute(update(paces).where(paces.c.name == name).values(free_at=free_at))


def hold(connection: Connection, name: str, until: datetime) -> None:
    """Let no call under a name begin before `until`; a longer hold stays."""
    if not insert_if_absent(connection, paces, name=name, free_at=until):
        shorter = update(paces).where(paces.c.name == name, paces.c.free_at < until)
        connection.execute(shorter.values(free_at=until))


def forget(connection: Connection, name: str) -> None:
    """Let the next call under a name begin at once."""
    connection.execute(delete(paces).where(paces.c.name == name))
