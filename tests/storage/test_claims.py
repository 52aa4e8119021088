"""Claims: one run at a time holds a host, until its lease is past or its process is dead."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

from digest.storage.claims import claim, give_all_back, give_back, renew
from subscribers.database import Database
from tests.storage.ledgers import NOW

LEASE = timedelta(minutes=2)


def take(
    database: Database, run: str, *names: str, now: datetime = NOW, dead: str = "nobody"
) -> set[str]:
    with database.write() as connection:
        return claim(
            connection,
            names,
            worker=f"worker of {run}",
            run=run,
            now=now,
            until=now + LEASE,
            dead=lambda worker: worker == f"worker of {dead}",
        )


def test_what_one_run_holds_no_other_gets(database: Database) -> None:
    assert take(database, "one", "a", "b") == {"a", "b"}
    assert take(database, "two", "b", "c") == {"c"}
    assert take(database, "one", "a") == set()


def test_what_is_given_back_is_free(database: Database) -> None:
    take(database, "one", "a", "b")
    with database.write() as connection:
        give_back(connection, "two", ["a"])
        give_back(connection, "one", ["b"])
    assert take(database, "two", "a", "b") == {"b"}
    with database.write() as connection:
        give_all_back(connection, "one")
    assert take(database, "two", "a", "b") == {"a"}


def test_a_lease_ends_unless_it_is_renewed(database: Database) -> None:
    take(database, "one", "a")
    with database.write() as connection:
        renew(connection, "one", NOW + 2 * LEASE)
    assert take(database, "two", "a", now=NOW + LEASE) == set()
    assert take(database, "two", "a", now=NOW + 2 * LEASE) == {"a"}
    with database.write() as connection:
        give_back(connection, "one", ["a"])
    assert take(database, "one", "a", now=NOW + 2 * LEASE) == set()


def test_what_a_dead_process_held_is_free_at_once(database: Database) -> None:
    take(database, "one", "a")
    assert take(database, "two", "a", dead="one") == {"a"}


def test_of_many_that_try_at_once_each_host_goes_to_one(database: Database) -> None:
    names = [f"h{number}" for number in range(600)]
    won: list[set[str]] = []
    start = Barrier(4)

    def try_all(run: str) -> None:
        start.wait()
        chunks = (names[first : first + 100] for first in range(0, 600, 100))
        won.extend(take(database, run, *chunk) for chunk in chunks)

    threads = [Thread(target=try_all, args=(f"run {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(name for names in won for name in names) == sorted(names)
