"""Which segments are there, and how many does each mean? A segment is a saved filter of readers."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from subscribers import lists, tables
from subscribers.conditions import Condition, condition
from subscribers.errors import SegmentError, UnknownSegment
from subscribers.grammar import parse
from subscribers.rules import Rule, nearest, written
from subscribers.upserts import insert_if_absent

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_columns, _place = tables.segments.c, tables.subscriptions.c


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A saved filter, evaluated each time it is used."""

    name: str
    rule: str
    """As it is written; `parse` reads it."""
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class SegmentSize:
    """How many of a list's readers a rule means."""

    list: str
    mailed: int
    """Of the list: confirmed and not suppressed."""
    matching: int
    """Of these."""


def create(connection: Connection, name: str, rule: Rule, now: datetime) -> Segment:
    """Save a rule under a name.

    Raises:
        SegmentError: the name is taken, or is no name.
    """
    if not _NAME.fullmatch(name):
        raise SegmentError(
            f"{name!r} can't name a segment: use small letters, digits and hyphens, e.g. 'mali-fr'"
        )
    values: dict[str, Any] = {"rule": written(rule), "created_at": now, "changed_at": now}
    if not insert_if_absent(connection, tables.segments, name=name, **values):
        raise SegmentError(f"there is a segment '{name}' already: `digest segments edit {name}`")
    return find(connection, name)


def edit(connection: Connection, name: str, rule: Rule, now: datetime) -> Segment:
    """Give a segment another rule.

    Raises:
        UnknownSegment: there is none of that name; names the nearest.
    """
    changed = update(tables.segments).where(_columns.name == name)
    connection.execute(changed.values(rule=written(rule), changed_at=now))
    return find(connection, name)


def remove(connection: Connection, name: str) -> Segment:
    """Forget a segment; give what it was.

    Raises:
        UnknownSegment: there is none of that name; names the nearest.
    """
    known = find(connection, name)
    connection.execute(delete(tables.segments).where(_columns.name == name))
    return known


def find(connection: Connection, name: str) -> Segment:
    """Give the segment of that name.

    Raises:
        UnknownSegment: there is none; names the nearest.
    """
    known = {one.name: one for one in segments(connection)}
    if name in known:
        return known[name]
    hint = nearest(name, known) if known else f"make it with `digest segments create {name} RULE`"
    raise UnknownSegment(f"no segment is called {name!r} ({hint})")


def segments(connection: Connection) -> list[Segment]:
    """Give all segments, by name."""
    columns = (_columns[name] for name in Segment.__dataclass_fields__)
    rows = connection.execute(select(*columns).order_by(_columns.name)).mappings()
    return [Segment(**row) for row in rows]


def condition_of(connection: Connection, name: str) -> Condition:
    """Give what a segment means as a condition on a row of subscribers and of subscriptions.

    Raises:
        UnknownSegment: there is none of that name; names the nearest.
    """
    return condition(parse(find(connection, name).rule))


def size(connection: Connection, rule: Rule, list_name: str) -> SegmentSize:
    """Count whom of a list's readers a rule means.

    Raises:
        UnknownList: no list has that name.
    """
    list_id = lists.find(connection, list_name).id
    everybody = (
        select(func.count())
        .select_from(tables.subscriptions)
        .join(tables.subscribers, tables.subscribers.c.id == _place.subscriber_id)
        .where(_place.list_id == list_id, lists.MAILED)
    )
    return SegmentSize(
        list=list_name,
        mailed=connection.scalar(everybody) or 0,
        matching=connection.scalar(everybody.where(condition(rule))) or 0,
    )


def sizes(connection: Connection, rule: Rule) -> list[SegmentSize]:
    """Count whom a rule means on each list that is in use."""
    open_lists = [one.name for one in lists.lists(connection) if one.archived_at is None]
    return [size(connection, rule, name) for name in open_lists]
