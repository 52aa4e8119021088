"""How does everything move into another database, so that never two of them are in use?

Each step leaves a state from which the same command goes on:

    copied, compared, committed     the copy is arriving: nobody can use it; the source is as it was
    the source is marked as moved   nobody can use either
    the copy is let in              done

The source's lock is held over the first two. A process killed before the first ends leaves nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from digest.clock import Clock
from digest.deliver.workers import is_dead
from digest.errors import ConflictError, StorageError
from digest.pipeline.rounds import new_id
from digest.storage import copying, migrating, moved, underway
from digest.storage.copying import Content
from digest.storage.moved import Mark, Standing
from subscribers.database import Database, address_of

Tell = Callable[[Content], None]


@dataclass(frozen=True, kw_only=True)
class Move:
    """What a move came to."""

    source: str
    """Addresses without secrets."""
    target: str
    tables: tuple[Content, ...]
    """What was copied, read from both ends and found equal; empty when a move was only ended."""


def move(source: Database, target: Database, clock: Clock, *, tell: Tell = lambda _: None) -> Move:
    """Copy a whole database into an empty one, then let only that be used.

    Again after a kill it goes on. Readers of the source go on meanwhile; writers wait, and give up
    after their time-out.

    Raises:
        ConflictError: mail is under way, or the target is not empty.
        StorageError: either is not of this version, or the copy is not what was copied: nothing is
            kept of it.
    """
    places = address_of(source.url), address_of(target.url)
    if places[0] == places[1]:
        raise ConflictError(f"{places[0]} is the present database: name another")
    mark = _begun(source)
    contents: tuple[Content, ...] = ()
    if mark is None:
        with source.write() as here:
            mark, contents = _copied(here, target, places, clock(), tell)
            moved.close(here, mark)
    _let_in(target, mark)
    return Move(source=places[0], target=places[1], tables=contents)


def undo(database: Database) -> Mark:
    """Make a moved database usable again, as it was when it was moved.

    Raises:
        StorageError: it was not moved.
    """
    with database.write() as connection:
        return moved.reopen(connection)


def _begun(source: Database) -> Mark | None:
    """Give the mark of a source that a former run has marked already.

    Raises:
        StorageError: it can't be moved.
    """
    with source.read() as connection:
        if moved.version(connection) == Standing.MOVED:
            return moved.mark_of(connection)
        if migrating.revision_of(connection) != migrating.HEAD:
            raise StorageError("the database is not of this version: `digest migrate` first")
    return None


def _copied(
    here: Connection, target: Database, places: tuple[str, str], now: datetime, tell: Tell
) -> tuple[Mark, tuple[Content, ...]]:
    """Fill the target in one transaction; give the mark for the source."""
    copying.lock(here)
    refuse_senders(here, now)
    arrival = Mark(id=new_id(), place=places[0], version=migrating.HEAD, at=now)
    try:
        with target.write() as there:
            _prepare(there, arrival, places[1])
            contents = copying.copy(here, there, tell)
            copying.check(contents, copying.contents(there))
            moved.announce(there, arrival)
    except (SQLAlchemyError, OverflowError) as failure:
        reason = getattr(failure, "orig", None) or failure
        raise StorageError(f"nothing was moved: {places[1]}: {reason}") from failure
    return Mark(id=arrival.id, place=places[1], version=arrival.version, at=now), contents


def _prepare(there: Connection, arrival: Mark, place: str) -> None:
    """Have empty tables, whoever else may want them.

    Raises:
        ConflictError: they are not empty.
    """
    former = moved.mark_of(there)
    if former is not None and moved.version(there) == Standing.ARRIVING:
        _refuse_stranger(former, arrival, place)
        copying.clear(there)
        moved.reopen(there)
    migrating.bring_up(there)
    copying.lock(there)
    if not copying.is_empty(there):
        raise ConflictError(f"{place} holds data already: a move needs an empty database")


def _refuse_stranger(former: Mark, arrival: Mark, place: str) -> None:
    if former.place != arrival.place:
        raise ConflictError(
            f"{place} holds what was being moved there from {former.place}: end that move first"
        )


def refuse_senders(here: Connection, now: datetime) -> None:
    """Let nothing happen to a ledger in which a living worker is about to write.

    Raises:
        ConflictError: says what to stop.
    """
    held = underway.in_hand(here)
    live = [batch for batch, worker in held if _is_live(batch.lease_until, worker, now)]
    if live:
        people = sum(len(batch.recipient_ids) for batch in live)
        raise ConflictError(
            f"{len(live)} batches for {people} recipients are being mailed: stop every sender"
            " (`digest serve`, `worker`, `send`) and try again"
        )


def _is_live(lease_until: datetime | None, worker: str, now: datetime) -> bool:
    return lease_until is not None and lease_until > now and not is_dead(worker)


def _let_in(target: Database, mark: Mark) -> None:
    if address_of(target.url) != mark.place:
        raise ConflictError(
            f"the database was moved to {mark.place} on {mark.at:%Y-%m-%d %H:%M} UTC already:"
            " `digest move-to --undo` makes it usable again"
        )
    with target.write() as there:
        arrived = moved.mark_of(there)
        if arrived is not None and arrived.id == mark.id:
            moved.reopen(there)
            copying.learn(there)
