"""How is the database saved, and brought back without mailing anybody twice?

A backup is older than what was done after it: a batch that it calls ready may have been mailed
since. So a restored database holds all of that back for a person to decide.
"""

from dataclasses import dataclass
from dataclasses import replace as replace_fields
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from digest.clock import Clock
from digest.errors import StorageError
from digest.pipeline.moving import refuse_senders
from digest.pipeline.rounds import new_id
from digest.storage import files, migrating, underway
from digest.storage.underway import HeldBack
from subscribers import departures
from subscribers.database import Database, address_of


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A saved database."""

    file: Path
    bytes: int
    newest: datetime | None
    """When the last thing that stands in it was written down."""


@dataclass(frozen=True, kw_only=True)
class Restored:
    """A database that was brought back."""

    database: str
    former: Path | None
    """Where the one before it is kept."""
    newest: datetime | None
    """What was done later is unknown to it."""
    held: HeldBack
    carried: "Carried | None"
    """None: the one before it could not be read, or there was none."""


@dataclass(frozen=True, kw_only=True)
class Carried:
    """What forbids mail, taken over from the database that a backup replaced."""

    left: int
    suppressed: int


def backup(database: Database, file: Path) -> Backup:
    """Save an SQLite database into a new file, whoever writes meanwhile.

    Raises:
        StorageError: the file is there already or can't be written; or it is PostgreSQL's own
            program that saves this database: says with which words.
    """
    if database.engine.dialect.name != "sqlite":
        raise StorageError(_pg_dump(database, file))
    files.save(database, file)
    with database.read() as connection:
        newest = underway.newest(connection)
    return Backup(file=file, bytes=file.stat().st_size, newest=newest)


def restore(url: str, file: Path, clock: Clock, *, replace: bool = False) -> Restored:
    """Put a backup in the place of an SQLite database; the former one is kept beside it.

    Raises:
        ConflictError: the former one is in use, or is not empty and `replace` is not said.
        StorageError: the file is no whole database of ours, or is newer than this digest; or
            PostgreSQL's own program brings this database back: says with which words.
    """
    now = clock()
    if not url.startswith("sqlite"):
        raise StorageError(_pg_restore(url, file))
    place = files.path_of(url)
    with files.copied(file, place) as fresh:
        made = _made_safe(fresh, place, now)
        former = place.with_name(f"{place.name}.before-{now:%Y%m%dT%H%M%SZ}")
        kept = files.put_in_place(fresh, place, former, replace=replace)
    return replace_fields(made, database=address_of(url), former=kept)


def hold(database: Database, clock: Clock) -> Restored:
    """Make a database safe that was brought back by other means, in one transaction.

    Raises:
        ConflictError: mail is under way.
    """
    with database.write() as connection:
        newest = underway.newest(connection)
        refuse_senders(connection, clock())
        held = underway.hold_back(connection, now=clock(), new_id=new_id)
    place = address_of(database.url)
    return Restored(database=place, former=None, newest=newest, held=held, carried=None)


def _made_safe(file: Path, place: Path, now: datetime) -> Restored:
    """Bring a copy of a backup up, hold back, carry over; it is closed when this returns."""
    database = Database(f"sqlite:///{file}")
    try:
        migrating.upgrade(database)
        with database.write() as connection:
            newest = underway.newest(connection)
            held = underway.hold_back(connection, now=now, new_id=new_id)
            carried = _carried_over(connection, place)
    finally:
        database.close()
    files.settle(file)
    return Restored(database=str(file), former=None, newest=newest, held=held, carried=carried)


def _carried_over(connection: Connection, place: Path) -> Carried | None:
    """Let those stay away who left the database that is about to be replaced."""
    try:
        files.check(place)
    except StorageError:
        return None
    former = Database(f"sqlite:///{place}")
    try:
        with former.read() as there:
            gone = departures.since(there, departures.last_evidence(connection))
    finally:
        former.close()
    left, suppressed = departures.carry_over(connection, gone)
    return Carried(left=left, suppressed=suppressed)


def _pg_dump(database: Database, file: Path) -> str:
    command = f"pg_dump --format=custom --file={file} '{address_of(database.url)}'"
    return (
        "PostgreSQL saves its databases itself, so nothing was saved; run (the password comes from"
        f" ~/.pgpass or PGPASSWORD):\n  {command}"
    )


def _pg_restore(url: str, file: Path) -> str:
    command = f"pg_restore --clean --if-exists --single-transaction --dbname='{address_of(url)}'"
    return (
        "PostgreSQL brings its databases back itself, so nothing was restored; stop every digest"
        " and run (the password comes from ~/.pgpass or PGPASSWORD), then `digest restore --hold`,"
        f" or people are mailed twice:\n  {command} {file}"
    )
