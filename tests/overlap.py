"""Two transactions at once, in an order that a test decides."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from sqlalchemy import Connection

from subscribers.database import Database

One = TypeVar("One")
Other = TypeVar("Other")
_LONG_ENOUGH = 0.3
"""Seconds after which a transaction that has not ended waits for another one."""


def overlapping(
    database: Database, first: Callable[[Connection], One], second: Callable[[], Other]
) -> tuple[One, Other]:
    """Begin `second` when `first` has done its work and not yet committed it; give what each gave.

    SQLite lets no second writer begin; PostgreSQL lets it run until it meets what the first holds.
    """
    with ThreadPoolExecutor(1) as pool:
        with database.write() as connection:
            one = first(connection)
            running = pool.submit(second)
            wait([running], _LONG_ENOUGH)
        return one, running.result(30)
