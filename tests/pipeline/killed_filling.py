"""A run of collecting that is killed while it stores what a page said, some pages later."""

import os
import signal
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from digest.model.article import Entry
from digest.pipeline import filling
from digest.storage.articles import complete_article
from subscribers.database import Database
from tests.pipeline.rooms import Room


def fill_and_die(root: Path, url: str, feed: str, pages_before_death: int) -> None:
    """Collect from a feed; die in the transaction of one page more."""
    left = pages_before_death

    def complete_or_die(connection: Connection, id_: int, entry: Entry, *, now: datetime) -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        complete_article(connection, id_, entry, now=now)

    pytest.MonkeyPatch().setattr(filling, "complete_article", complete_or_die)
    room = Room(root=root, database=Database(url))
    room.feed(feed, full_text=True)
    room.collect()
