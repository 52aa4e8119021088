"""How does a person join and leave a list? Every step with its evidence, in one transaction.

              subscribe                confirm (by the token that was mailed)
    nobody ──────────────→ pending ──────────────→ confirmed
                            ↑   │                      │
         subscribe: asked   │   │ unsubscribe          │ unsubscribe
         again              │   ↓                      ↓
                            └──────── unsubscribed ←───┘

Only a reader who is confirmed and not suppressed is ever mailed an issue. Asking changes nothing
that a reader already has: anybody can type anybody's address into a form. Language and themes that
are asked for are taken over as long as a person reads nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, select, update

from subscribers import lists, suppressions, tables
from subscribers.addresses import Address, read_address
from subscribers.admission import admit
from subscribers.errors import TokenError
from subscribers.model import (
    ConfirmationNeeded,
    ConsentAction,
    Evidence,
    Membership,
    SubscriptionState,
    Verdict,
)
from subscribers.seats import Profile, Seat, Witness, enrol, find_seat, has_left, move
from subscribers.texts import one_line
from subscribers.tokens import Confirmation, confirmation_token, read_confirmation_token

_person, _place, _list = tables.subscribers.c, tables.subscriptions.c, tables.lists.c
_STANDING = ("state", "asked_at", "confirmed_at", "ended_at", "cadence", "paused_until")


@dataclass(frozen=True, kw_only=True)
class Added:
    """What came of an admin's wish to add a person."""

    verdict: Verdict
    confirmation: ConfirmationNeeded | None = None
    """The mail that must follow when the person has yet to agree."""


def subscribe(
    connection: Connection,
    *,
    secret_key: bytes,
    address: str,
    list_name: str,
    evidence: Evidence,
    now: datetime,
    profile: Profile | None = None,
) -> ConfirmationNeeded | None:
    """Ask to join; give the mail that must follow.

    None when no mail may follow: the person is confirmed already, or suppressed. A page must say
    the same in every case, or it tells strangers who reads what.

    Raises:
        AddressError: it is no address.
        UnknownList: no list has that name.
        ClosedList: it was archived.
    """
    witness = Witness(secret_key=secret_key, evidence=evidence, now=now)
    seat = _seat(connection, read_address(address), list_name, profile, witness)
    if seat is None or seat.state is SubscriptionState.CONFIRMED:
        return None
    if profile is not None:
        _renew(connection, seat.subscriber_id, profile, now)
    return _ask(connection, seat, ConsentAction.ASKED, witness)


def confirm(
    connection: Connection, *, secret_key: bytes, token: str, evidence: Evidence, now: datetime
) -> Confirmation:
    """Join for good, by the token that was mailed; doing it again changes nothing.

    Raises:
        TokenError: the token is not ours, has expired, or is older than an unsubscription; or the
            list was archived.
    """
    asked = read_confirmation_token(secret_key, token, now)
    seat = find_seat(connection, asked.subscriber_id, asked.list_name)
    if seat is None or suppressions.by_hash(connection, seat.address_hash):
        raise TokenError("this link is no longer good: subscribe again to get a fresh one")
    if lists.find(connection, asked.list_name).archived_at is not None:
        raise TokenError("this list is closed: nobody joins it any more")
    if seat.state is SubscriptionState.CONFIRMED:
        return asked
    if seat.state is not SubscriptionState.PENDING or _left_since(seat, asked):
        raise TokenError("you have left since this link was sent: subscribe again to come back")
    witness = Witness(secret_key=secret_key, evidence=evidence, now=now)
    move(connection, seat, SubscriptionState.CONFIRMED, ConsentAction.CONFIRMED, witness)
    return asked


def unsubscribe(
    connection: Connection,
    *,
    secret_key: bytes,
    subscriber_id: int,
    list_name: str,
    evidence: Evidence,
    now: datetime,
) -> bool:
    """Leave; False when there was nothing to leave: no such person or list, or left before."""
    seat = find_seat(connection, subscriber_id, list_name)
    if seat is None or seat.state in {None, SubscriptionState.UNSUBSCRIBED}:
        return False
    witness = Witness(secret_key=secret_key, evidence=evidence, now=now)
    return move(
        connection, seat, SubscriptionState.UNSUBSCRIBED, ConsentAction.UNSUBSCRIBED, witness
    )


def add(
    connection: Connection,
    *,
    secret_key: bytes,
    address: str,
    list_name: str,
    now: datetime,
    consent: str = "",
    profile: Profile | None = None,
) -> Added:
    """Add a person on an admin's word: confirmed if `consent` says where it was given.

    Who has left is asked again, whatever the admin says; a suppression stays.

    Raises:
        AddressError: it is no address.
        UnknownList: no list has that name.
        ClosedList: it was archived.
    """
    evidence = Evidence(origin="cli", wording=one_line(consent))
    witness = Witness(secret_key=secret_key, evidence=evidence, now=now)
    seat = _seat(connection, read_address(address), list_name, profile, witness)
    if seat is None:
        return Added(verdict=Verdict.SUPPRESSED)
    left = has_left(connection, seat.address_hash, list_name)
    verdict = admit(seat.state, suppressed=False, has_left=left, consent=bool(evidence.wording))
    if verdict is Verdict.ALREADY_THERE:
        return Added(verdict=verdict)
    if verdict is Verdict.ACCEPTED and evidence.wording:
        move(connection, seat, SubscriptionState.CONFIRMED, ConsentAction.ADDED, witness)
        return Added(verdict=verdict)
    confirmation = _ask(connection, seat, ConsentAction.ADDED, witness)
    return Added(verdict=verdict, confirmation=confirmation)


def membership(connection: Connection, subscriber_id: int, list_name: str) -> Membership | None:
    """Give a person's place on a list; None when they never were on it."""
    places = _memberships(connection, _person.id == subscriber_id, _list.name == list_name)
    return places[0] if places else None


def memberships(connection: Connection, subscriber_id: int) -> list[Membership]:
    """Give a person's places on all lists, by the lists' names."""
    return _memberships(connection, _person.id == subscriber_id)


def _seat(
    connection: Connection,
    reader: Address,
    list_name: str,
    profile: Profile | None,
    witness: Witness,
) -> Seat | None:
    """Give the person's place, with a row of their own from now on; None for the suppressed."""
    lists.find_open(connection, list_name)
    if suppressions.is_suppressed(connection, secret_key=witness.secret_key, address=reader.text):
        return None
    subscriber_id = enrol(connection, witness.secret_key, reader, profile or Profile(), witness.now)
    return find_seat(connection, subscriber_id, list_name)


def _ask(
    connection: Connection, seat: Seat, action: ConsentAction, witness: Witness
) -> ConfirmationNeeded:
    move(connection, seat, SubscriptionState.PENDING, action, witness)
    token = confirmation_token(witness.secret_key, seat.subscriber_id, seat.list_name, witness.now)
    return ConfirmationNeeded(address=seat.address, token=token, list=seat.list_name)


def _renew(connection: Connection, subscriber_id: int, profile: Profile, now: datetime) -> None:
    """Take over the language and the themes that somebody asks with who reads nothing as yet."""
    reads = exists().where(
        _place.subscriber_id == _person.id, _place.state == SubscriptionState.CONFIRMED
    )
    asker = update(tables.subscribers).where(_person.id == subscriber_id, ~reads)
    wished = {"language": profile.language, "themes": list(profile.themes), "changed_at": now}
    connection.execute(asker.values(wished))


def _left_since(seat: Seat, asked: Confirmation) -> bool:
    return seat.ended_at is not None and asked.asked_at < seat.ended_at.replace(microsecond=0)


def _memberships(connection: Connection, *conditions: ColumnElement[bool]) -> list[Membership]:
    rows = connection.execute(
        select(
            _list.name.label("list"),
            _list.title,
            _person.address,
            _person.language,
            *(_place[name] for name in _STANDING),
        )
        .select_from(tables.subscriptions)
        .join(tables.subscribers, _person.id == _place.subscriber_id)
        .join(tables.lists, _list.id == _place.list_id)
        .where(*conditions)
        .order_by(_list.name)
    ).mappings()
    return [_membership(row) for row in rows]


def _membership(row: Any) -> Membership:  # noqa: ANN401 - a row's columns are the value's fields
    return Membership(**{**row, "state": SubscriptionState(row["state"])})
