"""How does each source stand?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from digest.collect.waits import NEVER, fresh
from digest.model.source import SourceState
from digest.pipeline.newsroom import Newsroom
from digest.schedule.values import Source
from digest.storage.sources import source_states


@dataclass(frozen=True, kw_only=True)
class SourceStanding:
    """How one source stands."""

    source: str
    kind: str
    """`feed` or `folder`."""
    last_success: datetime | None
    next_time: datetime | None
    """None: at the next run, if it is not stopped."""
    stopped: bool
    """Gone for good: not asked again until schedule.yaml names another address."""
    error: str = ""
    """In words."""


def standing(newsroom: Newsroom) -> tuple[SourceStanding, ...]:
    """Say how each source of schedule.yaml stands."""
    with newsroom.database.read() as connection:
        states = source_states(connection)
    now = newsroom.clock()
    return tuple(_standing(source, states, now) for source in newsroom.schedule.sources)


def _standing(source: Source, states: Mapping[str, SourceState], now: datetime) -> SourceStanding:
    known = states.get(source.name, SourceState(name=source.name))
    state = fresh(known, source.feed or source.folder)
    return SourceStanding(
        source=source.name,
        kind="feed" if source.feed else "folder",
        last_success=state.succeeded_at,
        next_time=_next_time(state, now),
        stopped=state.not_before == NEVER,
        error=state.error,
    )


def _next_time(state: SourceState, now: datetime) -> datetime | None:
    waits = state.not_before is not None and now < state.not_before < NEVER
    return state.not_before if waits else None
