"""A newsroom whose provider tells it later what became of mails; its clock is wound by hand."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from digest.clock import system_clock
from digest.deliver.provider import Call
from digest.model.delivery import Tally
from digest.model.event import Event, EventKind
from digest.model.issue import Issue
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.sending import resume, send, status
from digest.pipeline.settling import Settled, hear, settle_doubts
from subscribers.database import Database
from tests.deliver.courier import Answer, Courier
from tests.pipeline.clockwork import HandClock
from tests.pipeline.scene import QUICK, a_newsroom

HOUR = timedelta(hours=1)
MINUTES = timedelta(minutes=5)
"""When every call of the first minute is over."""
DAY = 25 * HOUR + timedelta(minutes=2)
"""When absence may prove something of a call that was made in the first minute."""


class NewsDesk:
    """One installation: a courier that is SendGrid to it, and the post with its events."""

    def __init__(
        self,
        database: Database,
        issue: Issue,
        *answers: Answer,
        key: str = "a key",
        name: str = "sendgrid",
        capacity: int = 2,
    ) -> None:
        self.issue = issue
        self.database = database
        self.clock = HandClock(system_clock())
        self.began = self.clock.now
        self.courier = Courier(*answers, name=name, capacity=capacity)
        keys = {"sendgrid": key} if key else {}
        plain = a_newsroom(database, lambda: self.courier, clock=self._tick)
        self.newsroom: Newsroom = replace(plain, event_keys=keys)

    def _tick(self) -> datetime:
        """No two looks at the clock are the same, as in life: calls have an order."""
        self.clock.now += timedelta(milliseconds=1)
        return self.clock.now

    def send(self) -> None:
        send(self.newsroom, self.issue.id, patience=QUICK)

    def resume(self) -> None:
        resume(self.newsroom, self.issue.id, patience=QUICK)

    def at(self, after: timedelta) -> "NewsDesk":
        """Put the clock on, counted from the start."""
        self.clock.now = self.began + after
        return self

    def settle(self) -> Settled:
        return settle_doubts(self.newsroom)

    def tell(self, *calls: Call) -> None:
        """Post an event of each reader of these calls."""
        hear(self.newsroom, news_of(calls))

    @property
    def tally(self) -> Tally:
        return status(self.newsroom, self.issue.id)[0].tally


def news_of(calls: Iterable[Call], kind: EventKind = EventKind.PROCESSED) -> Sequence[Event]:
    return [
        Event(
            provider="sendgrid",
            key=f"{call.attempt_id} {kind} {to.id}",
            attempt_id=call.attempt_id,
            subscriber_id=to.id,
            kind=kind,
            at=call.deadline,
            raw={},
        )
        for call in calls
        for to in call.to
    ]
