"""How often is a source asked? As often as it publishes; pure, chance and moments are arguments.

Like Miniflux's entry frequency: what came lately says what will come. A source that is silent for
longer than usual is asked less and less; each is asked once shortly before a draft is made.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from digest.model.source import SourceState

SHORTEST = timedelta(minutes=15)
LONGEST = timedelta(days=1)
UNKNOWN = timedelta(hours=1)
"""Between two requests of a source whose rhythm is not known yet."""
LOOKED_BACK = timedelta(days=60)
"""How far back articles tell a rhythm."""
LEAD = timedelta(minutes=30)
"""Before a draft each source is asked, not earlier than this and not later than half of it."""
_ARTICLES = 30
_SILENCE = 10
"""A source is asked ten times in as long again as it has been silent."""


def rhythm(moments: Iterable[datetime], now: datetime) -> timedelta | None:
    """Give the mean time between a source's last articles; None where fewer than two tell it."""
    past = sorted({at for at in moments if now - LOOKED_BACK <= at <= now})[-_ARTICLES:]
    return (past[-1] - past[0]) / (len(past) - 1) if len(past) > 1 else None


def interval(state: SourceState, now: datetime) -> timedelta:
    """Give the time to leave between two requests: 15 minutes to a day.

    Half of its rhythm, so that an article waits half as long as the next one is away.
    """
    step = timedelta(seconds=state.rhythm) / 2 if state.rhythm else UNKNOWN
    silent = now - state.changed_at if state.changed_at else timedelta()
    return min(max(step, silent / _SILENCE, SHORTEST), LONGEST)


def next_time(
    state: SourceState, now: datetime, *, drafts: Iterable[datetime], chance: float
) -> datetime:
    """Give when to ask a source that was asked now; ± 10 % by `chance` in [0, 1).

    `drafts` are the next moments at which drafts are made.
    """
    by_rhythm = now + interval(state, now) * (0.9 + 0.2 * chance)
    before = (draft - LEAD * (0.5 + 0.5 * chance) for draft in drafts)
    return min([by_rhythm, *(at for at in before if at > now)])
