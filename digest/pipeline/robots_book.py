"""What do robots.txt say, for all runs and workers? Read from the database, kept there."""

from collections.abc import Iterable

from sqlalchemy import Connection

from digest.collect.robots import origin_of
from digest.collect.urls import is_web
from digest.model.robots import Robots
from digest.storage.robots import keep_robots, robots_of
from subscribers.database import Database


class KeptRobots:
    """The robots.txt of origins that were looked up, and what a fetch read of others."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, Robots] = {}
        self._news: dict[str, Robots] = {}

    def look_up(self, connection: Connection, urls: Iterable[str]) -> None:
        """Get ready for these addresses."""
        wanted = {origin_of(url) for url in urls if is_web(url)} - self._known.keys()
        self._known |= robots_of(connection, wanted)

    def get(self, origin: str) -> Robots | None:
        """Give what is known of an origin, however old."""
        return self._known.get(origin)

    def put(self, robots: Robots) -> None:
        """Remember what was just read, here for now."""
        self._known[robots.origin] = self._news[robots.origin] = robots

    def save(self, connection: Connection) -> None:
        """Keep what was read, for all workers. What another thread puts meanwhile waits."""
        popped = (self._news.pop(origin, None) for origin in list(self._news))
        keep_robots(connection, [one for one in popped if one])
