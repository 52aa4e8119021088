"""Who is never mailed again, who may be after all, and what shows that? By people and by events.

A person's word is written down as evidence. An event is evidence itself; so that an old one that
comes late or again does not undo a person's word, it counts only if it is younger (`allowed_at`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from subscribers import suppressions, tables
from subscribers.addresses import read_address
from subscribers.consent import evidence_row
from subscribers.model import (
    ConsentAction,
    SubscriptionState,
    Suppression,
    SuppressionReason,
)
from subscribers.seats import Witness, hold
from subscribers.suppressions import hash_of
from subscribers.upserts import insert_if_absent

_person, _place, _list = tables.subscribers.c, tables.subscriptions.c, tables.lists.c
_proof, _ban = tables.consents.c, tables.suppressions.c
_FOR_MAIL = (ConsentAction.LIFTED, ConsentAction.CONFIRMED, ConsentAction.RESUMED)
"""What says that an address may be mailed, and does take mail."""
_BY_EVENT = "event of "


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What events about a reader are judged by."""

    id: int
    address_hash: str
    allowed_at: datetime | None
    """The last time that somebody said that the address may be mailed."""


def ban(
    connection: Connection, witness: Witness, *, address: str, reason: SuppressionReason
) -> bool:
    """Never mail an address again, subscribed or not; False when that was so already.

    Raises:
        AddressError: it is no address.
    """
    done = suppressions.suppress(
        connection,
        secret_key=witness.secret_key,
        address=address,
        reason=reason,
        origin=witness.evidence.origin,
        now=witness.now,
    )
    if done:
        _record(connection, address, ConsentAction.SUPPRESSED, witness)
    return done


def lift(connection: Connection, witness: Witness, *, address: str) -> bool:
    """Allow an address to be mailed again; False when nothing forbade it.

    Raises:
        AddressError: it is no address.
    """
    hold(connection, _person.address_key == read_address(address).key)
    done = suppressions.lift(connection, secret_key=witness.secret_key, address=address)
    if done:
        _record(connection, address, ConsentAction.LIFTED, witness)
    return done


def standings(connection: Connection, ids: Collection[int]) -> list[Standing]:
    """Give those of these readers who are there, by id.

    Nobody else judges them before this transaction ends; all lock in one order.
    """
    person = select(_person.id, _person.address_hash).where(_person.id.in_(ids))
    rows = connection.execute(person.order_by(_person.id).with_for_update(key_share=True)).all()
    allowed = _allowed(connection, [row.address_hash for row in rows])
    return [
        Standing(
            id=row.id,
            address_hash=row.address_hash,
            allowed_at=allowed.get(row.address_hash),
        )
        for row in rows
    ]


def lists_since(connection: Connection, subscriber_id: int) -> dict[str, datetime]:
    """Give the lists that a reader is on or waits for, and since when they are so.

    Who took their leaving back is on the list since then, whenever they confirmed.
    """
    resumed = select(func.max(_proof.at)).where(
        _proof.address_hash == _person.address_hash,
        _proof.list_name == _list.name,
        _proof.action == ConsentAction.RESUMED,
    )
    rows = connection.execute(
        select(_list.name, _place.asked_at, _place.confirmed_at, resumed.scalar_subquery())
        .select_from(tables.subscriptions)
        .join(tables.lists, _list.id == _place.list_id)
        .join(tables.subscribers, _person.id == _place.subscriber_id)
        .where(
            _place.subscriber_id == subscriber_id,
            _place.state != SubscriptionState.UNSUBSCRIBED,
        )
        .order_by(_list.name)
    )
    return {name: max(filter(None, moments)) for name, *moments in rows}


def enforce(connection: Connection, bans: Mapping[str, Suppression]) -> int:
    """Write down what events come to, by hashed address; give how many are new.

    A person's word stays as it is; an event's gives way to a weightier or earlier one.
    """
    new = 0
    for hashed, told in sorted(bans.items()):
        row = {"reason": told.reason.value, "at": told.at, "origin": told.origin}
        if insert_if_absent(connection, tables.suppressions, address_hash=hashed, **row):
            new += 1
        else:
            mine = _ban.origin.startswith(_BY_EVENT, autoescape=True)
            connection.execute(
                update(tables.suppressions).where(_ban.address_hash == hashed, mine).values(row)
            )
    return new


def _allowed(connection: Connection, hashes: Sequence[str]) -> dict[str, datetime]:
    rows = connection.execute(
        select(_proof.address_hash, func.max(_proof.at).label("at"))
        .where(_proof.address_hash.in_(hashes), _proof.action.in_(_FOR_MAIL))
        .group_by(_proof.address_hash)
    )
    return {row.address_hash: row.at for row in rows}


def _record(connection: Connection, address: str, action: ConsentAction, witness: Witness) -> None:
    row = evidence_row(
        secret_key=witness.secret_key,
        address_hash=hash_of(witness.secret_key, address),
        list_name="",
        action=action,
        evidence=witness.evidence,
        now=witness.now,
    )
    connection.execute(insert(tables.consents), row)
