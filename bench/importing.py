"""How fast is a file of a million readers imported, and in how much memory?"""

import multiprocessing
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bench.sending import peak_mb
from digest.pipeline.readership import Terms, import_file
from digest.storage.migrating import upgrade
from subscribers.database import Database
from tests import postgres
from tests.pipeline.scene import a_newsroom

_ROWS = 1_000_000
_AGREED = Terms(list_name="hebdo", consent="form on our site, 2024")


def rows_per_s() -> float:
    """`import.rows_per_s`: a file read, checked, admitted and reported on, SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/digest.db")
        return _rate(database, Path(folder))


def postgresql_rows_per_s() -> float:
    """`import.postgresql.rows_per_s`: the same on PostgreSQL, with what it promises to the disk."""
    with tempfile.TemporaryDirectory() as folder, postgres.running(safe=True) as server:
        server.prepare()
        return _rate(Database(server.url(server.fresh())), Path(folder))


def peak_mb_1m() -> float:
    """`import.peak_mb_1m`: most memory of a process that does so."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/digest.db")
        upgrade(database)
        database.close()
        spawned = multiprocessing.get_context("spawn")
        answers = spawned.Queue()
        file = _written(Path(folder))
        child = spawned.Process(target=_import_and_tell, args=(database.url, file, answers))
        child.start()
        peak: float = answers.get(timeout=600)
        child.join()
        return peak


def _import_and_tell(url: str, file: Path, answers: "multiprocessing.Queue[float]") -> None:
    _import(Database(url), file)
    answers.put(peak_mb())


def _rate(database: Database, folder: Path) -> float:
    upgrade(database)
    file = _written(folder)
    with closing(database):
        return _ROWS / _timed(lambda: _import(database, file))


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _import(database: Database, file: Path) -> None:
    report = import_file(a_newsroom(database), file, _AGREED, None, all_rows=False)
    if report.accepted != _ROWS:
        raise RuntimeError(f"not everyone was accepted: {report}")


def _written(folder: Path) -> Path:
    file = folder / "readers.csv"
    with file.open("w", encoding="utf-8") as sheet:
        sheet.write("email,name,language,themes,ville\n")
        sheet.writelines(
            f'reader{n}@readers{n % 97}.example,"Aïssata Diop {n}",fr,,"Bamako, {n % 100}"\n'
            for n in range(_ROWS)
        )
    return file
