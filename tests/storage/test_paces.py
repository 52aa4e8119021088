"""The rows that all workers share: when the next call may begin, by name."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from digest.storage import paces
from digest.storage.tables import paces as table
from subscribers.database import Database
from tests.storage.ledgers import NOW

SECOND = timedelta(seconds=1)


def free_at(database: Database, name: str) -> datetime | None:
    with database.read() as connection:
        return connection.scalar(select(table.c.free_at).where(table.c.name == name))


def test_a_name_that_is_locked_for_the_first_time_is_free_now(database: Database) -> None:
    with database.write() as connection:
        paces.lock(connection, ["b", "a"], NOW)
        paces.push(connection, "a", NOW + SECOND)
    with database.write() as connection:
        paces.lock(connection, ["a"], NOW + 9 * SECOND)
    assert free_at(database, "a") == NOW + SECOND
    assert free_at(database, "b") == NOW


def test_a_hold_is_written_and_the_longer_one_stays(database: Database) -> None:
    for seconds, expected in ((5, 5), (3, 5), (8, 8)):
        with database.write() as connection:
            paces.hold(connection, "provider:x", NOW + seconds * SECOND)
        assert free_at(database, "provider:x") == NOW + expected * SECOND


def test_a_forgotten_name_is_free(database: Database) -> None:
    with database.write() as connection:
        paces.hold(connection, "issue:1", NOW)
        paces.forget(connection, "issue:1")
    assert free_at(database, "issue:1") is None


@pytest.mark.parametrize("known", [False, True])
def test_who_locks_a_name_reads_what_everyone_before_wrote(database: Database, known: bool) -> None:
    """Eight at once each put it a second off: a lost update would show."""
    start, rounds = Barrier(8), 5
    if known:
        with database.write() as connection:
            paces.lock(connection, ["a"], NOW)

    def push() -> None:
        start.wait()
        for _ in range(rounds):
            with database.write() as connection:
                paces.lock(connection, ["a"], NOW)
                found = connection.scalar(select(table.c.free_at).where(table.c.name == "a"))
                assert found is not None
                paces.push(connection, "a", found + SECOND)

    threads = [Thread(target=push) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert free_at(database, "a") == NOW + 8 * rounds * SECOND
