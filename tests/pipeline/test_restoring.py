"""A backup takes the place of nothing that anybody has open, nor by surprise."""

import sqlite3
import stat
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from digest.errors import ConflictError, StorageError
from digest.pipeline import keeping
from digest.storage import files, migrating, tables
from digest.storage.moved import Mark, close
from subscribers import lists
from subscribers.database import Database
from subscribers.model import Evidence
from subscribers.subscriptions import unsubscribe
from tests.pipeline.scene import SECRET
from tests.storage.everything import AT, fill
from tests.subscribers.conftest import mailed_ids

# PostgreSQL is saved by its own programs.


@pytest.fixture
def database(source_of_backups: Database) -> Database:
    return source_of_backups


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a backup is to be written."""
    return tmp_path / "backup.db"


@pytest.fixture
def saved(database: Database, file: Path) -> Path:
    """A backup of the database, which then went on; nobody has that open."""
    keeping.backup(database, file)
    with database.write() as connection:
        lists.create(connection, "made-since", "", AT)
    database.close()
    return file


def restore(database: Database, file: Path, *, replace: bool = True) -> keeping.Restored:
    return keeping.restore(database.url, file, lambda: AT, replace=replace)


def names(database: Database) -> list[str]:
    with database.read() as connection:
        return [one.name for one in lists.lists(connection)]


def left_behind(database: Database) -> list[str]:
    place = files.path_of(database.url)
    return sorted(path.name for path in place.parent.glob("*.part-*"))


def test_a_backup_takes_the_place_of_a_database_that_is_kept_beside_it(
    database: Database, saved: Path
) -> None:
    done = restore(database, saved)
    assert names(database) == ["hebdo"]
    assert done.newest == AT.replace(microsecond=AT.microsecond + 12)
    assert done.former is not None
    former = Database(f"sqlite:///{done.former}")
    assert names(former) == ["hebdo", "made-since"]
    former.close()
    assert stat.S_IMODE(files.path_of(database.url).stat().st_mode) == 0o600
    assert left_behind(database) == []


def test_who_left_since_a_backup_stays_away(database: Database, saved: Path) -> None:
    with database.write() as connection:
        unsubscribe(
            connection,
            secret_key=SECRET,
            subscriber_id=3,
            list_name="hebdo",
            evidence=Evidence(origin="page"),
            now=AT + timedelta(hours=1),
        )
    database.close()
    assert restore(database, saved).carried == keeping.Carried(left=1, suppressed=0)
    with database.read() as connection:
        assert 3 not in mailed_ids(connection, "hebdo")


def test_what_is_kept_beside_can_be_brought_back(database: Database, saved: Path) -> None:
    former = restore(database, saved).former
    assert former is not None
    database.close()
    keeping.restore(database.url, former, lambda: AT.replace(year=2027), replace=True)
    assert names(database) == ["hebdo", "made-since"]


def test_a_database_that_holds_anything_is_replaced_only_when_one_says_so(
    database: Database, saved: Path
) -> None:
    with pytest.raises(ConflictError, match="say --replace"):
        restore(database, saved, replace=False)
    assert names(database) == ["hebdo", "made-since"]
    assert left_behind(database) == []


@pytest.mark.parametrize("there", ["nothing", "empty tables", "what a killed process left"])
def test_a_backup_may_take_an_empty_place(tmp_path: Path, saved: Path, there: str) -> None:
    place = tmp_path / "new" / "digest.db"
    database = Database(f"sqlite:///{place}")
    if there == "empty tables":
        migrating.upgrade(database)
        database.close()
    elif there == "what a killed process left":
        place.with_name("digest.db-wal").write_bytes(b"a journal without its database")
    restore(database, saved, replace=False)
    assert names(database) == ["hebdo"]
    database.close()
    if there == "what a killed process left":
        [aside] = place.parent.glob("digest.db.before-*-wal")
        assert aside.read_bytes() == b"a journal without its database"


def test_a_database_that_somebody_has_open_is_not_replaced(
    database: Database, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_PATIENCE_MS", 100)
    other = Database(database.url)
    assert names(other) == ["hebdo", "made-since"]  # idle from now on, but open
    with pytest.raises(ConflictError, match="is in use"):
        restore(database, saved)
    assert names(other) == ["hebdo", "made-since"]
    other.close()
    restore(database, saved)


def test_a_damaged_database_is_replaced_and_kept(database: Database, saved: Path) -> None:
    place = files.path_of(database.url)
    place.write_bytes(b"no database at all" * 1_000)
    with pytest.raises(ConflictError, match="say --replace"):
        restore(database, saved, replace=False)
    done = restore(database, saved)
    former = done.former
    assert done.carried is None
    assert former is not None
    assert former.read_bytes().startswith(b"no database at all")
    assert names(database) == ["hebdo"]


def test_a_damaged_backup_replaces_nothing(database: Database, saved: Path) -> None:
    content = bytearray(saved.read_bytes())
    for place in range(4_096 * 3, len(content), 4_096):
        content[place : place + 200] = b"\xff" * 200
    saved.write_bytes(content)
    with pytest.raises(StorageError, match=r"damaged|no whole digest database"):
        restore(database, saved)
    assert names(database) == ["hebdo", "made-since"]


def test_a_backup_that_lacks_what_it_refers_to_replaces_nothing(
    database: Database, saved: Path
) -> None:
    with closing(sqlite3.connect(saved)) as connection, connection:
        connection.execute("DELETE FROM lists")
    with pytest.raises(StorageError, match="is damaged"):
        restore(database, saved)
    assert names(database) == ["hebdo", "made-since"]


def test_a_cut_backup_replaces_nothing(database: Database, saved: Path) -> None:
    saved.write_bytes(saved.read_bytes()[:-5_000])
    with pytest.raises(StorageError, match=r"damaged|no whole digest database"):
        restore(database, saved)
    assert names(database) == ["hebdo", "made-since"]


@pytest.mark.parametrize("content", ["", "text", "another program's"])
def test_a_file_of_another_kind_replaces_nothing(
    database: Database, saved: Path, tmp_path: Path, content: str
) -> None:
    other = tmp_path / "other"
    if content == "another program's":
        with closing(sqlite3.connect(other)) as connection:
            connection.execute("CREATE TABLE theirs (a)")
    else:
        other.write_text(content)
    with pytest.raises(StorageError, match="no whole digest database"):
        restore(database, other)
    with pytest.raises(StorageError, match="can't be read"):
        restore(database, tmp_path / "missing.db")
    assert names(database) == ["hebdo", "made-since"]


def test_a_backup_of_a_newer_digest_replaces_nothing(database: Database, saved: Path) -> None:
    with closing(sqlite3.connect(saved)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageError, match=r"'9999'.*newer"):
        restore(database, saved)
    assert names(database) == ["hebdo", "made-since"]


def test_a_copy_of_a_moved_database_replaces_nothing(database: Database, file: Path) -> None:
    with database.write() as connection:
        close(connection, Mark(id="a", place="elsewhere", version=migrating.HEAD, at=AT))
    with (
        closing(sqlite3.connect(files.path_of(database.url))) as one,
        closing(sqlite3.connect(file)) as copy,
    ):
        one.backup(copy)
    database.close()
    with pytest.raises(StorageError, match="was moved to elsewhere"):
        restore(database, file)


def test_a_backup_of_an_older_digest_becomes_one_of_this(tmp_path: Path) -> None:
    old = Database(f"sqlite:///{tmp_path / 'old.db'}")
    with old.write() as connection:
        migrating.bring_up(connection, "0001")
        fill(connection)
    old.close()
    database = Database(f"sqlite:///{tmp_path / 'digest.db'}")
    assert restore(database, tmp_path / "old.db").held.batches == 5
    assert migrating.revision(database) == migrating.HEAD
    with database.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM batches")) == 6
    database.close()


def test_a_copied_file_with_its_journal_beside_it_is_read_whole(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as connection:
        connection.execute(update(tables.batches).values(last_error="in the journal only"))
    place = files.path_of(database.url)
    for ending in ("", "-wal"):
        copy = Path(f"{tmp_path / 'copy.db'}{ending}")
        copy.write_bytes(Path(f"{place}{ending}").read_bytes())
    other = Database(f"sqlite:///{tmp_path / 'target.db'}")
    restore(other, tmp_path / "copy.db")
    with other.read() as connection:
        asked = "SELECT count(*) FROM batches WHERE last_error = 'in the journal only'"
        assert connection.scalar(text(asked)) == 1  # the others are held back
    other.close()
