"""Who of a list is to be mailed, by what each of them chose? A million ids in 4 bytes each.

Most readers chose nothing: their places are walked over once, with no sorting of a million rows;
whoever chose something is found through indexes.
"""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeAlias

import orjson
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Text,
    and_,
    cast,
    false,
    func,
    literal,
    select,
    text,
    union_all,
)

from subscribers import tables
from subscribers.database import packed_ids, unpacked
from subscribers.model import Cadence, Choices, SubscriptionState

WINDOW = 100_000
"""Ids that are looked at in one question; each then takes some dozens of bytes."""

Person: TypeAlias = tuple[str, tuple[str, ...], bool]
"""Language, themes, tracking."""
Place: TypeAlias = tuple[Cadence, bool]
"""Cadence, and whether it is paused."""

_person, _place = tables.subscribers.c, tables.subscriptions.c
_themes = cast(_person.themes, Text)  # PostgreSQL can't compare JSON


def by_choices(
    connection: Connection,
    list_id: int,
    now: datetime,
    *,
    usual: str = "fr",
    condition: ColumnElement[bool] | None = None,
    window: int = WINDOW,
) -> "Iterator[tuple[Choices, array[int]]]":
    """Give all who are to be mailed, confirmed and not suppressed, each in exactly one group.

    A window of ids at a time, so that equal choices come again in each; the ids ascend in a group.
    `usual` is the language of most; `condition` lets only some in, by columns of `subscribers` and
    of the list's `subscriptions`.
    """
    banned = _suppressed(connection)
    others = [language for language in _languages(connection) if language != usual]
    here = and_(_place.list_id == list_id, _place.state == SubscriptionState.CONFIRMED)
    ends = (  # each by itself is one look into the index
        select(end(_place.subscriber_id)).where(here).scalar_subquery()
        for end in (func.min, func.max)
    )
    first, last = connection.execute(select(*ends)).one()
    for start in range(first or 0, (last or -1) + 1, window):
        end = start + window - 1
        inside = and_(here, _place.subscriber_id.between(start, end))
        found, places = _walked(connection, inside, condition, now)
        out = frozenset(banned[bisect_left(banned, start) : bisect_left(banned, end + 1)])
        ids = array("I", [id_ for id_ in found if id_ not in out]) if out else found
        if ids:
            people = _people(connection, _person.id.between(start, end), others)
            yield from _sorted_out(ids, places, people, usual)


def _walked(
    connection: Connection,
    inside: ColumnElement[bool],
    condition: ColumnElement[bool] | None,
    now: datetime,
) -> "tuple[array[int], dict[Place, set[int]]]":
    """Give whose place is inside, ascending, and those who don't simply get every issue, by
    cadence and pause: all in one walk.
    """
    kind = connection.dialect.name
    wishes = _wishes(now)
    asked = packed_ids(kind, _place.subscriber_id)
    question = select(asked, *map(asked.filter, wishes.values())).where(inside)
    if condition is not None:
        question = question.join(tables.subscribers, _person.id == _place.subscriber_id)
        question = question.where(condition)
    all_, *apart = (unpacked(kind, value) for value in connection.execute(question).one())
    places = {place: set(ids) for place, ids in zip(wishes, apart, strict=True) if ids}
    return array("I", sorted(all_)), places


def _wishes(now: datetime) -> dict[Place, ColumnElement[bool]]:
    paused = func.coalesce(_place.paused_until > now, false())
    rarely = (cadence for cadence in Cadence if cadence is not Cadence.EVERY)
    wishes: dict[Place, ColumnElement[bool]] = {(Cadence.EVERY, True): paused}
    return wishes | {(wish, False): and_(_place.cadence == wish, ~paused) for wish in rarely}


def _suppressed(connection: Connection) -> "array[int]":
    """Give the suppressed, ascending: few, and found through the index on their hashes."""
    kind = connection.dialect.name
    hashes = select(tables.suppressions.c.address_hash)
    question = select(packed_ids(kind, _person.id)).where(_person.address_hash.in_(hashes))
    return array("I", sorted(unpacked(kind, connection.scalar(question))))


def _people(
    connection: Connection, inside: ColumnElement[bool], others: list[str]
) -> dict[Person, set[int]]:
    """Give those who chose anything but the usual, by language, themes and tracking.

    In one statement: a reader who changes their mind at this moment is found as they were, or are.
    """
    kind = connection.dialect.name
    found: dict[Person, set[int]] = defaultdict(set)
    for language, themes, tracking, ids in connection.execute(chose(kind, inside, others)):
        chosen = tuple(orjson.loads(themes))  # equal ones may be spelt differently
        found[language, chosen, bool(tracking)].update(unpacked(kind, ids))
    return found


def chose(
    kind: str, inside: ColumnElement[bool], others: list[str]
) -> Select[Any] | CompoundSelect[Any]:
    """Ask for language, themes as JSON, tracking and packed ids of whoever chose something, or
    reads one of the other languages.
    """
    # SQLite knows nothing of an index that is empty, and would rather take one of all readers.
    wishes = f"unlikely({tables.WISHES})" if kind == "sqlite" else tables.WISHES
    packed = packed_ids(kind, _person.id)
    person = (_person.language, _themes, _person.tracking)
    wished = select(*person, packed).where(inside, text(wishes)).group_by(*person)
    if not others:
        return wished
    abroad = select(_person.language, literal("[]", Text), false(), packed).where(
        inside, _person.language.in_(others), text(f"NOT {tables.WISHES}")
    )
    return union_all(wished, abroad.group_by(_person.language))


def _languages(connection: Connection) -> Iterator[str]:
    """Give the languages that anybody reads: each is one look into the index, not a walk."""
    first = select(func.min(_person.language))
    language: str | None = connection.scalar(first)
    while language is not None:
        yield language
        language = connection.scalar(first.where(_person.language > language))


def _sorted_out(
    ids: "array[int]", places: dict[Place, set[int]], people: dict[Person, set[int]], usual: str
) -> "Iterator[tuple[Choices, array[int]]]":
    """Meet each kind of person with each kind of place, by sets; whoever chose nothing, as most, is
    let through as they came.
    """
    chose = set[int]().union(*people.values(), *places.values()).intersection(ids)
    rest = array("I", [id_ for id_ in ids if id_ not in chose]) if chose else ids
    if rest:
        yield Choices(usual), rest
    for person, members in [*people.items(), ((usual, (), False), chose)]:
        if members is not chose:
            members &= chose
            chose -= members
        for place, there in places.items():
            both = members & there
            members -= both
            yield from _group(person, place, both)
        yield from _group(person, (Cadence.EVERY, False), members)


def _group(person: Person, place: Place, ids: set[int]) -> "Iterator[tuple[Choices, array[int]]]":
    if ids:
        yield Choices(*person, *place), array("I", sorted(ids))
