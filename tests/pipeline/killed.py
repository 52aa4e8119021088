"""A run of collecting that is killed in the middle of a transaction, some transactions later."""

import os
import signal
from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlalchemy import Connection

from digest.model.source import SourceState
from digest.pipeline import polling, web_sources
from digest.storage.sources import save_source_states
from subscribers.database import Database
from tests.pipeline.rooms import Room


def collect_and_die(root: Path, url: str, stored_before_death: int, *feeds: str) -> None:
    """Collect from feeds, two a transaction; die when the states of one more would be saved."""
    left = stored_before_death

    def save_or_die(connection: Connection, states: Iterable[SourceState]) -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        save_source_states(connection, states)

    patch = pytest.MonkeyPatch()
    patch.setattr(web_sources, "save_source_states", save_or_die)
    patch.setattr(polling, "_TOGETHER", 2)
    room = Room(root=root, database=Database(url))
    for number, feed in enumerate(feeds):
        room.feed(feed, name=f"s{number}")
    room.collect()
