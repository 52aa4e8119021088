"""How do readers go into a CSV file? In the shape that is imported, so that nothing is lost."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, TextIO

from sqlalchemy import Connection, Row, select

from subscribers import lists, tables
from subscribers.cells import guard
from subscribers.columns import EXPORTED
from subscribers.model import SubscriptionState

_person, _place, _ban = tables.subscribers.c, tables.subscriptions.c, tables.suppressions.c
_WRITTEN = (
    *(_person[name] for name in ("address", "name", "language", "themes", "tracking", "fields")),
    *(_place[name] for name in ("cadence", "paused_until", "confirmed_at", "state")),
    _ban.reason.label("banned"),
)
MAILED = (SubscriptionState.CONFIRMED,)
"""Who is written unless somebody asks for more."""


def export_readers(
    connection: Connection,
    list_name: str,
    file: TextIO,
    states: Iterable[SubscriptionState] = MAILED,
) -> int:
    """Write a list's readers of these states as CSV; give their number.

    The suppressed are written only with the unsubscribed, and say so: they are mailed nowhere.

    Raises:
        UnknownList: no list has that name.
    """
    list_id, wanted = lists.find(connection, list_name).id, tuple(states)
    fields = _field_names(connection, list_id, wanted)
    writer = csv.writer(file)
    writer.writerow([*EXPORTED, *map(guard, fields)])
    count = 0
    for reader in _readers(connection, list_id, wanted):
        writer.writerow(map(guard, _cells(reader, fields)))
        count += 1
    return count


def _readers(
    connection: Connection, list_id: int, states: tuple[SubscriptionState, ...]
) -> Iterator[Row[Any]]:
    """Read a thousand at a time, in the order of their ids."""
    question = (
        select(*_WRITTEN)
        .select_from(tables.subscriptions)
        .join(tables.subscribers, _person.id == _place.subscriber_id)
        .outerjoin(tables.suppressions, _ban.address_hash == _person.address_hash)
        .where(_place.list_id == list_id, _place.state.in_(states))
        .order_by(_person.id)
        .execution_options(yield_per=1_000)
    )
    if SubscriptionState.UNSUBSCRIBED not in states:
        question = question.where(_ban.reason.is_(None))
    yield from connection.execute(question)


def _field_names(
    connection: Connection, list_id: int, states: tuple[SubscriptionState, ...]
) -> list[str]:
    names: set[str] = set()
    for reader in _readers(connection, list_id, states):
        names.update(reader.fields)
    return sorted(names)


def _cells(reader: Row[Any], fields: list[str]) -> Iterator[str]:
    yield from (reader.address, reader.name, reader.language, " ".join(reader.themes))
    yield from (reader.cadence, _moment(reader.paused_until), "yes" if reader.tracking else "no")
    yield from (_moment(reader.confirmed_at), "suppressed" if reader.banned else reader.state)
    for name in fields:
        yield reader.fields.get(name, "")


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
