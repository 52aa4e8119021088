"""How does a sending go, at this moment and over the last half minute? For whoever looks on.

Read from the database alone, so that any process can watch what any other sends.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from sqlalchemy import Connection

from digest.model.delivery import Tally
from digest.model.issue import Issue, IssueState
from digest.model.pace import Why
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.pacing import wait_of
from digest.storage import issues, standings, tallies
from digest.storage.standings import Traffic

_WINDOW = timedelta(seconds=30)
_IDLE = timedelta(seconds=5)
"""Between two calls nobody holds a batch for a moment: that is no news."""
_SOON = timedelta(seconds=2)
_BY_THE_CLOCK = (Why.QUIET, Why.WARM_UP)
"""Waits of which the ledger says nothing."""
_OVER = (IssueState.SENT, IssueState.CANCELLED)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a sending goes."""

    issue_id: int
    name: str
    """`hebdo-sahel/12`."""
    state: IssueState
    at: datetime
    tally: Tally
    done: int
    """Recipients whose fate is known, or known to be in doubt."""
    rate: float | None
    """Recipients a second over the last half minute; None at the first look."""
    seconds_left: float | None
    """At that rate; None while nothing moves."""
    in_hand: int
    """Batches that a worker holds."""
    waits_for: str
    """Why nothing moves, in words; empty when something does, or when it is over."""
    over: bool
    """Nothing of it goes on by itself."""


class Speed:
    """How fast a count grows, over a window that moves with time."""

    def __init__(self) -> None:
        self._looks: deque[tuple[datetime, int]] = deque()
        self.changed_at: datetime | None = None
        """When the count was last seen to grow."""

    def note(self, at: datetime, count: int) -> float | None:
        """Take a look in; give the growth per second since the oldest look of the window."""
        if not self._looks or count != self._looks[-1][1]:
            self.changed_at = at
        self._looks.append((at, count))
        while len(self._looks) > 2 and at - self._looks[1][0] >= _WINDOW:
            self._looks.popleft()
        began, first = self._looks[0]
        seconds = (at - began).total_seconds()
        return (count - first) / seconds if seconds > 0 else None


class Watch:
    """Follows one issue, or all that are being sent."""

    def __init__(self, newsroom: Newsroom, issue_id: int | None = None) -> None:
        self._newsroom = newsroom
        self._only = issue_id
        self._speeds: dict[int, Speed] = {}
        self._shown = set[int]() if issue_id is None else {issue_id}

    def look(self) -> list[Standing]:
        """Say how the watched sendings go; one that was shown once is told of to its end."""
        now = self._newsroom.clock()
        with self._newsroom.database.read() as connection:
            found = [self._standing(connection, one, now) for one in self._watched(connection)]
        self._shown.update(one.issue_id for one in found if not one.over)
        return [one for one in found if one.issue_id in self._shown]

    def _watched(self, connection: Connection) -> Sequence[int]:
        if self._only is not None:
            return [self._only]
        return sorted({*self._shown, *tallies.unfinished_issues(connection)})

    def _standing(self, connection: Connection, issue_id: int, now: datetime) -> Standing:
        issue = issues.issue(connection, issue_id)
        tally = tallies.tally(connection, issue_id)
        traffic = standings.traffic(connection, issue_id, now)
        done = tally.planned - tally.waiting
        speed = self._speeds.setdefault(issue_id, Speed())
        rate = speed.note(now, done)
        over = is_over(issue, tally)
        idle = speed.changed_at is not None and now - speed.changed_at >= _IDLE
        return Standing(
            issue_id=issue_id,
            name=issues.named(issue),
            state=issue.state,
            at=now,
            tally=tally,
            done=done,
            rate=None if rate is None else round(rate, 1),
            seconds_left=round(tally.waiting / rate, 1) if rate and not over else None,
            in_hand=traffic.in_hand,
            waits_for="" if over else self._waits_for(connection, issue, traffic, now, idle=idle),
            over=over,
        )

    def _waits_for(
        self, connection: Connection, issue: Issue, traffic: Traffic, now: datetime, *, idle: bool
    ) -> str:
        wait = wait_of(connection, self._newsroom, issue, None, now)
        if wait is not None and wait.until is not None and wait.why in _BY_THE_CLOCK:
            return f"{wait.why}, until {wait.until:%Y-%m-%d %H:%M} UTC"
        return waits_for(issue.state, traffic, now, idle=idle)


def follow(watch: Watch, *, every: float, stop: Event) -> Iterator[list[Standing]]:
    """Look again every so many seconds until all is over, or until told to stop."""
    while True:
        standings_now = watch.look()
        yield standings_now
        if all(one.over for one in standings_now) or stop.wait(every):
            return


def is_over(issue: Issue, tally: Tally) -> bool:
    """Say whether nothing more will happen to an issue by itself: a draft is not sent either."""
    if issue.state is IssueState.DRAFT:
        return True
    return issue.state in _OVER and not tally.waiting


def waits_for(state: IssueState, traffic: Traffic, now: datetime, *, idle: bool) -> str:
    """Say what keeps a sending, most telling first; `idle` when nothing moved for some seconds."""
    if state is IssueState.APPROVED:
        return "its sending to begin"
    if traffic.paused_at is not None:
        return f"somebody to resume it: paused at {_hour(traffic.paused_at)}"
    if traffic.in_hand:
        return ""
    if traffic.free_at is not None and traffic.free_at - now > _SOON:
        return f"its pace: the next call at {_hour(traffic.free_at)}"
    if not traffic.due and traffic.next_at is not None:
        return f"{traffic.put_off} refused batches: the next try at {_hour(traffic.next_at)}"
    return "a worker: nobody is sending it, `digest resume` does" if idle else ""


def _hour(moment: datetime) -> str:
    return f"{moment:%H:%M:%S} UTC"
