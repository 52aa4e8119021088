"""What do we remember of the sources, and of each thing they gave?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from operator import attrgetter
from typing import TypeAlias, TypeVar

from sqlalchemy import Connection, bindparam, func, select, update

from digest.model.source import Sighting, SourceState
from digest.storage.asking_tables import sources
from digest.storage.tables import articles, entries
from subscribers.database import KINDS, among, as_ids
from subscribers.upserts import put

_CHUNK = 500  # keys of one question
_Key = TypeVar("_Key", str, int)
Name: TypeAlias = tuple[str, str]
"""A source, and the key of what it gave."""

# Written once: to write a statement takes longer than to execute it.
_SIGHTED = [column for column in entries.c if column.name != "source"]
_SIGHTINGS = select(*_SIGHTED).where(
    entries.c.source == bindparam("source"),
    entries.c.key.in_(bindparam("keys", expanding=True)),
)
_SPEAKING = {
    kind: select(entries.c.source, entries.c.key, entries.c.article_id).where(
        entries.c.speaks, among(kind, entries.c.article_id)
    )
    for kind in KINDS
}
_MOMENTS = (
    select(entries.c.source, articles.c.published_at)
    .distinct()
    .where(
        articles.c.id == entries.c.article_id,
        entries.c.source.in_(bindparam("sources", expanding=True)),
        articles.c.published_at >= bindparam("since"),
    )
)


def source_states(connection: Connection) -> dict[str, SourceState]:
    """How does every source stand that was ever asked?"""
    rows = connection.execute(select(sources)).mappings()
    return {row["name"]: SourceState(**row) for row in rows}


def states_of(connection: Connection, names: Iterable[str]) -> dict[str, SourceState]:
    """How do these sources stand? Those never asked are missing."""
    found: dict[str, SourceState] = {}
    for chunk in chunks(names):
        rows = connection.execute(select(sources).where(sources.c.name.in_(chunk))).mappings()
        found.update((row["name"], SourceState(**row)) for row in rows)
    return found


def source_state(connection: Connection, name: str) -> SourceState:
    """How does this source stand? One never asked stands at the beginning."""
    row = connection.execute(select(sources).where(sources.c.name == name)).mappings().first()
    return SourceState(**row) if row else SourceState(name=name)


def save_source_state(connection: Connection, state: SourceState) -> None:
    """Keep how a source stands now."""
    save_source_states(connection, [state])


def save_source_states(connection: Connection, states: Iterable[SourceState]) -> None:
    """Keep how these sources stand now; whoever does so locks rows in the same order."""
    by_name = sorted(states, key=attrgetter("name"))
    put(connection, sources, [vars(state) for state in by_name])


def sightings(connection: Connection, source: str, keys: Iterable[str]) -> dict[str, Sighting]:
    """Which of these keys has the source given before?"""
    found: dict[str, Sighting] = {}
    names = [column.name for column in _SIGHTED]
    for chunk in chunks(dict.fromkeys(keys)):
        rows = connection.execute(_SIGHTINGS, {"source": source, "keys": chunk})
        known = [Sighting(**dict(zip(names, row, strict=True))) for row in rows]
        found.update((one.key, one) for one in known)
    return found


def sightings_of(connection: Connection, names: Iterable[Name]) -> dict[Name, Sighting]:
    """Which of these have been given before?"""
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for source, key in names:
        keys[source].append(key)
    return {
        (source, key): seen
        for source, asked in keys.items()
        for key, seen in sightings(connection, source, asked).items()
    }


def moments_of(
    connection: Connection, names: Iterable[str], since: datetime
) -> dict[str, list[datetime]]:
    """When did the articles appear that each of these sources gave, from a moment on?"""
    found: defaultdict[str, list[datetime]] = defaultdict(list)
    for chunk in chunks(names):
        for source, moment in connection.execute(_MOMENTS, {"sources": chunk, "since": since}):
            found[source].append(moment)
    return found


def record_sightings(connection: Connection, seen: Mapping[Name, Sighting]) -> None:
    """Remember what sources gave; when it was first seen never changes."""
    rows = [{"source": source, **vars(one)} for (source, _), one in seen.items()]
    put(connection, entries, rows, lasting={"first_seen_at"})


def speaking_names(connection: Connection, article_ids: Iterable[int]) -> dict[Name, int]:
    """Under which names came the texts that these articles have? Each with its article."""
    kind, wanted = connection.dialect.name, list(article_ids)
    given = {"ids": as_ids(kind, wanted)}
    rows = connection.execute(_SPEAKING[kind], given) if wanted else ()
    return {(source, key): id_ for source, key, id_ in rows}


def silence(connection: Connection, article_ids: Iterable[int]) -> None:
    """Let none of these articles' names be that of its text any more."""
    for chunk in chunks(article_ids):
        names = update(entries).where(entries.c.article_id.in_(chunk), entries.c.speaks)
        connection.execute(names.values(speaks=False))


def sources_of(connection: Connection, article_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Which sources gave each of these articles? In the order in which they did."""
    found: dict[int, dict[str, None]] = {}
    first = func.min(entries.c.first_seen_at)
    for chunk in chunks(dict.fromkeys(article_ids)):
        asked = (
            select(entries.c.article_id, entries.c.source)
            .where(entries.c.article_id.in_(chunk))
            .group_by(entries.c.article_id, entries.c.source)
            .order_by(entries.c.article_id, first, entries.c.source)
        )
        for article_id, source in connection.execute(asked):
            found.setdefault(article_id, {})[source] = None
    return {article_id: tuple(names) for article_id, names in found.items()}


def chunks(keys: Iterable[_Key]) -> Iterator[list[_Key]]:
    """Cut keys into pieces that one question can hold."""
    waiting = iter(keys)
    while chunk := list(islice(waiting, _CHUNK)):
        yield chunk
