"""Wait for what another thread or process does, in tests that must not guess how long it takes."""

import time
from collections.abc import Callable


def wait_until(happened: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Look again and again whether it happened.

    Raises:
        AssertionError: it did not, within the seconds.
    """
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.02)
