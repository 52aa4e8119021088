"""How often do threads take turns? Oftener while feeds are read and stored at once.

Whoever reads waits for a parser in another process again and again, and each time for its turn
after it; with Python's 5 ms a turn, parsers stand idle while one thread stores.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_TURN = 0.0005
"""Seconds: a sixth more feeds are collected in the same time; a tenth of it gains nothing."""
_lock = threading.RLock()
_usual: list[float] = []
"""What is put back, as often as somebody wants short turns now."""


@contextmanager
def short_turns() -> Iterator[None]:
    """Have this process's threads take short turns, until nobody wants them any more."""
    with _lock:
        _usual.append(_usual[0] if _usual else sys.getswitchinterval())
        sys.setswitchinterval(_TURN)
    try:
        yield
    finally:
        with _lock:
            before = _usual.pop()
            if not _usual:
                sys.setswitchinterval(before)
