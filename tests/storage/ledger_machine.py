"""A sending as a model drives it: workers, two providers, a webhook with an ear, people who err.

The model is honest: events exist of true acceptances only, and are lost for good only when we were
deaf as long as they were posted. Everything else may happen in any order.
"""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import select, update

from digest.deliver.batches import Patience
from digest.deliver.provider import Call, Receipt
from digest.errors import ConflictError
from digest.model.delivery import Batch, BatchState, Doubt, Outcome
from digest.model.event import Event, EventKind
from digest.pipeline import calling, pacing
from digest.pipeline.doubts import resolve
from digest.pipeline.rounds import Brake, Round
from digest.pipeline.settling import hear
from digest.storage import issues, ledger, tables
from subscribers import tables as readership
from subscribers.database import Database
from subscribers.suppressions import hash_of
from subscribers.upserts import insert_if_absent
from tests.deliver.calls import a_letter
from tests.deliver.courier import Courier
from tests.pipeline.scene import SECRET, a_newsroom, address_of, enrol
from tests.storage import ledgers
from tests.storage.ledgers import EDITION, ISSUE, NOW

READERS = 9
POSTED = timedelta(hours=24)
"""How long a webhook tries to post an event."""
_SOON = Patience(tries=3, first_wait=0, longest_wait=0)


@dataclass
class Posted:
    """An event on its way to us."""

    event: Event
    born: datetime


@dataclass
class Truth:
    """What really happened, and what a person or a death of a worker excuses."""

    mailed: dict[str, frozenset[int]] = field(default_factory=dict)
    """Whom each attempt mailed."""
    erred: Counter[int] = field(default_factory=Counter)
    """How often a person said `again` of a mail that they had."""
    conceded: set[int] = field(default_factory=set)
    """Counted as sent with the others of their call, though nobody can say so."""

    def counts(self) -> Counter[int]:
        return Counter(reader for readers in self.mailed.values() for reader in readers)


class Sending:
    """One issue that is being sent by two workers through two providers."""

    def __init__(self, database: Database) -> None:
        self.database, self.now, self.truth = database, NOW, Truth()
        self.listening, self.gone = True, set[int]()
        self.posted: list[Posted] = []
        self.heard: list[Event] = []
        with database.write() as connection:
            ledgers.empty(connection)
            ledgers.begin_sending(connection, sizes=[1, 1, 1, 1, 1, 2, 2])
        enrol(database, READERS)
        plain = a_newsroom(database, clock=lambda: self.now)
        self.newsroom = replace(plain, event_keys={"sendgrid": "a key"})
        self.rounds = [self._round("sendgrid"), self._round("smtp")]
        self.claims: list[tuple[Round, Batch]] = []
        self.calls: list[tuple[Round, Batch, Call]] = []
        self.answers: list[tuple[Round, Batch, Call, Receipt]] = []

    def _round(self, provider: str) -> Round:
        with self.database.read() as connection:
            issue = issues.issue(connection, ISSUE)
        return Round(
            newsroom=self.newsroom,
            issue=issue,
            letters={EDITION: a_letter()},
            provider=Courier(name=provider),
            patience=_SOON,
            brake=Brake(_SOON),
            worker=f"worker at {provider}",
        )

    def is_ready(self) -> bool:
        """Say whether a batch waits to be claimed, so that a step is not wasted."""
        waits = tables.batches.c.state == BatchState.READY
        with self.database.read() as connection:
            return connection.scalar(select(tables.batches.c.id).where(waits).limit(1)) is not None

    def claim(self, *, relay: bool) -> None:
        round_ = self.rounds[relay]
        batch = pacing.claim(round_)
        if isinstance(batch, Batch):
            self.claims.append((round_, batch))

    def intend(self, at: int = 0) -> Call | None:
        round_, batch = self.claims.pop(at % len(self.claims))
        self.now += timedelta(milliseconds=1)  # two calls never begin at once
        deadline = self.now + round_.longest_call
        to = calling._intend(round_, batch, self.now, deadline)
        if not to:
            return None
        call = calling._call(round_, batch, to, deadline)
        self.calls.append((round_, batch, call))
        return call

    def call(self, at: int, receipt: Receipt, *, really: bool) -> None:
        """Let a provider take a call: SendGrid all that it is asked to or nobody, a relay any."""
        round_, batch, call = self.calls.pop(at % len(self.calls))
        whole = round_.provider.name == "sendgrid"
        answer = _fitting(receipt, call, whole=whole)
        if self.now > call.deadline:
            answer = Receipt(outcome=Outcome.REFUSED, detail="not called")
        took = _taken(answer, call, really=really)
        self.truth.mailed[call.attempt_id] = took
        self.posted += [self._news(call, reader) for reader in sorted(took) if whole]
        self.answers.append((round_, batch, call, answer))

    def mail_one(self, receipt: Receipt, *, really: bool) -> bool:
        """Let a SendGrid worker do all its steps for a batch; False when there is none to do."""
        before = len(self.claims)
        self.claim(relay=False)
        if len(self.claims) == before:
            return False
        if self.intend(-1) is not None:
            self.call(-1, receipt, really=really)
            self.answer(-1)
        return True

    def _news(self, call: Call, reader: int) -> Posted:
        event = Event(
            provider="sendgrid",
            key=f"{call.attempt_id} {reader}",
            attempt_id=call.attempt_id,
            subscriber_id=reader,
            kind=EventKind.PROCESSED,
            at=self.now,
            raw={},
        )
        return Posted(event=event, born=self.now)

    def answer(self, at: int = 0) -> None:
        """Let an answer arrive, however late."""
        round_, batch, call, receipt = self.answers.pop(at % len(self.answers))
        calling._settle(round_, batch, call, receipt)

    def lose(self, at: int = 0) -> None:
        """Let a worker die with the answer in its hand: who was not in the request is lost sight
        of when the others turn out to have been mailed.
        """
        _, _, call, _ = self.answers.pop(at % len(self.answers))
        self._concede(call.attempt_id, frozenset(to.id for to in call.to))

    def _concede(self, attempt: str, readers: frozenset[int]) -> None:
        mailed = self.truth.mailed.get(attempt, frozenset())
        self.truth.conceded |= readers - mailed if mailed & readers else frozenset()

    def decide(self, doubt: Doubt, *, careless: bool) -> None:
        """Let a person look a doubt up at the provider; what that shows in part counts as sent."""
        attempt, readers = doubt.attempt.origin_id or doubt.attempt.id, {*doubt.recipient_ids}
        had = self.truth.mailed.get(attempt, frozenset()) & readers
        with suppress(ConflictError):
            resolve(self.newsroom, doubt.batch.id, sent=bool(had) and not careless)
            if careless:
                self.truth.erred.update(had)
            else:
                self._concede(attempt, frozenset(readers))

    def revive(self) -> None:
        """Let what was refused too often be tried again."""
        with self.database.write() as connection:
            ledger.revive(connection, ISSUE)

    def leave(self, reader: int, *, for_good: bool) -> None:
        """Let a reader unsubscribe, or never be mailed again."""
        self.gone.add(reader)
        place = readership.subscriptions.c
        with self.database.write() as connection:
            if for_good:
                hashed = hash_of(SECRET, address_of(reader))
                row = {"address_hash": hashed, "reason": "admin", "origin": "", "at": self.now}
                insert_if_absent(connection, readership.suppressions, **row)
            else:
                left = update(readership.subscriptions).where(place.subscriber_id == reader)
                connection.execute(left.values(state="unsubscribed"))

    def post(self, chosen: Iterable[Posted]) -> None:
        """Let events arrive, if we are not deaf."""
        if self.listening:
            arrived = list(chosen)
            self.posted = [one for one in self.posted if one not in arrived]
            hear(self.newsroom, [one.event for one in arrived])
            self.heard += [one.event for one in arrived]

    def pass_time(self, step: timedelta) -> None:
        """Go on; whatever was posted to open ears until its time was over has arrived."""
        end = self.now + step
        over = [one for one in self.posted if one.born + POSTED <= end]
        if self.listening:
            self.post(over)
        else:
            self.posted = [one for one in self.posted if one not in over]
        self.now = end

    def turn_ears(self) -> None:
        """Go deaf, after what was posted has arrived; or hear again."""
        self.post(self.posted)
        self.listening = not self.listening


def _fitting(receipt: Receipt, call: Call, *, whole: bool) -> Receipt:
    """Cut an answer to those who were in the call; who accepts as a whole doubts as a whole."""
    to = frozenset(one.id for one in call.to)
    unknown = frozenset[int]() if whole else receipt.unknown & to
    untried = (receipt.untried & to) - unknown
    refused = {id_: "no" for id_ in receipt.refused if id_ in to - unknown - untried}
    return replace(receipt, unknown=unknown, untried=untried, refused=refused)


def _taken(receipt: Receipt, call: Call, *, really: bool) -> frozenset[int]:
    to = frozenset(one.id for one in call.to)
    rest = to - receipt.refused.keys() - receipt.unknown - receipt.untried
    unknown = receipt.unknown | (rest if receipt.outcome is Outcome.UNKNOWN else frozenset())
    sure = rest if receipt.outcome is Outcome.ACCEPTED else frozenset[int]()
    return sure | (unknown if really else frozenset())
