"""Who is asking which host? A row a host, so that no two workers ask one at once.

A claim ends when it is given back, when its lease is past, or when its process is dead for sure.
Leases are compared with the claimer's clock, as paces are.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from digest.storage.asking_tables import claims
from digest.storage.sources import chunks
from subscribers.database import alone

_CLAIMING = "claim hosts"


def claim(
    connection: Connection,
    names: Iterable[str],
    *,
    worker: str,
    run: str,
    now: datetime,
    until: datetime,
    dead: Callable[[str], bool],
) -> set[str]:
    """Take what nobody holds; give what was taken. What this run holds already is not given."""
    alone(connection, _CLAIMING)
    taken: set[str] = set()
    for chunk in chunks(dict.fromkeys(names)):
        held = _held(connection, chunk, now, dead)
        free = [name for name in chunk if name not in held]
        if free:
            connection.execute(delete(claims).where(claims.c.name.in_(free)))
            rows = [
                {"name": name, "worker": worker, "run": run, "lease_until": until} for name in free
            ]
            connection.execute(insert(claims), rows)
        taken.update(free)
    return taken


def renew(connection: Connection, run: str, until: datetime) -> None:
    """Keep all that a run holds."""
    connection.execute(update(claims).where(claims.c.run == run).values(lease_until=until))


def give_back(connection: Connection, run: str, names: Iterable[str]) -> None:
    """Let others take these; what another run took meanwhile stays its."""
    for chunk in chunks(names):
        mine = (claims.c.run == run) & claims.c.name.in_(chunk)
        connection.execute(delete(claims).where(mine))


def give_all_back(connection: Connection, run: str) -> None:
    """Let others take all that a run holds."""
    connection.execute(delete(claims).where(claims.c.run == run))


def _held(
    connection: Connection, names: list[str], now: datetime, dead: Callable[[str], bool]
) -> set[str]:
    rows = connection.execute(select(claims).where(claims.c.name.in_(names)))
    return {row.name for row in rows if row.lease_until > now and not dead(row.worker)}
