"""What the pipeline's tests start from: an issue to send, an office, a room with its inbox."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.model.issue import Issue
from digest.schedule.values import Source
from digest.storage import migrating
from subscribers.database import Database
from tests import postgres
from tests.conftest import flush, one_of
from tests.pipeline.clockwork import LONG_AGO, Mailbag, Office, furnish
from tests.pipeline.rooms import Room
from tests.pipeline.scene import an_approved_issue, enrol
from tests.servers.feeds import FeedServer, serving_feeds
from tests.storage.everything import fill


@pytest.fixture
def issue(database: Database) -> Issue:
    """An approved issue whose list has nine readers."""
    enrol(database, 9)
    return an_approved_issue(database)


@pytest.fixture
def bag() -> Mailbag:
    return Mailbag()


@pytest.fixture
def office(tmp_path: Path, database: Database, bag: Mailbag) -> Office:
    """A scheduler that has been at work for long, before anything is due."""
    furnish(tmp_path, database)
    return Office(tmp_path, database, LONG_AGO, bag).at(LONG_AGO)


@pytest.fixture(scope="module")
def server() -> Iterator[FeedServer]:
    with serving_feeds() as server:
        yield server


@pytest.fixture
def room(tmp_path: Path, database: Database) -> Room:
    """A newsroom without sources; its inbox is an empty folder."""
    (tmp_path / "inbox").mkdir()
    return Room(root=tmp_path, database=database)


@pytest.fixture
def inbox(room: Room) -> Path:
    """The room's inbox, as one of its sources."""
    room.sources.append(Source(name="inbox", folder="inbox"))
    return room.inbox


@pytest.fixture
def database(both_databases: Database) -> Database:
    """What is done here must hold on SQLite and on PostgreSQL."""
    return both_databases


@pytest.fixture
def source(request: pytest.FixtureRequest) -> Database:
    """A database with a row in every table."""
    database: Database = request.getfixturevalue(request.param)
    return database


@pytest.fixture
def target(request: pytest.FixtureRequest) -> Database:
    """A database without tables."""
    database: Database = request.getfixturevalue(request.param)
    return database


@pytest.fixture(scope="session")
def filled_file(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filled") / "filled.db"
    shutil.copy(empty_database, path)
    database = Database(f"sqlite:///{path}")
    with database.write() as connection:
        fill(connection)
    flush(database)
    return path


@pytest.fixture
def filled_sqlite(filled_file: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "filled.db"
    shutil.copy(filled_file, path)
    database = Database(f"sqlite:///{path}")
    assert migrating.revision(database) == migrating.HEAD  # and it is open from now on
    yield database
    database.close()


@pytest.fixture(scope="session")
def filled_template(postgresql: postgres.Server) -> str:
    name = postgresql.fresh(template="template1")
    database = Database(postgresql.url(name))
    migrating.upgrade(database)
    with database.write() as connection:
        fill(connection)
    database.close()
    return name


@pytest.fixture
def filled_postgresql(postgresql: postgres.Server, filled_template: str) -> Iterator[Database]:
    yield from one_of(postgresql, template=filled_template)


@pytest.fixture
def source_of_backups(filled_sqlite: Database) -> Database:
    """A database with a row in every table, to be saved."""
    return filled_sqlite
