"""What did a reader choose, and how do they choose anew? All of it or nothing, with evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from subscribers import tables
from subscribers.model import Cadence, ConsentAction, Evidence, SubscriptionState
from subscribers.seats import Seat, Witness, find_seat, prove

_person, _place, _list = tables.subscribers.c, tables.subscriptions.c, tables.lists.c
_OF_PERSON = ("language", "themes", "tracking")
_OF_PLACE = ("cadence", "paused_until")
_TRACKING = {True: ConsentAction.TRACKING_ALLOWED, False: ConsentAction.TRACKING_WITHDRAWN}


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """What a reader wants of a list; language, themes and tracking are the same on all lists."""

    language: str
    themes: tuple[str, ...] = ()
    """Themes chosen, of any list; empty means all."""
    tracking: bool = False
    cadence: Cadence = Cadence.EVERY
    paused_until: datetime | None = None


def choices_of(connection: Connection, subscriber_id: int, list_name: str) -> Preferences | None:
    """Give what a reader chose; None for who is not on the list."""
    row = connection.execute(
        select(*(_person[name] for name in _OF_PERSON), *(_place[name] for name in _OF_PLACE))
        .select_from(tables.subscriptions)
        .join(tables.subscribers, _person.id == _place.subscriber_id)
        .join(tables.lists, _list.id == _place.list_id)
        .where(
            _person.id == subscriber_id,
            _list.name == list_name,
            _place.state != SubscriptionState.UNSUBSCRIBED,
        )
    ).one_or_none()
    if row is None:
        return None
    told = row._asdict()
    told |= {"themes": tuple(row.themes), "cadence": Cadence(row.cadence)}
    return Preferences(**told)


def choose(
    connection: Connection,
    *,
    secret_key: bytes,
    subscriber_id: int,
    list_name: str,
    wanted: Preferences,
    offered: Sequence[str],
    evidence: Evidence,
    now: datetime,
) -> bool:
    """Take over what a reader wants of a list; False for who is not on it, and nothing changes.

    `offered` are the themes that there were to choose from: what the reader chose of other lists'
    themes stays. `evidence` is of the consent to tracking, kept when that changes.
    """
    seat = find_seat(connection, subscriber_id, list_name)
    before = choices_of(connection, subscriber_id, list_name)
    if seat is None or before is None:
        return False
    after = replace(wanted, themes=_merged(before.themes, wanted.themes, offered))
    if after != before:
        _store(connection, seat, after, now)
    if after.tracking != before.tracking:
        witness = Witness(secret_key=secret_key, evidence=evidence, now=now)
        prove(connection, seat, _TRACKING[after.tracking], witness)
    return True


def _merged(
    before: Sequence[str], wanted: Sequence[str], offered: Sequence[str]
) -> tuple[str, ...]:
    """None and all of what is offered are the same: whatever the list will have."""
    others = tuple(theme for theme in before if theme not in offered)
    chosen = tuple(theme for theme in offered if theme in wanted)
    return others if len(chosen) == len(offered) else (*others, *chosen)


def _store(connection: Connection, seat: Seat, after: Preferences, now: datetime) -> None:
    person: dict[str, Any] = {name: getattr(after, name) for name in _OF_PERSON}
    person |= {"themes": list(after.themes), "changed_at": now}
    mine = update(tables.subscribers).where(_person.id == seat.subscriber_id)
    connection.execute(mine.values(person))
    place = update(tables.subscriptions).where(
        _place.subscriber_id == seat.subscriber_id, _place.list_id == seat.list_id
    )
    connection.execute(place.values({name: getattr(after, name) for name in _OF_PLACE}))
