"""A run of collecting that is killed in the middle of a transaction, some sources later."""

import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import Connection

from digest.model.source import SourceState
from digest.pipeline import web_sources
from digest.storage.sources import save_source_state
from subscribers.database import Database
from tests.pipeline.rooms import Room


def collect_and_die(root: Path, url: str, sources_before_death: int, *feeds: str) -> None:
    """Collect from feeds; die when the state of one source more would be saved."""
    left = sources_before_death

    def save_or_die(connection: Connection, state: SourceState) -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        save_source_state(connection, state)

    pytest.MonkeyPatch().setattr(web_sources, "save_source_state", save_or_die)
    room = Room(root=root, database=Database(url))
    for number, feed in enumerate(feeds):
        room.feed(feed, name=f"s{number}")
    room.collect()
