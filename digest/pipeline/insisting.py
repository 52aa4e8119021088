"""How is something written down that only this process knows, while the database is away?"""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError

from subscribers.database import is_away

WAITS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before each further try: a server's restart takes a few, a failover about a minute."""
Written = TypeVar("Written")
_LOG = structlog.get_logger(__name__)


def insist(write: Callable[[], Written], waits: Sequence[float] = WAITS) -> Written:
    """Do a transaction, again where its server was away; it has to be harmless to do twice."""
    for wait in waits:
        try:
            return write()
        except DBAPIError as failure:
            if not is_away(failure):
                raise
            _LOG.warning("the database is away, trying again", seconds=wait)
        time.sleep(wait)
    return write()
