"""A run of collecting that is killed while it stores what a page said, some pages later."""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from digest.model.article import Entry
from digest.pipeline import filling
from digest.storage.articles import complete_article
from subscribers.database import Database
from tests.pipeline.rooms import Room


def main(root: str, url: str, feed: str, pages_before_death: str) -> None:
    """Collect from a feed; die in the transaction of one page more."""
    left = int(pages_before_death)

    def complete_or_die(connection: Connection, id_: int, entry: Entry, *, now: datetime) -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        complete_article(connection, id_, entry, now=now)

    pytest.MonkeyPatch().setattr(filling, "complete_article", complete_or_die)
    room = Room(root=Path(root), database=Database(url))
    room.feed(feed, full_text=True)
    room.collect()


if __name__ == "__main__":
    main(*sys.argv[1:])
