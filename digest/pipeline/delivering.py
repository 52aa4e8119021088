"""How do an issue's batches reach the provider? Worker threads, each: claim, intend, call, settle.

The intent is committed before the call and the outcome after it, so that a killed process leaves a
doubt and never a second mail. Several processes may do this at once.
"""

import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from queue import Empty, Queue
from threading import Event, Lock, Thread

from sqlalchemy import Connection

from digest.deliver.batches import Patience, orphaned, settle
from digest.deliver.pace import LocalPace, Pace
from digest.deliver.provider import Call, Letter, Provider, Receipt
from digest.deliver.workers import is_dead, this_worker
from digest.errors import DeliveryError
from digest.model.delivery import Batch, Outcome, Tally
from digest.model.issue import Issue
from digest.pipeline.letters import personal_of
from digest.pipeline.newsroom import Newsroom
from digest.storage import ledger, tallies
from subscribers import lists

CALL = timedelta(seconds=60)
"""How long a call may take."""
_SLACK = timedelta(seconds=15)
"""How long after its call's deadline a lease lasts: a live worker never outlives its lease."""
_SHORTEST_LOOK, _LONGEST_LOOK = 0.02, 1.0
"""Seconds between two looks for work."""
_TOLD_EVERY = 0.5

Progress = Callable[[Tally], None]


class Brake:
    """Ends a round: pulled by a person, a refusal that would meet everyone, or a surprise."""

    def __init__(self, patience: Patience) -> None:
        self.pulled = Event()
        self.reason: BaseException | None = None
        self._patience = patience
        self._lost = 0
        self._lock = Lock()

    def pull(self, reason: BaseException) -> None:
        """Let no further call begin; the first reason is kept."""
        with self._lock:
            self.reason = self.reason or reason
        self.pulled.set()

    def note(self, receipt: Receipt) -> None:
        """Pull if the receipt says that going on would only do harm."""
        with self._lock:
            self._lost = self._lost + 1 if receipt.outcome is Outcome.UNKNOWN else 0
            lost = self._lost
        if receipt.permanent:
            self.pull(DeliveryError(f"the provider refuses our mail: {receipt.detail}"))
        elif lost >= self._patience.unknown_in_a_row:
            self.pull(DeliveryError(f"{lost} answers in a row were lost: {receipt.detail}"))
        elif (receipt.retry_after or 0) > self._patience.longest_hold:
            minutes = round((receipt.retry_after or 0) / 60)
            self.pull(DeliveryError(f"the provider asks to wait {minutes} minutes"))


@dataclass(frozen=True, kw_only=True)
class Round:
    """One process's part in sending one issue."""

    newsroom: Newsroom
    issue: Issue
    letters: Mapping[int, Letter]
    """By edition id."""
    provider: Provider
    patience: Patience
    brake: Brake
    pace: Pace = field(default_factory=LocalPace)
    worker: str = field(default_factory=this_worker)


def deliver(round_: Round, progress: Progress | None = None) -> None:
    """Work until nothing of the issue is left to do, here or in another process.

    Raises:
        DeliveryError: the provider refuses our mail, its answers are lost, or we are to stop.
        KeyboardInterrupt: a person stopped it; the calls in hand were settled first.
    """
    recover(round_)
    ends: list[Event] = []
    try:
        ends.extend(_started(round_) for _ in range(round_.provider.workers))
        _watch(round_, ends, progress)
    except BaseException as stopped:
        round_.brake.pull(stopped)
        _watch(round_, ends, None)
    if round_.brake.reason is not None:
        raise round_.brake.reason


def recover(round_: Round) -> int:
    """Take back what dead workers left; give how many batches that was."""
    provider = round_.provider
    with round_.newsroom.database.write() as connection:
        return ledger.recover(
            connection,
            round_.issue.id,
            now=round_.newsroom.clock(),
            dead=is_dead,
            repeatable=lambda name: provider.idempotent and name == provider.name,
            orphaned=lambda state, repeatable: orphaned(state, repeatable=repeatable),
        )


def _started(round_: Round) -> Event:
    """Start a worker; give what tells its end: a join that Ctrl-C interrupts may take a thread
    that runs for one that ended (github.com/python/cpython/issues/90882).
    """
    end = Event()

    def work() -> None:
        try:
            _work(round_)
        finally:
            end.set()

    Thread(target=work, daemon=True).start()
    return end


def _watch(round_: Round, ends: list[Event], progress: Progress | None) -> None:
    while working := [end for end in ends if not end.is_set()]:
        working[0].wait(_TOLD_EVERY)
        if round_.newsroom.stopping.is_set():
            round_.brake.pull(DeliveryError("stopped: the rest goes on when resumed"))
        if progress is not None:
            with round_.newsroom.database.read() as connection:
                progress(tallies.tally(connection, round_.issue.id))


def _work(round_: Round) -> None:
    pulled, look = round_.brake.pulled, _SHORTEST_LOOK
    try:
        while not pulled.is_set():
            round_.pace.wait(pulled)
            batch = None if pulled.is_set() else _claim(round_)
            if batch is not None:
                _mail(round_, batch)
                look = _SHORTEST_LOOK
            elif not _wait(round_, look):
                return
            else:
                look = min(_LONGEST_LOOK, look * 2)
    except BaseException as surprise:
        round_.brake.pull(surprise)


def _wait(round_: Round, seconds: float) -> bool:
    """Wait a moment while others still work or batches were put off; False when all is done."""
    with round_.newsroom.database.read() as connection:
        if not tallies.goes_on(connection, round_.issue.id):
            return False
    round_.brake.pulled.wait(seconds)
    if seconds >= _LONGEST_LOOK:
        recover(round_)
    return True


def _claim(round_: Round) -> Batch | None:
    now = round_.newsroom.clock()
    with round_.newsroom.database.write() as connection:
        return ledger.claim(
            connection,
            round_.issue.id,
            attempt_id=_new_id(),
            worker=round_.worker,
            now=now,
            lease_until=now + CALL,
        )


def _mail(round_: Round, batch: Batch) -> None:
    with round_.newsroom.database.write() as connection:
        if round_.brake.pulled.is_set():
            ledger.release(connection, batch)
            return
        call = _intend(connection, round_, batch)
    if call is None:
        return
    receipt = _called(round_, call)
    if receipt.retry_after is not None:  # before settling, which takes time others would call in
        round_.pace.hold(min(receipt.retry_after, round_.patience.longest_hold))
    _settle(round_, batch, call, receipt)
    round_.brake.note(receipt)


def _intend(connection: Connection, round_: Round, batch: Batch) -> Call | None:
    """Look the recipients up once more and write the intent; None when there is nothing to call."""
    newsroom, now = round_.newsroom, round_.newsroom.clock()
    gone = tallies.skipped(connection, batch.id)
    planned = [id_ for id_ in batch.recipient_ids if id_ not in gone]
    present, absent = lists.recipients(connection, batch.list_name, planned)
    deadline = now + CALL
    call = Call(
        attempt_id=batch.attempt_id,
        issue_id=round_.issue.id,
        batch_id=batch.id,
        letter=round_.letters[batch.edition_id],
        to=tuple(personal_of(newsroom, batch.issue_id, batch.list_name, to) for to in present),
        deadline=deadline,
        label=f"{round_.issue.newsletter}-{round_.issue.number}",
    )
    if not _written(connection, round_, batch, call):
        return None
    ledger.skip(connection, batch, {one.id: one.reason for one in absent}, now)
    return call if call.to else None


def _written(connection: Connection, round_: Round, batch: Batch, call: Call) -> bool:
    if not call.to:
        return ledger.close_empty(connection, batch)
    return ledger.intend(
        connection,
        batch,
        provider=round_.provider.name,
        now=call.deadline - CALL,
        deadline=call.deadline,
        lease_until=call.deadline + _SLACK,
    )


def _called(round_: Round, call: Call) -> Receipt:
    """Make the call; one that outlasts its time, a dripping answer say, is given up."""
    answers: Queue[Receipt] = Queue()
    Thread(target=lambda: answers.put(_answered(round_, call)), daemon=True).start()
    try:
        return answers.get(timeout=(CALL + _SLACK / 2).total_seconds())
    except Empty:
        return Receipt(outcome=Outcome.UNKNOWN, detail="no answer came in time")


def _answered(round_: Round, call: Call) -> Receipt:
    try:
        return round_.provider.deliver(call)
    except Exception as surprise:
        round_.brake.pull(surprise)
        return Receipt(
            outcome=Outcome.UNKNOWN, detail=f"the sender broke: {type(surprise).__name__}"
        )


def _settle(round_: Round, batch: Batch, call: Call, receipt: Receipt) -> None:
    now = round_.newsroom.clock()
    settlement = settle(
        receipt,
        frozenset(to.id for to in call.to),
        tries=batch.tries + 1,
        now=now,
        jitter=random.random(),  # noqa: S311 - spreads retries, guards nothing
        patience=round_.patience,
    )
    with round_.newsroom.database.write() as connection:
        ledger.settle(connection, batch, settlement, now=now, new_id=_new_id)


def _new_id() -> str:
    return secrets.token_hex(16)
