"""A backup is whole, whoever writes meanwhile, and for its owner only."""

import resource
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import insert

from digest.errors import StorageError
from digest.pipeline import keeping
from digest.storage import asking_tables, files
from subscribers import tables as readership
from subscribers.database import Database
from tests.storage.everything import AT, rows_of

# PostgreSQL is saved by its own programs.


@pytest.fixture
def database(source_of_backups: Database) -> Database:
    return source_of_backups


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a backup is to be written."""
    return tmp_path / "backup.db"


def test_a_backup_holds_everything_and_is_for_its_owner_only(
    database: Database, file: Path
) -> None:
    done = keeping.backup(database, file)
    copy = Database(f"sqlite:///{file}")
    assert rows_of(copy) == rows_of(database)
    copy.close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert done.bytes == file.stat().st_size
    assert done.newest == AT.replace(microsecond=AT.microsecond + 12)
    assert [path.name for path in file.parent.glob("backup.db*")] == ["backup.db"]


def test_a_backup_overwrites_nothing(database: Database, file: Path) -> None:
    file.write_text("dear to somebody")
    with pytest.raises(StorageError, match="is there already"):
        keeping.backup(database, file)
    assert file.read_text() == "dear to somebody"


def test_a_file_that_appears_while_a_backup_is_made_is_not_overwritten(
    database: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vacuum = files._vacuum

    def meanwhile(one: Database, into: Path) -> None:
        vacuum(one, into)
        file.write_text("dear to somebody")

    monkeypatch.setattr(files, "_vacuum", meanwhile)
    with pytest.raises(StorageError, match="is there already"):
        keeping.backup(database, file)
    assert file.read_text() == "dear to somebody"
    assert list(file.parent.glob("*.part-*")) == []


def test_a_backup_is_of_one_moment_while_others_write(database: Database, file: Path) -> None:
    stop = Event()  # each transaction makes a list and a source: never is one without the other

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            row = {"name": f"n{number}", "title": "x" * 2_000, "created_at": AT}
            with database.write() as connection:
                connection.execute(insert(readership.lists), row)
                connection.execute(insert(asking_tables.sources).values(name=f"n{number}"))

    writer = Thread(target=write)
    writer.start()
    try:
        for number in range(8):
            keeping.backup(database, file.with_name(f"{number}.db"))
    finally:
        stop.set()
        writer.join()
    for number in range(8):
        with closing(sqlite3.connect(file.with_name(f"{number}.db"))) as copy:
            made = copy.execute("SELECT count(*) FROM lists").fetchone()
            assert made == copy.execute("SELECT count(*) FROM sources").fetchone()


def test_a_folder_that_is_not_there_is_named(database: Database, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"no/such/.* can't be written: No such file"):
        keeping.backup(database, tmp_path / "no" / "such" / "folder.db")


def test_a_full_disk_leaves_no_half_backup(database: Database, file: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(StorageError, match="can't be written"):
            keeping.backup(database, file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(file.parent.glob("backup.db*")) == []


def test_postgresql_is_told_to_save_itself_without_a_password() -> None:
    url = "postgresql+psycopg://digest:s3cret@db.example:5433/news?sslmode=require&password=s3cret"
    database = Database(url)
    with pytest.raises(StorageError, match="pg_dump --format=custom --file=") as told:
        keeping.backup(database, Path("a.dump"))
    with pytest.raises(StorageError, match="pg_restore") as asked:
        keeping.restore(url, Path("a.dump"), lambda: AT)
    for said in (str(told.value), str(asked.value)):
        assert "postgresql://digest@db.example:5433/news?sslmode=require" in said
        assert "s3cret" not in said
    assert "digest restore --hold" in str(asked.value)
