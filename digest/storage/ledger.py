"""Which promise was made to whom, and how is it kept once? Every write of the sending ledger.

Each step of a worker is fenced by its attempt's id: a step that comes too late changes nothing and
says so. What can be asked: digest.storage.tallies.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, func, insert, or_, select, update

from digest.errors import ConflictError, NotFoundError
from digest.model.delivery import Batch, BatchState, Fate, Lot, Outcome, Settlement
from digest.storage.sendings import may_go
from digest.storage.tables import attempts, batches, issues, skips

_LEASED = (BatchState.CLAIMED, BatchState.CALLING)
DOUBTED = (BatchState.IN_DOUBT, BatchState.HELD)
_ROWS = 200
"""Rows of an insert: a batch row of 1,000 recipients has 4 kB."""

# What workers ask for every batch is put together once: that takes longer than to ask it.
_STOOD = ("stood", "or_stood", "or_else")
_MINE = (batches.c.id == bindparam("of_batch")) & (batches.c.attempt_id == bindparam("of_attempt"))
_FENCED = {
    states: update(batches).where(
        _MINE, or_(*(batches.c.state == bindparam(name) for name in _STOOD[:states]))
    )
    for states in range(1, len(_STOOD) + 1)
}
"""By how many states (_STOOD) may be meant: a list is written anew at each asking."""
_INTEND = _FENCED[1].where(may_go(bindparam("of_issue", type_=Integer)))
_ATTEMPT = insert(attempts)
_END = update(attempts).where(attempts.c.id == bindparam("of_attempt"))
_DUE = (
    select(batches.c.id)
    .where(batches.c.issue_id == bindparam("of_issue"), batches.c.state == BatchState.READY)
    .where(or_(batches.c.not_before.is_(None), batches.c.not_before <= bindparam("now")))
    .where(may_go(bindparam("of_issue", type_=Integer)))
    .order_by(batches.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_CLAIM = update(batches).where(batches.c.id == _DUE.scalar_subquery()).returning(*batches.c)


def freeze(connection: Connection, issue_id: int, lots: Iterable[Lot]) -> int:
    """Make the plan of an issue: a batch per lot, numbered from 1; give how many recipients."""
    planned, rows = 0, iter(enumerate(lots, start=1))
    while part := [_planned(issue_id, seq, lot) for seq, lot in islice(rows, _ROWS)]:
        connection.execute(insert(batches), part)
        planned += sum(row["recipients"] for row in part)
    return planned


def claim(
    connection: Connection,
    issue_id: int,
    *,
    attempt_id: str,
    worker: str,
    now: datetime,
    lease_until: datetime,
) -> Batch | None:
    """Take the first batch that is due, or None; of a cancelled or paused issue none is."""
    leased = {"attempt_id": attempt_id, "worker": worker, "lease_until": lease_until}
    asked = {"of_issue": issue_id, "now": now, "state": BatchState.CLAIMED}
    row = connection.execute(_CLAIM, asked | leased).mappings().one_or_none()
    return None if row is None else batch_of(row)


def release(connection: Connection, batch: Batch) -> bool:
    """Give a claimed batch back, untried."""
    return _step(connection, batch, BatchState.CLAIMED, state=BatchState.READY, **_UNLEASED)


def skip(connection: Connection, batch: Batch, reasons: Mapping[int, str], now: datetime) -> None:
    """Record which planned recipients are not mailed, and why."""
    kin = {"batch_id": batch.id, "at": now}
    rows = [kin | {"subscriber_id": id_, "reason": why} for id_, why in reasons.items()]
    if rows:
        connection.execute(insert(skips), rows)


def close_empty(connection: Connection, batch: Batch) -> bool:
    """Finish a claimed batch that nobody is left of."""
    return _step(connection, batch, BatchState.CLAIMED, state=BatchState.SENT, **_UNLEASED)


def intend(
    connection: Connection,
    batch: Batch,
    *,
    provider: str,
    now: datetime,
    deadline: datetime,
    lease_until: datetime,
) -> bool:
    """Write down that the call is about to be made; False when it is not to be made any more.

    To be committed before the call: from then on the provider may have the mail.
    """
    calling = {"state": BatchState.CALLING, "tries": batch.tries + 1, "lease_until": lease_until}
    given = _fence(batch, BatchState.CLAIMED) | {"of_issue": batch.issue_id}
    if connection.execute(_INTEND, given | calling).rowcount != 1:
        return False
    intent = {
        "id": batch.attempt_id,
        "batch_id": batch.id,
        "provider": provider,
        "intent_at": now,
        "deadline": deadline,
        "outcome": Outcome.OPEN,
    }
    connection.execute(_ATTEMPT, intent)
    return True


def settle(
    connection: Connection,
    batch: Batch,
    settlement: Settlement,
    *,
    now: datetime,
    new_id: Callable[[], str],
) -> bool:
    """Write down what came of the call, one batch per fate; False when a person was faster.

    A worker that comes after its lease settles the doubt it left, for it knows.
    """
    first, *others = settlement.fates
    moved = frozenset[int]().union(*(fate.recipient_ids for fate in others))
    left = _of(tuple(id_ for id_ in batch.recipient_ids if id_ not in moved)) if moved else {}
    if not _step(connection, batch, BatchState.CALLING, *DOUBTED, **_became(first), **left):
        return False
    _end(connection, batch.attempt_id, first.outcome, settlement, now)
    reasons = {id_: f"refused: {why}" for id_, why in settlement.refused.items()}
    skip(connection, batch, reasons, now)
    for fate in others:
        _split(connection, batch, fate, settlement, now=now, attempt_id=new_id())
    return True


def recover(
    connection: Connection,
    issue_id: int,
    *,
    now: datetime,
    dead: Callable[[str], bool],
    repeatable: Callable[[str], bool],
    orphaned: Callable[[BatchState, bool], BatchState],
) -> int:
    """Take back what dead or overdue workers hold; give how many batches that were.

    `dead` judges a worker, `repeatable` a provider by name, `orphaned` says what becomes of it.
    """
    question = select(batches).where(batches.c.issue_id == issue_id, batches.c.state.in_(_LEASED))
    held = connection.execute(question.with_for_update(skip_locked=True)).mappings().all()
    lost = [row for row in held if row["lease_until"] <= now or dead(row["worker"])]
    for row in lost:
        _recover(connection, batch_of(row), now=now, repeatable=repeatable, orphaned=orphaned)
    return len(lost)


def revive(connection: Connection, issue_id: int) -> int:
    """Make failed batches ready again: they were refused for sure, so nobody had them."""
    of_issue = update(batches).where(batches.c.issue_id == issue_id)
    failed = of_issue.where(batches.c.state == BatchState.FAILED)
    return connection.execute(
        failed.values(state=BatchState.READY, tries=0, not_before=None)
    ).rowcount


def cancel(connection: Connection, issue_id: int) -> int:
    """Let the batches without an intent go nowhere, claimed ones too; give how many."""
    idle = (BatchState.READY, BatchState.CLAIMED, BatchState.FAILED)
    waiting = update(batches).where(batches.c.issue_id == issue_id, batches.c.state.in_(idle))
    return connection.execute(waiting.values(state=BatchState.CANCELLED, **_UNLEASED)).rowcount


def resolve(connection: Connection, batch_id: int, *, sent: bool, now: datetime) -> Batch:
    """Settle a doubt by the word of a person who knows.

    Raises:
        NotFoundError: there is no such batch.
        ConflictError: it is not in doubt.
    """
    row = connection.execute(select(batches).where(batches.c.id == batch_id)).mappings().first()
    if row is None:
        raise NotFoundError(f"no batch {batch_id}: `digest doubts` lists those in doubt")
    batch = batch_of(row)
    state = BatchState.SENT if sent else BatchState.READY
    if not _step(connection, batch, *DOUBTED, state=state, not_before=None, tries=0):
        raise ConflictError(f"batch {batch_id} is {batch.state}, not in doubt: nothing to resolve")
    word = Settlement(fates=(), detail="resolved by a person")
    outcome = Outcome.ACCEPTED if sent else Outcome.REFUSED
    _end(connection, batch.attempt_id, outcome, word, now)
    return batch


def batch_of(row: Mapping[Any, Any]) -> Batch:
    """Read a batch's row."""
    values = dict(row)
    del values["recipients"], values["worker"]
    return Batch(**values | {"state": BatchState(values["state"])})


_UNLEASED: Mapping[str, object] = {"lease_until": None, "worker": ""}


def _planned(issue_id: int, seq: int, lot: Lot) -> dict[str, Any]:
    return {
        "issue_id": issue_id,
        "edition_id": lot.edition_id,
        "list_name": lot.list_name,
        "seq": seq,
        "state": BatchState.READY,
        **_of(lot.recipient_ids),
    }


def _of(recipient_ids: Sequence[int]) -> dict[str, Any]:
    return {"recipient_ids": recipient_ids, "recipients": len(recipient_ids)}


def _became(fate: Fate) -> dict[str, Any]:
    return {
        "state": fate.state,
        "tries": fate.tries,
        "not_before": fate.not_before,
        "last_error": fate.error,
        **_UNLEASED,
    }


def _step(connection: Connection, batch: Batch, *states: BatchState, **values: object) -> bool:
    """Write what a batch became, if this attempt still has it and it stands where it stood."""
    return connection.execute(_FENCED[len(states)], _fence(batch, *states) | values).rowcount == 1


def _fence(batch: Batch, *states: BatchState) -> dict[str, object]:
    mine = {"of_batch": batch.id, "of_attempt": batch.attempt_id}
    return mine | dict(zip(_STOOD, states, strict=False))


def _end(
    connection: Connection, attempt_id: str, outcome: Outcome, word: Settlement, now: datetime
) -> None:
    ended = {"outcome": outcome, "ended_at": now, "detail": word.detail}
    given = {"of_attempt": attempt_id, "provider_ref": word.provider_ref}
    connection.execute(_END, given | ended)


def _split(
    connection: Connection,
    batch: Batch,
    fate: Fate,
    settlement: Settlement,
    *,
    now: datetime,
    attempt_id: str,
) -> None:
    """Give some of a batch's recipients a batch, and in doubt an attempt, of their own."""
    ids = tuple(id_ for id_ in batch.recipient_ids if id_ in fate.recipient_ids)
    # Two splits at once would take the same number: one after the other, then.
    connection.execute(select(issues.c.id).where(issues.c.id == batch.issue_id).with_for_update())
    last = select(func.max(batches.c.seq)).where(batches.c.issue_id == batch.issue_id)
    kin = {name: getattr(batch, name) for name in ("issue_id", "edition_id", "list_name")}
    place = {"seq": last.scalar_subquery() + 1, "attempt_id": attempt_id}
    added = insert(batches).values(**kin, **place, **_became(fate), **_of(ids))
    batch_id = connection.execute(added.returning(batches.c.id)).scalar_one()
    same = (attempts.c[name] for name in ("provider", "intent_at", "deadline"))
    origin = select(attempts.c.id.label("origin_id"), *same)
    call = connection.execute(origin.where(attempts.c.id == batch.attempt_id)).mappings().one()
    ended = {"outcome": fate.outcome, "ended_at": now, "detail": settlement.detail}
    own = {"id": attempt_id, "batch_id": batch_id, "provider_ref": settlement.provider_ref}
    connection.execute(insert(attempts), dict(call) | ended | own)


def _recover(
    connection: Connection,
    batch: Batch,
    *,
    now: datetime,
    repeatable: Callable[[str], bool],
    orphaned: Callable[[BatchState, bool], BatchState],
) -> None:
    question = select(attempts.c.provider).where(attempts.c.id == batch.attempt_id)
    provider = connection.scalar(question) or ""
    state = orphaned(batch.state, repeatable(provider))
    why = "its sender stopped during the call" if batch.state is BatchState.CALLING else ""
    moved = _step(connection, batch, batch.state, state=state, last_error=why, **_UNLEASED)
    if moved and batch.state is BatchState.CALLING:
        outcome = Outcome.UNKNOWN if state is BatchState.IN_DOUBT else Outcome.SUPERSEDED
        word = Settlement(fates=(), detail=why)
        _end(connection, batch.attempt_id, outcome, word, now)
