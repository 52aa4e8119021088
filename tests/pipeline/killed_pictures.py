"""A draft that is killed when the second of its pictures would be kept."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from digest.pipeline.pictures import keep_pictures
from digest.storage import issues, pictures
from subscribers.database import Database
from tests.pipeline.gallery import kept_newsroom


def keep_and_die(url: str, folder: Path) -> None:
    """Keep the pictures of issue 1; die after one."""
    left, keep = 1, pictures.keep

    def keep_or_die(connection: Connection, *what: Any) -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        keep(connection, *what)

    pytest.MonkeyPatch().setattr(pictures, "keep", keep_or_die)
    database = Database(url)
    with database.read() as connection:
        issue = issues.issue(connection, 1)
    keep_pictures(kept_newsroom(database, folder), issue)
