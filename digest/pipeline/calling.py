"""What becomes of one batch in a worker's hand? Look up, intend, call, settle.

The intent is committed before the call and the outcome after it, so that a killed process leaves a
doubt and never a second mail.
"""

import random
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Thread

from sqlalchemy import Connection

from digest.deliver.batches import settle
from digest.deliver.provider import Call, Receipt
from digest.model.delivery import Batch, Outcome, Settlement
from digest.model.pace import Wait
from digest.pipeline.insisting import insist
from digest.pipeline.letters import personals_of, return_paths_of
from digest.pipeline.pacing import claim, claim_within, hold, may_call
from digest.pipeline.rounds import Round, new_id
from digest.pipeline.settling import take_in
from digest.pipeline.telling import Laps, tell_called, tell_untried
from digest.storage import ledger, tallies
from subscribers import lists
from subscribers.model import Addressees


def mail(round_: Round, batch: Batch) -> Batch | Wait | None:
    """Call the provider for a claimed batch: intent before, outcome after; claim the next one.

    It is claimed with the outcome, in one transaction: a promise to the disk less for each batch.
    """
    laps = Laps()
    now = round_.newsroom.clock()
    deadline = now + round_.longest_call
    to = _intend(round_, batch, now, deadline)
    laps.end("look_up")
    if not to:
        tell_untried(round_, batch, laps)
        return None if round_.brake.pulled.is_set() else claim(round_)
    call = _call(round_, batch, to, deadline)
    receipt = _called(round_, call)
    laps.end("call")
    if receipt.retry_after is not None:  # before settling, which takes time others would call in
        hold(round_, min(receipt.retry_after, round_.patience.longest_hold))
    round_.brake.note(receipt)
    settlement, following = _settle(round_, batch, call, receipt)
    laps.end("settle")
    tell_called(round_, batch, call=call, receipt=receipt, settlement=settlement, laps=laps)
    return following


def _intend(round_: Round, batch: Batch, now: datetime, deadline: datetime) -> Addressees:
    """Look the recipients up once more and write the intent; give whom the call is for."""
    with round_.newsroom.database.write() as connection:
        if round_.brake.pulled.is_set() or not may_call(round_):
            ledger.release(connection, batch)
            return Addressees()
        gone = tallies.skipped(connection, batch.id)
        planned = [id_ for id_ in batch.recipient_ids if id_ not in gone]
        present, absent = lists.recipients(connection, batch.list_name, planned, now)
        if not _written(connection, round_, batch, nobody=not present, deadline=deadline):
            ledger.release(connection, batch)  # if it is ours still: the issue was paused
            return Addressees()
        ledger.skip(connection, batch, {one.id: one.reason for one in absent}, now)
        return present


def _written(
    connection: Connection, round_: Round, batch: Batch, *, nobody: bool, deadline: datetime
) -> bool:
    if nobody:
        return ledger.close_empty(connection, batch)
    return ledger.intend(
        connection,
        batch,
        provider=round_.provider.name,
        now=deadline - round_.longest_call,
        deadline=deadline,
        lease_until=deadline + round_.slack,
    )


def _call(round_: Round, batch: Batch, to: Addressees, deadline: datetime) -> Call:
    issue = round_.issue
    return Call(
        attempt_id=batch.attempt_id,
        issue_id=issue.id,
        batch_id=batch.id,
        letter=round_.letters[batch.edition_id],
        to=personals_of(round_.newsroom, issue.id, batch.list_name, to),
        deadline=deadline,
        label=f"{issue.newsletter}-{issue.number}",
        return_paths=return_paths_of(round_.newsroom, batch.attempt_id),
    )


def _called(round_: Round, call: Call) -> Receipt:
    """Make the call; one that outlasts its time, a dripping answer say, is given up."""
    answers: SimpleQueue[Receipt] = SimpleQueue()
    Thread(target=lambda: answers.put(_answered(round_, call)), daemon=True).start()
    try:
        return answers.get(timeout=(round_.longest_call + round_.slack / 2).total_seconds())
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


def _settle(
    round_: Round, batch: Batch, call: Call, receipt: Receipt
) -> tuple[Settlement, Batch | Wait | None]:
    now = round_.newsroom.clock()
    settlement = settle(
        receipt,
        frozenset([to.id for to in call.to]),
        tries=batch.tries + 1,
        now=now,
        jitter=random.random(),  # noqa: S311 - spreads retries, guards nothing
        patience=round_.patience,
    )

    def write() -> Batch | Wait | None:
        with round_.newsroom.database.write() as connection:
            take_in(connection, batch, settlement, now=now, new_id=new_id)
            return None if round_.brake.pulled.is_set() else claim_within(connection, round_)

    return settlement, insist(write)  # nobody else knows the outcome
