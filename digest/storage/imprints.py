"""Which entries of a source's feed are stored as they were last read? By their imprints, packed."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from digest.storage.asking_tables import imprints
from digest.storage.sources import chunks
from subscribers.upserts import put

_OF_SOURCES = select(imprints.c.source, imprints.c.packed).where(
    imprints.c.source.in_(bindparam("these", expanding=True))
)
_OF_SOURCE = select(imprints.c.packed).where(imprints.c.source == bindparam("its"))


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """What is to be remembered of a source's entries once they are stored."""

    now: bytes
    before: bytes
    """What was remembered when they were read."""


def imprints_of(connection: Connection, source: str) -> bytes:
    """What is remembered of a source's entries? Nothing is empty."""
    found: bytes | None = connection.scalar(_OF_SOURCE, {"its": source})
    return found or b""


def save_imprints(connection: Connection, renewed: Mapping[str, Renewal]) -> None:
    """Remember of sources what holds from this transaction on, in which what was read is stored.

    It was read by what was remembered `before`. When that is no more, another run read and stored
    meanwhile, and what is known of entries that were not read may not hold: nothing is remembered.
    Called by who stores, `alone`.
    """
    there = dict.fromkeys(renewed, b"")
    for chunk in chunks(renewed):
        rows = connection.execute(_OF_SOURCES, {"these": chunk})
        there.update((source, packed) for source, packed in rows)
    kept = {
        source: one.now if there[source] == one.before else b"" for source, one in renewed.items()
    }
    changed = [source for source in kept if kept[source] != there[source]]
    put(connection, imprints, [{"source": one, "packed": kept[one]} for one in changed])
