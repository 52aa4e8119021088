"""Which mails to single readers are asked for, and what became of them? A row a mail.

Each step of a worker is fenced by its attempt's id: a step that comes too late changes nothing and
says so. Address and details are blanked in the step that ends a notice.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Update,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from digest.model.notice import Ending, Notice, NoticeKind, NoticeState, Wish
from digest.storage.reader_tables import notices

_row = notices.c
_LEASED = (NoticeState.CLAIMED, NoticeState.CALLING)
LIVE = (NoticeState.READY, *_LEASED)
_COLUMNS = [_row[name] for name in Notice.__dataclass_fields__]
_BLANK: Mapping[str, Any] = {"address": "", "details": {}, "lease_until": None}
_DUE = (
    select(_row.id)
    .where(_row.state == NoticeState.READY, _row.not_before <= bindparam("now"))
    .order_by(_row.not_before, _row.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_CLAIM = update(notices).where(_row.id == _DUE.scalar_subquery()).returning(*_COLUMNS)


def ask(connection: Connection, wish: Wish, now: datetime) -> None:
    """Ask for a notice: a worker mails it."""
    row = {
        "kind": wish.kind,
        "state": NoticeState.READY,
        "list_name": wish.list_name,
        "address": wish.address,
        "subscriber_id": wish.subscriber_id,
        "language": wish.language,
        "details": dict(wish.details),
        "asked_at": now,
        "not_before": now,
    }
    connection.execute(insert(notices), row)


def is_waiting(connection: Connection, now: datetime) -> bool:
    """Say whether a worker has something to do: a notice is due, or was left by a dead one."""
    due = (_row.state == NoticeState.READY) & (_row.not_before <= now)
    left = _row.state.in_(_LEASED) & (_row.lease_until <= now)
    return bool(connection.scalar(select(exists().where(or_(due, left)))))


def claim(
    connection: Connection, *, attempt_id: str, now: datetime, lease_until: datetime
) -> Notice | None:
    """Take the notice that is due for longest, or None."""
    taken = {"state": NoticeState.CLAIMED, "attempt_id": attempt_id, "lease_until": lease_until}
    row = connection.execute(_CLAIM, taken | {"now": now}).mappings().one_or_none()
    return None if row is None else Notice(**{**row, "kind": NoticeKind(row["kind"])})


def turn_into(connection: Connection, notice: Notice, wish: Wish) -> bool:
    """Let a claimed notice be another; False when it is not ours any more."""
    step = _of(notice, NoticeState.CLAIMED).values(
        kind=wish.kind,
        address=wish.address,
        subscriber_id=wish.subscriber_id,
        language=wish.language,
        details=dict(wish.details),
    )
    return connection.execute(step).rowcount == 1


def intend(connection: Connection, notice: Notice, *, lease_until: datetime) -> bool:
    """Write down that the call is about to be made; False when it is not to be made any more.

    To be committed before the call: from then on the provider may have the mail.
    """
    calling = {"state": NoticeState.CALLING, "tries": notice.tries + 1, "lease_until": lease_until}
    return connection.execute(_of(notice, NoticeState.CLAIMED).values(calling)).rowcount == 1


def end(connection: Connection, notice: Notice, ending: Ending, now: datetime) -> bool:
    """Write down what came of a notice in hand; False when others took it for lost meanwhile.

    Who knows that it was sent is believed even then.
    """
    late = (NoticeState.IN_DOUBT,) if ending.state is NoticeState.SENT else ()
    step = _of(notice, *_LEASED, *late)
    if ending.state is NoticeState.READY:
        again = {"state": ending.state, "lease_until": None, "not_before": ending.not_before}
        step = step.values(**again, tries=notice.tries + 1, last_error=ending.why)
    else:
        ended = {**_BLANK, "state": ending.state, "ended_at": now}
        step = step.values(**ended, last_error=ending.why)
    return connection.execute(step).rowcount == 1


def recover(connection: Connection, now: datetime) -> int:
    """Take back what workers left that outlived their lease; give how many notices that was.

    One that may have been mailed is in doubt from then on, and is not mailed again.
    """
    lost = (_row.lease_until <= now) & (_row.state == NoticeState.CALLING)
    left = (_row.lease_until <= now) & (_row.state == NoticeState.CLAIMED)
    free = update(notices).where(left).values(state=NoticeState.READY, lease_until=None)
    return doubt(connection, lost, "its sender died", now) + connection.execute(free).rowcount


def doubt(connection: Connection, which: Any, why: str, now: datetime) -> int:  # noqa: ANN401
    """Put notices in doubt, for good."""
    ended = {**_BLANK, "state": NoticeState.IN_DOUBT, "ended_at": now, "last_error": why}
    return connection.execute(update(notices).where(which).values(ended)).rowcount


def doubt_all(connection: Connection, why: str, now: datetime) -> int:
    """Put everything in doubt that has not ended: it may have been mailed already."""
    return doubt(connection, _row.state.in_(LIVE), why, now)


def told_since(connection: Connection, wish: Wish, since: datetime) -> bool:
    """Say whether a reader was told so lately, or is about to be."""
    told = exists().where(
        _row.subscriber_id == wish.subscriber_id,
        _row.list_name == wish.list_name,
        _row.kind == wish.kind,
        _row.state.in_((*LIVE, NoticeState.SENT)),
        _row.asked_at >= since,
    )
    return bool(connection.scalar(select(told)))


def withdraw(connection: Connection, address: str, now: datetime) -> int:
    """End what waits for an address: its owner is erased. A call that is being made goes on."""
    whose = (func.lower(_row.address) == address.lower()) & _row.state.in_(
        (NoticeState.READY, NoticeState.CLAIMED)
    )
    ended = {**_BLANK, "state": NoticeState.SKIPPED, "ended_at": now, "last_error": "erased"}
    return connection.execute(update(notices).where(whose).values(ended)).rowcount


def by_state(connection: Connection) -> dict[NoticeState, int]:
    """Count the notices that are kept, by state."""
    rows = connection.execute(select(_row.state, func.count()).group_by(_row.state))
    return {NoticeState(state): count for state, count in rows}


def forget_ended(connection: Connection, before: datetime) -> int:
    """Delete what ended before a moment."""
    return connection.execute(delete(notices).where(_row.ended_at < before)).rowcount


def _of(notice: Notice, *states: NoticeState) -> Update:
    return update(notices).where(
        _row.id == notice.id, _row.attempt_id == notice.attempt_id, _row.state.in_(states)
    )
