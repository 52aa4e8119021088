"""When may the next call be made? One provider's word holds for all its workers."""

import time
from threading import Event, Lock
from typing import Protocol


class Pace(Protocol):
    """What workers ask before each call."""

    def wait(self, stop: Event) -> None:
        """Wait until a call may be made, or until told to stop."""

    def hold(self, seconds: float) -> None:
        """Let nobody call for so long: the provider asked for it."""


class LocalPace:
    """Holds the threads of one process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._until = 0.0

    def wait(self, stop: Event) -> None:
        """Wait until the hold is over, or until told to stop."""
        while (left := self._until - time.monotonic()) > 0 and not stop.wait(left):
            pass

    def hold(self, seconds: float) -> None:
        """Let nobody call for so long."""
        with self._lock:
            self._until = max(self._until, time.monotonic() + seconds)
