"""A move that is killed: in the middle of the copy, before the source is marked, after that."""

import os
import signal

import pytest

from digest.pipeline import moving
from digest.storage import copying, moved
from subscribers.database import Database
from tests.storage.everything import AT

POINTS = {
    "in the copy": (copying, "_count_on"),
    "before the source is marked": (moved, "close"),
    "before the copy is let in": (moving, "_let_in"),
}


def move_and_die(source: str, target: str, point: str) -> None:
    left = 9 if point == "in the copy" else 0  # tables

    def die(*_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(*POINTS[point], die)
        moving.move(Database(source), Database(target), lambda: AT)
