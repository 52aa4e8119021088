"""Which addresses are never mailed again? Known by keyed hash alone: outlives erasure."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from subscribers import tables
from subscribers.addresses import read_address
from subscribers.consent import address_hash
from subscribers.model import Suppression, SuppressionReason
from subscribers.upserts import insert_if_absent

_columns = tables.suppressions.c


def suppress(
    connection: Connection,
    *,
    secret_key: bytes,
    address: str,
    reason: SuppressionReason,
    origin: str,
    now: datetime,
) -> bool:
    """Never mail an address again; False when that was so already, and the first reason stays.

    Raises:
        AddressError: it is no address.
    """
    return insert_if_absent(
        connection,
        tables.suppressions,
        address_hash=hash_of(secret_key, address),
        reason=reason.value,
        at=now,
        origin=origin,
    )


def lift(connection: Connection, *, secret_key: bytes, address: str) -> bool:
    """Allow an address to be mailed again; False when nothing forbade it."""
    gone = delete(tables.suppressions).where(_columns.address_hash == hash_of(secret_key, address))
    return connection.execute(gone).rowcount == 1


def is_suppressed(connection: Connection, *, secret_key: bytes, address: str) -> bool:
    """Say whether an address is never to be mailed."""
    return by_hash(connection, hash_of(secret_key, address)) is not None


def by_hash(connection: Connection, hashed: str) -> Suppression | None:
    """Find the suppression of a hashed address."""
    row = connection.execute(
        select(_columns.reason, _columns.at, _columns.origin).where(_columns.address_hash == hashed)
    ).one_or_none()
    if row is None:
        return None
    return Suppression(reason=SuppressionReason(row.reason), at=row.at, origin=row.origin)


def fits(connection: Connection, secret_key: bytes) -> bool:
    """Say whether the key is the one that people were enrolled with; of nobody, any is."""
    question = select(tables.subscribers.c.address, tables.subscribers.c.address_hash).limit(1)
    row = connection.execute(question).one_or_none()
    return row is None or row.address_hash == hash_of(secret_key, row.address)


def hash_of(secret_key: bytes, address: str) -> str:
    """Hash an address as it is written by people."""
    return address_hash(secret_key, read_address(address).key)
