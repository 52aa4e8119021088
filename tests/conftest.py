"""What every test may ask for: a database of its own, a fixed moment, only loopback."""

import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from digest.storage.migrating import upgrade
from subscribers.database import Database
from tests import parsers, postgres

pytest_plugins = ["tests.swiftly"]

NOW = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
"""A Thursday evening in Paris: the hour of the draft clock."""

# A property is about what holds, not how fast: a loaded machine must not fail it.
hypothesis.settings.register_profile("digest", deadline=None)
hypothesis.settings.load_profile("digest")

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"


@pytest.fixture(scope="session", autouse=True)
def parsers_handed_on() -> Iterator[None]:
    with parsers.handed_on():
        yield


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def seeds() -> Path:
    if not SEEDS.is_dir():
        pytest.skip("../shared/seeds is not there: the two real texts are not tried")
    return SEEDS


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("database") / "empty.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    flush(database)
    return path


@pytest.fixture
def database(on_sqlite: Database) -> Database:
    """A database; rooms whose questions must hold on both kinds ask for `both_databases`."""
    return on_sqlite


@pytest.fixture(scope="session")
def one_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Have one test after another put its file in one place: so what SQLAlchemy compiled for one
    is there for the next. Whoever listens to its engine stops before the test ends.
    """
    return Database(f"sqlite:///{tmp_path_factory.mktemp('place')}/digest.db")


@pytest.fixture
def on_sqlite(one_sqlite: Database, empty_database: Path) -> Iterator[Database]:
    file = str(one_sqlite.engine.url.database)
    for path in (file, f"{file}-wal", f"{file}-shm"):
        Path(path).unlink(missing_ok=True)
    shutil.copy(empty_database, file)
    yield one_sqlite
    one_sqlite.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Server]:
    if postgres.binaries() is None:
        assert os.environ.get("CI") != "true", "no PostgreSQL: in CI its tests never skip"
        pytest.skip("no PostgreSQL to be had (PG_BINDIR, the PATH, the wheel): not tried there")
    with postgres.running() as server:
        server.prepare()
        yield server


@pytest.fixture
def on_postgresql(postgresql: postgres.Server) -> Iterator[Database]:
    yield from one_of(postgresql)


@pytest.fixture(scope="session")
def wiped(postgresql: postgres.Server) -> Iterator[list[Database]]:
    """Databases whose test left them as they were, but for rows, which are gone again."""
    databases: list[Database] = []
    yield databases
    for database in databases:
        database.close()


@pytest.fixture
def on_wiped_postgresql(postgresql: postgres.Server, wiped: list[Database]) -> Iterator[Database]:
    """Wiping takes a fraction of the time of making and dropping one."""
    database = wiped.pop() if wiped else Database(postgresql.url(postgresql.fresh()))
    yield database
    if postgres.wipe(postgresql, database):
        wiped.append(database)
    else:
        database.close()


@pytest.fixture(params=["on_sqlite", "on_wiped_postgresql"], ids=["on_sqlite", "on_postgresql"])
def both_databases(request: pytest.FixtureRequest) -> Database:
    database: Database = request.getfixturevalue(request.param)
    return database


@pytest.fixture
def empty_sqlite(tmp_path: Path) -> Iterator[Database]:
    yield from _without_tables(tmp_path / "empty.db")


@pytest.fixture
def other_sqlite(tmp_path: Path) -> Iterator[Database]:
    yield from _without_tables(tmp_path / "other.db")


@pytest.fixture
def empty_postgresql(postgresql: postgres.Server) -> Iterator[Database]:
    yield from one_of(postgresql, template="template1")


@pytest.fixture
def other_postgresql(postgresql: postgres.Server) -> Iterator[Database]:
    yield from one_of(postgresql, template="template1")


@pytest.fixture(params=["empty_sqlite", "empty_postgresql"])
def empty(request: pytest.FixtureRequest) -> Database:
    """A database without tables."""
    database: Database = request.getfixturevalue(request.param)
    return database


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse, in every test, to dial anything but this machine."""
    monkeypatch.setattr(socket.socket, "connect", _guarded(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", _guarded(socket.socket.connect_ex))


def flush(database: Database) -> None:
    """Close an SQLite database so that its file alone holds everything."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.rollback()
    database.close()


def _without_tables(path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


def one_of(server: postgres.Server, **how: str) -> Iterator[Database]:
    """Make a database for a test and drop it."""
    name = server.fresh(**how)
    database = Database(server.url(name))
    yield database
    database.close()
    server.drop(name)


def _guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def dial(self: socket.socket, address: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            assert ipaddress.ip_address(address[0]).is_loopback, f"a test dialled {address[0]}"
        return connect(self, address)

    return dial
