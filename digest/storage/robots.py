"""What do the robots.txt of these origins say, as they were last read?"""

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import Connection, select

from digest.model.robots import Robots
from digest.storage.asking_tables import robots
from digest.storage.sources import chunks
from subscribers.upserts import put


def robots_of(connection: Connection, origins: Iterable[str]) -> dict[str, Robots]:
    """What is known of these origins, however old?"""
    found: dict[str, Robots] = {}
    for chunk in chunks(dict.fromkeys(origins)):
        rows = connection.execute(select(robots).where(robots.c.origin.in_(chunk))).mappings()
        found.update((row["origin"], Robots(**row)) for row in rows)
    return found


def keep_robots(connection: Connection, news: Iterable[Robots]) -> None:
    """Remember what was read."""
    put(connection, robots, [asdict(one) for one in news])
