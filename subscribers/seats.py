"""Which rows are a person's place on a list, and how does it change? Never without evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from subscribers import tables
from subscribers.addresses import Address
from subscribers.consent import address_hash, evidence_row
from subscribers.leaving import left
from subscribers.model import ConsentAction, Evidence, SubscriptionState
from subscribers.texts import one_line
from subscribers.upserts import insert_if_absent, inserting

_person, _place, _list = tables.subscribers.c, tables.subscriptions.c, tables.lists.c
_STAMPS = {
    SubscriptionState.PENDING: "asked_at",
    SubscriptionState.CONFIRMED: "confirmed_at",
    SubscriptionState.UNSUBSCRIBED: "ended_at",
}


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What is known of a person who is new here."""

    name: str = ""
    language: str = "fr"
    fields: Mapping[str, str] = field(default_factory=dict)
    themes: tuple[str, ...] = ()
    """Chosen; empty means all."""


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A person's place on a list, whether they ever took it or not."""

    subscriber_id: int
    address: str
    address_hash: str
    list_id: int
    list_name: str
    state: SubscriptionState | None
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Witness:
    """What every step is recorded with."""

    secret_key: bytes
    evidence: Evidence
    now: datetime


def find_seat(connection: Connection, subscriber_id: int, list_name: str) -> Seat | None:
    """Give a person's place on a list; None without such a person or such a list.

    Nobody else changes that person's places before this transaction ends.
    """
    hold(connection, _person.id == subscriber_id)
    return look_at_seat(connection, subscriber_id, list_name)


def look_at_seat(connection: Connection, subscriber_id: int, list_name: str) -> Seat | None:
    """Give a person's place on a list as it is at this moment; None as for find_seat."""
    rows = connection.execute(
        select(
            _person.id.label("subscriber_id"),
            _person.address,
            _person.address_hash,
            _list.id.label("list_id"),
            _list.name.label("list_name"),
            _place.state,
            _place.ended_at,
        )
        .select_from(tables.subscribers)
        .join(tables.lists, _list.name == list_name)
        .outerjoin(
            tables.subscriptions,
            (_place.subscriber_id == _person.id) & (_place.list_id == _list.id),
        )
        .where(_person.id == subscriber_id)
    ).mappings()
    row = rows.one_or_none()
    return Seat(**{**row, "state": _state(row["state"])}) if row else None


def enrol(
    connection: Connection, secret_key: bytes, reader: Address, profile: Profile, now: datetime
) -> int:
    """Give the id of a person; a new one gets a row with this profile, a known one keeps theirs.

    Nobody erases them before this transaction ends.
    """
    row = inserting(connection, tables.subscribers).values(
        address=reader.text,
        address_key=reader.key,
        address_hash=address_hash(secret_key, reader.key),
        name=one_line(profile.name),
        language=profile.language,
        themes=list(profile.themes),
        tracking=False,
        fields={one_line(name): one_line(value) for name, value in profile.fields.items()},
        created_at=now,
        changed_at=now,
    )
    same = row.on_conflict_do_update(
        index_elements=["address_key"], set_={"address_key": reader.key}
    )
    return int(connection.execute(same.returning(_person.id)).scalar_one())


def hold(connection: Connection, person: ColumnElement[bool]) -> None:
    """Keep others from a person's places until this transaction ends; SQLite has one writer.

    What is read after it is how things stand. An import that puts the person on a list where they
    never were is not waited for.
    """
    held = select(_person.id).where(person).with_for_update(key_share=True)
    ids = list(connection.scalars(held))
    places = select(_place.list_id).where(_place.subscriber_id.in_(ids)).with_for_update()
    connection.execute(places).close()


def hold_person(connection: Connection, subscriber_id: int) -> None:
    """Keep others from a person's places until this transaction ends."""
    hold(connection, _person.id == subscriber_id)


def move(
    connection: Connection,
    seat: Seat,
    state: SubscriptionState,
    action: ConsentAction,
    witness: Witness,
) -> bool:
    """Change the state and record the evidence; False when another was faster."""
    moved = _take(connection, seat, state, witness.now) or _change(
        connection, seat, state, witness.now
    )
    if moved:
        prove(connection, seat, action, witness)
    return moved


def prove(connection: Connection, seat: Seat, action: ConsentAction, witness: Witness) -> None:
    """Record what a reader did as evidence."""
    row = evidence_row(
        secret_key=witness.secret_key,
        address_hash=seat.address_hash,
        list_name=seat.list_name,
        action=action,
        evidence=witness.evidence,
        now=witness.now,
    )
    connection.execute(insert(tables.consents), row)


def _state(text: str | None) -> SubscriptionState | None:
    return SubscriptionState(text) if text else None


def has_left(connection: Connection, hashed: str, list_name: str) -> bool:
    """Say whether the evidence about an address holds an unsubscription that was not undone."""
    return bool(connection.scalar(select(left(hashed, list_name))))


def _take(connection: Connection, seat: Seat, state: SubscriptionState, now: datetime) -> bool:
    values: dict[str, Any] = {"state": state.value, "asked_at": now, _STAMPS[state]: now}
    return insert_if_absent(
        connection,
        tables.subscriptions,
        subscriber_id=seat.subscriber_id,
        list_id=seat.list_id,
        **values,
    )


def _change(connection: Connection, seat: Seat, state: SubscriptionState, now: datetime) -> bool:
    """Change a seat that is taken, unless it has changed since it was read."""
    values: dict[str, Any] = {"state": state.value, _STAMPS[state]: now}
    changed = connection.execute(
        update(tables.subscriptions)
        .where(
            _place.subscriber_id == seat.subscriber_id,
            _place.list_id == seat.list_id,
            _place.state == seat.state,
        )
        .values(values)
    )
    return changed.rowcount == 1
