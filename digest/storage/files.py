"""How is an SQLite database saved into a file, looked over, and put in another's place?"""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import make_url

from digest.errors import ConflictError, StorageError
from digest.storage.whole import TABLES
from subscribers.database import Database

_BESIDE = ("-wal", "-shm", "-journal")
_PATIENCE_MS = 2_000


def path_of(url: str) -> Path:
    """Give the file that the address of an SQLite database names.

    Raises:
        StorageError: it has none.
    """
    name = make_url(url).database
    if not name or name == ":memory:":
        raise StorageError("the database lies in memory only: there is no file to save or replace")
    return Path(name)


def save(database: Database, file: Path) -> None:
    """Write a whole database into a new file that only its owner may read.

    It is as the database was at one moment, whoever writes meanwhile, and waits for nobody.

    Raises:
        StorageError: the file is there already, or can't be written.
    """
    _refuse_taken(file)
    with _part(file) as part:
        _vacuum(database, part)
        check(part)
        _keep(part)
        _reserve(file)
        part.replace(file)
    _keep(file.parent)


def check(file: Path) -> None:
    """Look a file over, every page of it.

    Raises:
        StorageError: it is no whole database.
    """
    with closing(_reading(file)) as connection:
        try:
            found = connection.execute("PRAGMA integrity_check").fetchone()[0]
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
            ours = connection.execute("SELECT 1 FROM alembic_version").fetchone()
        except sqlite3.DatabaseError as failure:
            raise StorageError(f"{file} is no whole digest database: {failure}") from failure
    if found != "ok" or broken or not ours:
        raise StorageError(
            f"{file} is damaged: {found.splitlines()[0] if found != 'ok' else broken}"
        )


@contextmanager
def copied(file: Path, place: Path) -> Iterator[Path]:
    """Have a copy of a file's database beside the place it is meant for, until the block ends.

    Raises:
        StorageError: the file is no whole database.
    """
    check(file)
    place.parent.mkdir(parents=True, exist_ok=True)
    with _part(place) as part:
        with closing(_reading(file)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
        try:
            yield part
        finally:
            for ending in _BESIDE:
                Path(f"{part}{ending}").unlink(missing_ok=True)


def put_in_place(fresh: Path, place: Path, former: Path, *, replace: bool) -> Path | None:
    """Let a fresh database take a place; give where the one before it is kept, None without one.

    Raises:
        ConflictError: the one before it is in use, or is not empty and `replace` is not said.
    """
    if not place.exists():
        _set_aside(place, former, _BESIDE)
        fresh.replace(place)
        return None
    with _alone_with(place) as connection:
        if not replace and not _is_empty(connection):
            raise ConflictError(
                f"{place} is not empty: say --replace; it is kept beside the restored one"
            )
        _set_aside(place, former, _BESIDE)
        os.link(place, former)  # the place is never without a database
        fresh.replace(place)
    _keep(place.parent)
    return former


def settle(file: Path) -> None:
    """Bring everything written to a database into its one file, and onto the disk.

    Raises:
        ConflictError: somebody else has it open.
    """
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        _leave_wal(connection, file)
    _keep(file)


def _refuse_taken(file: Path) -> None:
    if file.exists():
        raise StorageError(f"{file} is there already: nothing is overwritten, name a new file")


def _reserve(file: Path) -> None:
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        _refuse_taken(file)
    except OSError as failure:
        raise StorageError(f"{file} can't be written: {failure.strerror}") from failure


@contextmanager
def _part(file: Path) -> Iterator[Path]:
    """Have an empty file of one's own beside another; it is gone at the end unless renamed."""
    part = file.with_name(f"{file.name}.part-{secrets.token_hex(4)}")
    _reserve(part)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _vacuum(database: Database, into: Path) -> None:
    """Write a copy without free pages: nobody who was erased can be read in it."""
    with closing(database.engine.raw_connection()) as raw:
        try:
            raw.cursor().execute("VACUUM INTO ?", (str(into),))
        except sqlite3.Error as failure:
            raise StorageError(f"{into} can't be written: {failure}") from failure


def _reading(file: Path) -> sqlite3.Connection:
    try:
        return sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=ro", uri=True)
    except sqlite3.Error as failure:
        raise StorageError(f"{file} can't be read: {failure}") from failure


@contextmanager
def _alone_with(file: Path) -> Iterator[sqlite3.Connection | None]:
    """Hold a database that nobody else has open; None when it is too damaged to be opened.

    Raises:
        ConflictError: somebody has.
    """
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        try:
            _leave_wal(connection, file)
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError:
            yield None
            return
        yield connection
        connection.execute("ROLLBACK")


def _leave_wal(connection: sqlite3.Connection, file: Path) -> None:
    """Every connection in WAL mode, idle ones too, keeps others from ending that mode."""
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as failure:
        if failure.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        raise ConflictError(f"{file} is in use: stop every digest that has it open") from failure


def _is_empty(connection: sqlite3.Connection | None) -> bool:
    if connection is None:
        return False
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    asked = (f"SELECT 1 FROM {table.name} LIMIT 1" for table in TABLES if table.name in there)  # noqa: S608 - our own names
    return not any(connection.execute(question).fetchone() for question in asked)


def _set_aside(place: Path, former: Path, endings: tuple[str, ...]) -> None:
    """Keep what a killed process left beside a database away from the one that comes."""
    for ending in endings:
        with suppress(FileNotFoundError):
            Path(f"{place}{ending}").rename(f"{former}{ending}")


def _keep(path: Path) -> None:
    """Have a file, or a folder's names, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
