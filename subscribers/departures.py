"""Who left or was suppressed in one database that another, older one does not know of?

A restored backup would mail them again. Only what forbids mail is carried over: evidence that
somebody left, with the end of their subscription, and suppressions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, func, insert, select, update

from subscribers import tables
from subscribers.model import ConsentAction, SubscriptionState
from subscribers.upserts import insert_if_absent

_person, _place, _list = tables.subscribers.c, tables.subscriptions.c, tables.lists.c
_proof, _ban = tables.consents.c, tables.suppressions.c
_BACK = (ConsentAction.CONFIRMED, ConsentAction.RESUMED)
"""What brings somebody back who has left; a request alone, which anybody can make, does not."""
Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Departures:
    """What forbids mail."""

    left: tuple[Row, ...]
    """Evidence of unsubscriptions after which nobody came back."""
    suppressed: tuple[Row, ...]


def last_evidence(connection: Connection) -> datetime | None:
    """Give the moment up to which a database knows who came and left."""
    moment: datetime | None = connection.scalar(select(func.max(_proof.at)))
    return moment


def since(connection: Connection, moment: datetime | None) -> Departures:
    """Read who left at that moment or later and did not come back, and all suppressions."""
    later = tables.consents.alias()
    same = (later.c.address_hash == _proof.address_hash) & (later.c.list_name == _proof.list_name)
    back = same & later.c.action.in_(_BACK)
    left = select(*(column for column in _proof if column is not _proof.id)).where(
        _proof.action == ConsentAction.UNSUBSCRIBED, ~exists().where(back, later.c.id > _proof.id)
    )
    if moment is not None:
        left = left.where(_proof.at >= moment)
    proofs = connection.execute(left.order_by(_proof.id)).mappings()
    bans = connection.execute(select(tables.suppressions)).mappings()
    return Departures(left=tuple(map(dict, proofs)), suppressed=tuple(map(dict, bans)))


def carry_over(connection: Connection, departures: Departures) -> tuple[int, int]:
    """Write what is not known yet; give how many left and how many were suppressed."""
    left = sum(_leave(connection, dict(row)) for row in departures.left)
    return left, _suppress(connection, departures.suppressed)


def _leave(connection: Connection, proof: dict[str, Any]) -> bool:
    known = exists().where(*(_proof[name] == proof[name] for name in ("address_hash", "at")))
    if connection.scalar(select(known.where(_proof.list_name == proof["list_name"]))):
        return False
    connection.execute(insert(tables.consents), proof)
    connection.execute(
        update(tables.subscriptions)
        .where(
            _place.subscriber_id.in_(
                select(_person.id).where(_person.address_hash == proof["address_hash"])
            ),
            _place.list_id.in_(select(_list.id).where(_list.name == proof["list_name"])),
        )
        .values(state=SubscriptionState.UNSUBSCRIBED, ended_at=proof["at"])
    )
    return True


def _suppress(connection: Connection, rows: Iterable[Row]) -> int:
    return sum(insert_if_absent(connection, tables.suppressions, **row) for row in rows)
