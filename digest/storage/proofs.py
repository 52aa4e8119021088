"""How is what was proved written into the ledger? Every step is fenced, as the workers' own are.

What a proof is: digest.deliver.evidence.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, or_, select, update

from digest.errors import NotFoundError
from digest.model.delivery import Attempt, Batch, BatchState, Doubt, Outcome
from digest.model.event import Witness
from digest.storage.events import traces
from digest.storage.ledger import DOUBTED, batch_of
from digest.storage.tables import attempts, batches, events
from digest.storage.tallies import skipped

_IDLE = (BatchState.READY, BatchState.CLAIMED, BatchState.FAILED, BatchState.CANCELLED)
"""No call is under way, and none was accepted."""
_MOST_WITNESSES = 20
_CHUNK = 500
"""Ids in one look-up: well below SQLite's smallest limit on parameters, 999."""


def accept(connection: Connection, doubt: Doubt, detail: str, now: datetime) -> bool:
    """Write down that a doubt's call was accepted; False when somebody was faster."""
    return _write(connection, doubt, DOUBTED, BatchState.SENT) and _end(
        connection, doubt.attempt.id, Outcome.ACCEPTED, detail, now
    )


def refuse(connection: Connection, doubt: Doubt, detail: str, now: datetime) -> bool:
    """Let a doubt's batch go again: nobody was mailed; False when somebody was faster."""
    return _write(connection, doubt, (BatchState.IN_DOUBT,), BatchState.READY) and _end(
        connection, doubt.attempt.id, Outcome.REFUSED, detail, now
    )


def hold(connection: Connection, doubt: Doubt) -> bool:
    """Leave a doubt to a person; False when somebody was faster."""
    return _write(connection, doubt, (BatchState.IN_DOUBT,), BatchState.HELD)


def witnesses(connection: Connection, attempt: Attempt, near: timedelta) -> list[Witness]:
    """Give the accepted calls of an attempt's provider around it: those nearest after, and before.

    `near` is how far from it they began at most.
    """
    began = attempts.c.intent_at
    later = (began > attempt.intent_at) & (began <= attempt.intent_at + near)
    earlier = (began <= attempt.intent_at) & (began >= attempt.intent_at - near)
    return [
        *_witnesses(connection, attempt, later, began),
        *_witnesses(connection, attempt, earlier, began.desc()),
    ]


def _witnesses(
    connection: Connection,
    attempt: Attempt,
    when: ColumnElement[bool],
    nearest: ColumnElement[datetime],
) -> Iterator[Witness]:
    question = (
        select(*attempts.c, batches.c.recipient_ids)
        .join(batches, batches.c.id == attempts.c.batch_id)
        .where(attempts.c.provider == attempt.provider, attempts.c.outcome == Outcome.ACCEPTED)
        .where(when, batches.c.attempt_id == attempts.c.id, attempts.c.origin_id == "")
        .order_by(nearest)
        .limit(_MOST_WITNESSES)
    )
    for row in connection.execute(question).mappings().all():
        values = dict(row)
        ids = frozenset(values.pop("recipient_ids")) - skipped(connection, row["batch_id"])
        heard = traces(connection, row["id"])
        yield Witness(attempt=_attempt(values), recipient_ids=ids, traces=heard)


def belated(connection: Connection, since: datetime) -> list[Doubt]:
    """Give the attempts begun since then that count as refused, but that events tell of."""
    return _belated(connection, attempts.c.intent_at >= since)


def belated_among(connection: Connection, attempt_ids: Collection[str]) -> list[Doubt]:
    """Give those of some attempts that count as refused, but that events tell of."""
    ids = sorted(attempt_ids)
    parts = (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
    return [one for part in parts for one in _belated(connection, attempts.c.id.in_(part))]


def doubled(connection: Connection, issue_id: int | None = None) -> list[Doubt]:
    """Give the attempts that may have mailed their readers a second time."""
    question = _with_batches().where(attempts.c.outcome == Outcome.DOUBLED)
    if issue_id is not None:
        question = question.where(batches.c.issue_id == issue_id)
    return list(_doubts(connection, question.order_by(attempts.c.intent_at)))


def batch(connection: Connection, batch_id: int) -> Batch:
    """Give a batch.

    Raises:
        NotFoundError: there is none of that number.
    """
    row = connection.execute(select(batches).where(batches.c.id == batch_id)).mappings().first()
    if row is None:
        raise NotFoundError(f"no batch {batch_id}: `digest doubts` lists those in doubt")
    return batch_of(row)


def attempts_of(connection: Connection, batch_id: int) -> list[Attempt]:
    """Give every attempt of a batch, oldest first."""
    question = select(attempts).where(attempts.c.batch_id == batch_id)
    ordered = question.order_by(attempts.c.intent_at, attempts.c.id)
    return [_attempt(dict(row)) for row in connection.execute(ordered).mappings()]


def take_back(connection: Connection, attempt_id: str, now: datetime) -> Batch | None:
    """Put a batch in doubt of an earlier attempt again, of which there is news.

    None when a later call is under way or was accepted: it is too late to stop it. A later one that
    is in doubt itself may have been a second mail, and is marked so.
    """
    whose = select(attempts.c.batch_id).where(attempts.c.id == attempt_id).scalar_subquery()
    question = select(batches).where(batches.c.id == whose).with_for_update()
    now_is = batch_of(connection.execute(question).mappings().one())
    own = now_is.attempt_id == attempt_id and now_is.state is BatchState.SENT
    rival = now_is.attempt_id != attempt_id and now_is.state in DOUBTED
    if not (own or rival or now_is.state in _IDLE):
        return None
    if rival:
        feared = f"attempt {attempt_id}, made before it, was accepted"
        double(connection, now_is.attempt_id, feared, now)
    doubted = {"state": BatchState.IN_DOUBT, "attempt_id": attempt_id}
    freed = {"lease_until": None, "worker": "", "not_before": None}
    connection.execute(update(batches).where(batches.c.id == now_is.id).values(**doubted, **freed))
    _end(connection, attempt_id, Outcome.UNKNOWN, "there is news of it", now)
    return replace(now_is, state=BatchState.IN_DOUBT, attempt_id=attempt_id)


def double(connection: Connection, attempt_id: str, detail: str, now: datetime) -> bool:
    """Mark that an attempt may have mailed its readers a second time; False if it is marked."""
    fresh = attempts.c.outcome != Outcome.DOUBLED
    return _end(connection, attempt_id, Outcome.DOUBLED, detail, now, fresh)


def _write(
    connection: Connection, doubt: Doubt, states: Collection[BatchState], state: BatchState
) -> bool:
    fenced = update(batches).where(
        batches.c.id == doubt.batch.id,
        batches.c.attempt_id == doubt.attempt.id,
        batches.c.state.in_(states),
    )
    moved = {"state": state, "not_before": None}
    return connection.execute(fenced.values(**moved, tries=0)).rowcount == 1


def _end(
    connection: Connection,
    attempt_id: str,
    outcome: Outcome,
    detail: str,
    now: datetime,
    *conditions: ColumnElement[bool],
) -> bool:
    ended = update(attempts).where(attempts.c.id == attempt_id, *conditions)
    values = {"outcome": outcome, "ended_at": now, "detail": detail}
    return connection.execute(ended.values(**values)).rowcount == 1


def _belated(connection: Connection, which: ColumnElement[bool]) -> list[Doubt]:
    told = exists().where(events.c.attempt_id == attempts.c.id)
    stoppable = batches.c.state.in_((*_IDLE, *DOUBTED)) & (batches.c.attempt_id != attempts.c.id)
    refused = and_(attempts.c.outcome == Outcome.REFUSED, told)
    late = and_(attempts.c.outcome == Outcome.DOUBLED, stoppable)
    question = _with_batches().where(which, or_(refused, late)).order_by(attempts.c.intent_at)
    return list(_doubts(connection, question))


def _with_batches() -> Select[Any]:
    return select(batches, *(column.label(f"its_{column.name}") for column in attempts.c)).join(
        attempts, attempts.c.batch_id == batches.c.id
    )


def _doubts(connection: Connection, question: Select[Any]) -> Iterator[Doubt]:
    for row in connection.execute(question).mappings().all():
        its = batch_of({column.name: row[column.name] for column in batches.c})
        gone = skipped(connection, its.id)
        yield Doubt(
            batch=its,
            attempt=_attempt({one.name: row[f"its_{one.name}"] for one in attempts.c}),
            recipient_ids=tuple(id_ for id_ in its.recipient_ids if id_ not in gone),
        )


def _attempt(values: Mapping[str, Any]) -> Attempt:
    return Attempt(**{**values, "outcome": Outcome(values["outcome"])})
