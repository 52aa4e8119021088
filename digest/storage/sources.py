"""What do we remember of the sources, and of each thing they gave?"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice

from sqlalchemy import Connection, insert, select, update

from digest.model.source import Sighting, SourceState
from digest.storage.tables import entries, sources

_CHUNK = 500  # keys of one question


def source_states(connection: Connection) -> dict[str, SourceState]:
    """How does every source stand that was ever asked?"""
    rows = connection.execute(select(sources)).mappings()
    return {row["name"]: SourceState(**row) for row in rows}


def source_state(connection: Connection, name: str) -> SourceState:
    """How does this source stand? One never asked stands at the beginning."""
    row = connection.execute(select(sources).where(sources.c.name == name)).mappings().first()
    return SourceState(**row) if row else SourceState(name=name)


def save_source_state(connection: Connection, state: SourceState) -> None:
    """Keep how a source stands now."""
    values = asdict(state)
    known = update(sources).where(sources.c.name == state.name).values(**values)
    if connection.execute(known).rowcount == 0:
        connection.execute(insert(sources).values(**values))


def sightings(connection: Connection, source: str, keys: Iterable[str]) -> dict[str, Sighting]:
    """Which of these keys has the source given before?"""
    columns = (entries.c.key, entries.c.article_id, entries.c.fingerprint, entries.c.first_seen_at)
    found: dict[str, Sighting] = {}
    for chunk in _chunks(dict.fromkeys(keys)):
        asked = select(*columns).where(entries.c.source == source, entries.c.key.in_(chunk))
        rows = connection.execute(asked).mappings()
        found.update((row["key"], Sighting(**row)) for row in rows)
    return found


def record_sighting(connection: Connection, source: str, sighting: Sighting) -> None:
    """Remember what a source gave; when it was first seen never changes."""
    here = (entries.c.source == source) & (entries.c.key == sighting.key)
    news = {"article_id": sighting.article_id, "fingerprint": sighting.fingerprint}
    if connection.execute(update(entries).where(here).values(**news)).rowcount == 0:
        connection.execute(insert(entries).values(source=source, **asdict(sighting)))


def _chunks(keys: Iterable[str]) -> Iterator[list[str]]:
    waiting = iter(keys)
    while chunk := list(islice(waiting, _CHUNK)):
        yield chunk
