"""How does a reader take an unsubscription back? At once, by the link they left with.

Whoever was confirmed and left a moment ago is put back as they were, without another mail. Who
never answered a confirmation, is suppressed, or comes later has to sign up again.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, select, update

from subscribers import suppressions, tables
from subscribers.model import ConsentAction, Evidence, SubscriptionState
from subscribers.seats import Seat, Witness, find_seat, look_at_seat, prove

GRACE = timedelta(hours=1)
"""For how long leaving can be undone."""
_place, _proof = tables.subscriptions.c, tables.consents.c
_TURNS = (ConsentAction.CONFIRMED, ConsentAction.UNSUBSCRIBED, ConsentAction.RESUMED)


def can_undo(connection: Connection, subscriber_id: int, list_name: str, now: datetime) -> bool:
    """Say whether a reader who has left may still take that back."""
    seat = look_at_seat(connection, subscriber_id, list_name)
    return seat is not None and _may_return(connection, seat, now)


def undo(
    connection: Connection,
    *,
    secret_key: bytes,
    subscriber_id: int,
    list_name: str,
    evidence: Evidence,
    now: datetime,
) -> bool:
    """Put a reader back who left by mistake; give whether they are on the list now."""
    seat = find_seat(connection, subscriber_id, list_name)
    if seat is not None and seat.state is SubscriptionState.CONFIRMED:
        return True
    if seat is None or not _may_return(connection, seat, now):
        return False
    _put_back(connection, seat)
    witness = Witness(secret_key=secret_key, evidence=evidence, now=now)
    prove(connection, seat, ConsentAction.RESUMED, witness)
    return True


def _may_return(connection: Connection, seat: Seat, now: datetime) -> bool:
    if seat.state is not SubscriptionState.UNSUBSCRIBED or seat.ended_at is None:
        return False
    if not seat.ended_at <= now < seat.ended_at + GRACE:
        return False
    banned = suppressions.by_hash(connection, seat.address_hash) is not None
    return not banned and _was_confirmed(connection, seat)


def _was_confirmed(connection: Connection, seat: Seat) -> bool:
    """Say whether the reader was mailed issues before they left, the last time.

    Once somebody has left, only their own answer brings them back: an old confirmation is none.
    """
    turns = connection.scalars(
        select(_proof.action)
        .where(
            _proof.address_hash == seat.address_hash,
            _proof.list_name == seat.list_name,
            _proof.action.in_(_TURNS),
        )
        .order_by(_proof.id.desc())
        .limit(2)
    ).all()
    ever = select(_place.confirmed_at).where(*_same(seat))
    if connection.scalar(ever) is None or turns[:1] != [ConsentAction.UNSUBSCRIBED]:
        return False
    return turns[1:] != [ConsentAction.UNSUBSCRIBED]


def _put_back(connection: Connection, seat: Seat) -> None:
    back = update(tables.subscriptions).where(*_same(seat))
    connection.execute(back.values(state=SubscriptionState.CONFIRMED, ended_at=None))


def _same(seat: Seat) -> tuple[ColumnElement[bool], ...]:
    return _place.subscriber_id == seat.subscriber_id, _place.list_id == seat.list_id
