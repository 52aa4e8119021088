"""What do we hold of a person, and how is it forgotten?

Erasing (GDPR article 17) removes every row that names the person. Who was ever a reader, or is
suppressed, leaves hashes behind: the evidence that their consent was given and ended (article
7.1), and the suppression. Without these an old file would put them back on the list. Who never
agreed to anything leaves nothing at all.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select

from subscribers import suppressions, tables
from subscribers.addresses import read_address
from subscribers.admitting import MANY
from subscribers.consent import address_hash
from subscribers.database import alone
from subscribers.errors import UnknownReader
from subscribers.model import (
    Consent,
    ConsentAction,
    Evidence,
    Membership,
    Subscriber,
    SubscriptionState,
    Suppression,
)
from subscribers.seats import hold
from subscribers.subscriptions import memberships, unsubscribe

_person, _proof = tables.subscribers.c, tables.consents.c


@dataclass(frozen=True, kw_only=True)
class Holding:
    """Everything held of one address."""

    subscriber: Subscriber | None
    memberships: tuple[Membership, ...] = ()
    consents: tuple[Consent, ...] = ()
    """Oldest first; found by the address's hash."""
    suppression: Suppression | None = None

    @property
    def is_empty(self) -> bool:
        """Say whether nothing at all is held."""
        return not (self.subscriber or self.consents or self.suppression)


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """What was erased of a person, and what remains by hash alone."""

    erased: bool
    """Whether there was anything that named them."""
    evidence_kept: int
    suppression_kept: bool


def held(connection: Connection, *, secret_key: bytes, address: str) -> Holding:
    """Give everything held of an address.

    Raises:
        AddressError: it is no address.
    """
    key = read_address(address).key
    hashed = address_hash(secret_key, key)
    subscriber = _subscriber(connection, key)
    places = memberships(connection, subscriber.id) if subscriber else []
    return Holding(
        subscriber=subscriber,
        memberships=tuple(places),
        consents=tuple(_consents(connection, hashed)),
        suppression=suppressions.by_hash(connection, hashed),
    )


def known(connection: Connection, *, secret_key: bytes, address: str) -> Holding:
    """Give everything held of an address of which something is held.

    Raises:
        AddressError: it is no address.
        UnknownReader: nothing is held of it.
    """
    holding = held(connection, secret_key=secret_key, address=address)
    if holding.is_empty:
        raise UnknownReader(
            f"nothing is held of {address}: no reader has this address, and none who was erased"
            " left evidence or a suppression; see `digest subscribers export --all` for who is here"
        )
    return holding


def forget(
    connection: Connection, *, secret_key: bytes, address: str, origin: str, now: datetime
) -> Forgotten:
    """Erase a person: end what they read, remove what names them, keep what must be proved.

    Raises:
        AddressError: it is no address.
    """
    alone(connection, MANY)
    hold(connection, _person.address_key == read_address(address).key)
    before = held(connection, secret_key=secret_key, address=address)
    if before.subscriber is not None:
        reader_id, evidence = before.subscriber.id, Evidence(origin=origin)
        _leave_all(
            connection,
            secret_key=secret_key,
            subscriber_id=reader_id,
            places=before.memberships,
            evidence=evidence,
            now=now,
        )
        connection.execute(delete(tables.subscribers).where(_person.id == reader_id))
    hashed = suppressions.hash_of(secret_key, address)
    if not _must_keep(_consents(connection, hashed), before.suppression):
        connection.execute(delete(tables.consents).where(_proof.address_hash == hashed))
    return Forgotten(
        erased=before.subscriber is not None,
        evidence_kept=len(_consents(connection, hashed)),
        suppression_kept=before.suppression is not None,
    )


def _leave_all(
    connection: Connection,
    *,
    secret_key: bytes,
    subscriber_id: int,
    places: tuple[Membership, ...],
    evidence: Evidence,
    now: datetime,
) -> None:
    for place in places:
        if place.state is SubscriptionState.CONFIRMED:
            unsubscribe(
                connection,
                secret_key=secret_key,
                subscriber_id=subscriber_id,
                list_name=place.list,
                evidence=evidence,
                now=now,
            )


def _must_keep(consents: list[Consent], suppression: Suppression | None) -> bool:
    left = any(consent.action is ConsentAction.UNSUBSCRIBED for consent in consents)
    return left or suppression is not None


def subscriber_of(connection: Connection, subscriber_id: int) -> Subscriber | None:
    """Give a person by id; None for who is erased."""
    return _one(connection, _person.id == subscriber_id)


def _subscriber(connection: Connection, key: str) -> Subscriber | None:
    return _one(connection, _person.address_key == key)


def _one(connection: Connection, who: ColumnElement[bool]) -> Subscriber | None:
    columns = (_person[name] for name in Subscriber.__dataclass_fields__)
    rows = connection.execute(select(*columns).where(who)).mappings()
    row = rows.one_or_none()
    return Subscriber(**{**row, "themes": tuple(row["themes"])}) if row else None


def _consents(connection: Connection, hashed: str) -> list[Consent]:
    rows = connection.execute(
        select(
            _proof.list_name.label("list"),
            *(_proof[name] for name in ("action", "at", "origin", "wording", "wording_version")),
        )
        .where(_proof.address_hash == hashed)
        .order_by(_proof.id)
    ).mappings()
    return [Consent(**{**row, "action": ConsentAction(row["action"])}) for row in rows]
