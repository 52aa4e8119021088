"""How does each source stand: what it gave, what of it was of use, and whether it fell silent?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.collect.silence import is_silent, patience_with, rhythm_of
from digest.collect.waits import NEVER, fresh
from digest.compose.told import told_by
from digest.model.source import SourceState
from digest.pipeline.newsroom import Newsroom
from digest.schedule.values import Source
from digest.storage import health, issues
from digest.storage.sources import source_states

LOOKED_BACK = timedelta(days=90)
"""Over how long articles are counted, and the rhythm is heard."""
_MOMENTS = 21
"""Articles whose dates make a rhythm: twenty pauses."""


@dataclass(frozen=True, kw_only=True)
class SourceStanding:
    """How one source stands."""

    source: str
    kind: str
    """The key that it has in schedule.yaml: `feed`, `page`, `folder` …"""
    matters: bool
    """schedule.yaml says that the issue needs it."""
    last_success: datetime | None
    last_article: datetime | None
    """When the latest thing that it gave appeared."""
    rhythm_hours: float | None
    """Median pause between its articles; None while too few are known."""
    silent: bool
    """No article for three such pauses and two days at least, or for as long as schedule.yaml says;
    a source without a rhythm is silent while it can't be read.
    """
    next_time: datetime | None
    """None: at the next run, if it is not stopped."""
    stopped: bool
    """Gone for good: not asked again until schedule.yaml names another address."""
    failures: int
    """In a row."""
    received: int
    """Articles of the last 90 days."""
    whole: int
    """Of them, those with their full text."""
    used: int
    """Of those in approved and sent issues of the last 90 days, those that it gave."""
    error: str = ""
    """In words."""

    @property
    def trouble(self) -> int:
        """Rank its trouble: 0 is the worst, and then what matters comes first."""
        ranks = (self.silent and self.matters, self.stopped, bool(self.error), self.silent)
        return 2 * next((rank for rank, so in enumerate(ranks) if so), 4) + (not self.matters)


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What is known of all sources."""

    states: Mapping[str, SourceState]
    yields: Mapping[str, health.Yield]
    moments: Mapping[str, list[datetime]]
    older: Mapping[str, datetime]
    """The latest article of a source that gave none of late."""
    used: Mapping[str, int]
    now: datetime


def standing(newsroom: Newsroom, only: Collection[str] = ()) -> tuple[SourceStanding, ...]:
    """Say how each source of schedule.yaml, or `only` these, stands: those in trouble first.

    Six questions are asked, however many sources there are.
    """
    sources = [one for one in newsroom.schedule.sources if not only or one.name in only]
    with newsroom.database.read() as connection:
        known = _known(connection, [one.name for one in sources], only, newsroom.clock())
    found = (_standing(source, known) for source in sources)
    return tuple(sorted(found, key=lambda one: one.trouble))


def standing_of(newsroom: Newsroom, source: Source) -> SourceStanding:
    """Say how one source stands."""
    [found] = standing(newsroom, [source.name])
    return found


def _known(
    connection: Connection, names: list[str], only: Collection[str], now: datetime
) -> _Known:
    since = now - LOOKED_BACK
    yields = health.yields(connection, since, only)
    return _Known(
        states=source_states(connection),
        yields=yields,
        moments=health.latest_moments(connection, since, _MOMENTS, only),
        older=health.newest_of(connection, [name for name in names if name not in yields]),
        used=health.givers(connection, told_by(issues.told_since(connection, since)).articles),
        now=now,
    )


def _standing(source: Source, known: _Known) -> SourceStanding:
    name, now = source.name, known.now
    state = fresh(known.states.get(name, SourceState(name=name)), source.remembered_as)
    gave = known.yields.get(name)
    newest = gave.newest if gave else known.older.get(name)
    rhythm = rhythm_of(known.moments.get(name, ()))
    patience = patience_with(rhythm, source.silent_after)
    return SourceStanding(
        source=name,
        kind=source.kind,
        matters=source.matters,
        last_success=state.succeeded_at,
        last_article=newest,
        rhythm_hours=None if rhythm is None else round(rhythm.total_seconds() / 3600, 1),
        silent=is_silent(
            newest, patience, asked=state.checked_at, succeeded=state.succeeded_at, now=now
        ),
        next_time=_next_time(state, now),
        stopped=state.not_before == NEVER,
        failures=state.failures,
        received=gave.received if gave else 0,
        whole=gave.whole if gave else 0,
        used=known.used.get(name, 0),
        error=state.error,
    )


def _next_time(state: SourceState, now: datetime) -> datetime | None:
    """Say when a source is asked by itself: its server's wish counts, and its rhythm."""
    told = [at for at in (state.not_before, state.due_at) if at is not None]
    latest = max(told, default=now)
    return latest if now < latest < NEVER else None
