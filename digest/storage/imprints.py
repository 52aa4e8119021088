"""Which entries of a source's feed are stored as they were last read? By their imprints, packed."""

from sqlalchemy import Connection, bindparam, select, update

from digest.storage.asking_tables import imprints
from subscribers.upserts import put

_OF_SOURCE = select(imprints.c.packed).where(imprints.c.source == bindparam("its"))
_REPLACING = (
    update(imprints)
    .where(imprints.c.source == bindparam("its"), imprints.c.packed == bindparam("before"))
    .values(packed=bindparam("now"))
)


def imprints_of(connection: Connection, source: str) -> bytes:
    """What is remembered of a source's entries? Nothing is empty."""
    found: bytes | None = connection.scalar(_OF_SOURCE, {"its": source})
    return found or b""


def save_imprints(connection: Connection, source: str, now: bytes, *, before: bytes) -> None:
    """Remember what holds from this transaction on, in which what was read is stored.

    It was read by what was remembered `before`. When that is no more, another run read and stored
    meanwhile, and what is known of entries that were not read may not hold: nothing is remembered.
    """
    if before and _replaced(connection, source, now, before):
        return
    there = imprints_of(connection, source)
    kept = now if there == before else b""
    if kept != there:
        put(connection, imprints, [{"source": source, "packed": kept}])


def _replaced(connection: Connection, source: str, now: bytes, before: bytes) -> bool:
    values = {"its": source, "before": before, "now": now}
    return connection.execute(_REPLACING, values).rowcount == 1
