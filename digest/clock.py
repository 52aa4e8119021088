"""What time is it? The only file that reads the machine's clock."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Gives the present moment, aware, in UTC."""


def system_clock() -> datetime:
    """Give the present moment in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one reading of the clock
