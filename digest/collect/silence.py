"""How often does a source give something, and has it fallen silent? Pure: moments in."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

AT_ONCE = timedelta(hours=1)
"""What came within it came at once: five pieces on a Friday are one sign of life."""
FEWEST = 3
"""Moments that a rhythm needs."""
PAUSES = 3
"""So many pauses of its rhythm without a new article are a silence."""
SHORTEST = timedelta(days=2)
"""No silence is shorter: an agency may rest on a Sunday."""


def rhythm_of(moments: Iterable[datetime]) -> timedelta | None:
    """Give the median pause between articles, by their dates; None when too few are known.

    What came at once is taken for one; of a source that never pauses for so long, that hour.
    """
    ordered = sorted(set(moments))
    if len(ordered) < FEWEST:
        return None
    pauses = [later - earlier for earlier, later in pairwise(ordered)]
    real = sorted(pause.total_seconds() for pause in pauses if pause >= AT_ONCE)
    return timedelta(seconds=median(real)) if real else AT_ONCE


def patience_with(rhythm: timedelta | None, silent_after: timedelta | None) -> timedelta | None:
    """Say after how long without an article a source is silent; None when nobody can say.

    `silent_after` is the editor's own word, which counts before its rhythm.
    """
    if silent_after is not None:
        return silent_after
    return None if rhythm is None else max(PAUSES * rhythm, SHORTEST)


def is_silent(
    newest: datetime | None,
    patience: timedelta | None,
    *,
    asked: datetime | None,
    succeeded: datetime | None,
    now: datetime,
) -> bool:
    """Say whether a source has fallen silent, or never spoke though it was asked.

    One of which no rhythm is known is silent while it never could be read, or not for two days.
    """
    if newest is not None and patience is not None:
        return now - newest > patience
    if asked is None:
        return False
    if succeeded is None:
        return True
    return now - succeeded > (patience or SHORTEST)
