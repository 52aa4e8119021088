"""Several processes may open one new file at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from subscribers.database import Database


def test_nobody_finds_a_new_file_locked(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        for number in range(40):
            databases = [Database(f"sqlite:///{tmp_path}/{number}.db") for _ in range(8)]
            list(pool.map(_first_use, databases))
            for database in databases:
                database.close()


def _first_use(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS t (x)")
