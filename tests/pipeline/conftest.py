"""What the pipeline's tests start from: an issue to send, an office, a room with its inbox."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.model.issue import Issue
from digest.schedule.values import Source
from digest.storage import migrating
from subscribers.database import Database
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
    migrating.upgrade(database)
    with database.write() as connection:
        fill(connection)
    return database


@pytest.fixture
def target(request: pytest.FixtureRequest) -> Database:
    """A database without tables."""
    database: Database = request.getfixturevalue(request.param)
    return database


@pytest.fixture
def source_of_backups(empty_sqlite: Database) -> Database:
    """A database with a row in every table, to be saved."""
    migrating.upgrade(empty_sqlite)
    with empty_sqlite.write() as connection:
        fill(connection)
    return empty_sqlite
