"""Workers of one PostgreSQL, killed, stopped, asleep: nobody is lost, nobody is mailed twice."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import text

from digest.clock import system_clock
from digest.model.issue import Issue, IssueState
from digest.pipeline.sending import status
from subscribers.database import Database
from tests.crash.senders import (
    adds_up,
    in_doubt,
    look_alike,
    settle_by_the_record,
)
from tests.crash.test_kills import a_chance, assert_everyone_once, attempts_of, everyone_once
from tests.crash.workers import World, start, strike, workers
from tests.pipeline.clockwork import LONG_AGO, READERS, Mailbag, Office, furnish
from tests.pipeline.scene import a_newsroom, an_approved_issue, enrol, state_of, write_schedule
from tests.postgres import Server
from tests.servers import sendgrid
from tests.waiting import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def database(postgresql: Server) -> Iterator[Database]:
    name = postgresql.fresh()
    database = Database(postgresql.url(name))
    yield database
    database.close()
    postgresql.drop(name)


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "accepted"


@pytest.fixture
def world(database: Database, tmp_path: Path, record: Path) -> Iterator[World]:
    """Mail goes to a look-alike that takes its time: 25 readers a call, two calls at once."""
    with look_alike("sendgrid", record, "--delay", "0.04") as port:
        yield World(
            database_url=database.url,
            provider_url=f"sendgrid://127.0.0.1:{port}?tls=no&capacity=25&workers=2",
            schedule=write_schedule(tmp_path),
        )


def an_issue_for(database: Database, readers: int) -> Issue:
    enrol(database, readers)
    with database.write() as connection:
        connection.execute(text("ANALYZE"))  # else each look-up reads the whole list
    return an_approved_issue(database)


def is_sent(database: Database, issue: Issue) -> bool:
    return state_of(database, issue) is IssueState.SENT


def senders_of(database: Database) -> set[str]:
    with database.read() as connection:
        return set(connection.scalars(text("SELECT DISTINCT worker FROM batches"))) - {""}


@pytest.mark.parametrize(
    ("readers", "kills"),
    [(9_000, 4), pytest.param(60_000, 100, marks=pytest.mark.nightly, id="for long")],
)
def test_workers_killed_at_random_lose_nobody_and_mail_nobody_twice(
    database: Database, world: World, record: Path, readers: int, kills: int
) -> None:
    issue, chance = an_issue_for(database, readers), a_chance()
    with workers(world, 3 + min(kills, 4)) as running:  # to start one takes seconds
        strike(world, issue)
        for _ in range(kills):
            wait_until(lambda: calling(database, running) != [], "a worker in mid-call")
            killed = chance.choice(calling(database, running) or running)
            killed.kill()
            killed.join()
            running.remove(killed)
            if len(running) < 3:
                running.append(start(world))
        assert not is_sent(database, issue), "it was done before it was killed often enough"
        wait_until(lambda: is_sent(database, issue), "the end of the sending", 600)
        doubtful = in_doubt(database)
        assert_everyone_once(sendgrid.accepted(record), doubtful, readers=readers)
        assert doubtful, "kills in the middle of calls left no doubt: were they?"
        settle_by_the_record(database, attempts_of(record))
        wait_until(lambda: not waits(database, issue), "the mails that had not gone")
    assert Counter(sendgrid.accepted(record)) == everyone_once(readers)
    assert adds_up(database)


def calling(database: Database, running: list[BaseProcess]) -> list[BaseProcess]:
    with database.read() as connection:
        holders = connection.scalars(text("SELECT worker FROM batches WHERE state = 'calling'"))
        pids = {int(holder.split()[-2]) for holder in holders}
    return [worker for worker in running if worker.pid in pids]


def waits(database: Database, issue: Issue) -> bool:
    [one] = status(a_newsroom(database), issue.id)
    return one.tally.sent != one.tally.planned


def test_all_workers_mail_one_issue_together(
    database: Database, world: World, record: Path
) -> None:
    readers = 2_000  # some two seconds: the last worker to come still finds work
    issue = an_issue_for(database, readers)
    seen: set[str] = set()
    with workers(world, 3):
        strike(world, issue)

        def done() -> bool:
            seen.update(senders_of(database))
            return is_sent(database, issue)

        wait_until(done, "the end of the sending")
    assert len(seen) == 3
    assert Counter(sendgrid.accepted(record)) == everyone_once(readers)
    assert not in_doubt(database)


def test_a_stopped_worker_ends_within_a_call_and_another_goes_on(
    database: Database, world: World, record: Path
) -> None:
    issue = an_issue_for(database, 500)
    with workers(world, 1) as running:
        strike(world, issue)
        wait_until(lambda: sendgrid.accepted(record) != [], "a first mail")
        running[0].terminate()
        running[0].join(10)
        assert running[0].exitcode == 0
        assert state_of(database, issue) is IssueState.SENDING
        assert not in_doubt(database)
        running.append(start(world))
        wait_until(lambda: is_sent(database, issue), "the end of the sending")
    assert Counter(sendgrid.accepted(record)) == everyone_once(500)


def test_a_worker_that_slept_past_its_heartbeat_mails_nobody_twice(
    database: Database, world: World, record: Path
) -> None:
    issue = an_issue_for(database, 600)
    with workers(world, 1) as running:
        strike(world, issue)
        wait_until(lambda: sendgrid.accepted(record) != [], "a first mail")
        [sleeper] = running
        assert sleeper.pid is not None
        os.kill(sleeper.pid, signal.SIGSTOP)
        running.append(start(world))
        wait_until(lambda: len(sendgrid.accepted(record)) >= 550, "all that the sleeper left")
        wait_until(lambda: jobs_in_hand(database) == {2}, "the sleeper's job taken over")
        os.kill(sleeper.pid, signal.SIGCONT)
        wait_until(lambda: is_sent(database, issue), "the end of the sending")
        assert sleeper.is_alive()
    assert Counter(sendgrid.accepted(record)) == everyone_once(600)
    assert not in_doubt(database)


def jobs_in_hand(database: Database) -> set[int]:
    """Which workers, numbered as they came, have jobs."""
    schema = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'digest_queue%'"
    with database.read() as connection:
        connection.execute(text(f"SET LOCAL search_path = {connection.scalar(text(schema))}"))
        question = "SELECT worker_id FROM procrastinate_jobs WHERE status = 'doing'"
        return set(connection.scalars(text(question)))


def test_workers_outlive_a_server_that_goes_away(
    database: Database, world: World, record: Path
) -> None:
    issue, chance = an_issue_for(database, 600), random.Random(1)
    with workers(world, 2) as running:
        strike(world, issue)
        for _ in range(2):
            mailed = len(sendgrid.accepted(record)) + chance.randrange(25, 125)
            wait_until(lambda: len(sendgrid.accepted(record)) >= mailed, "more mails")  # noqa: B023
            cut_off(database)
        held = 2 * 2 * 2 * 25  # each time each call may leave its batch to the end of a lease
        enough = 600 - held
        wait_until(lambda: len(sendgrid.accepted(record)) >= enough, "all that nobody holds")
        assert all(worker.is_alive() for worker in running)
        for worker in running:
            worker.terminate()
            worker.join(10)
        assert [worker.exitcode for worker in running] == [0, 0]
        running.append(start(world))
        wait_until(lambda: is_sent(database, issue), "the end of the sending")
    assert_everyone_once(sendgrid.accepted(record), in_doubt(database), readers=600)
    assert adds_up(database)


def cut_off(database: Database) -> None:
    with database.read() as connection:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        statement = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
        connection.execute(text(statement))


def test_two_schedulers_and_three_workers_make_one_issue(
    database: Database, world: World, record: Path
) -> None:
    folder = world.schedule.parent
    world.schedule.unlink()
    furnish(folder, database)
    write_due_schedule(world.schedule)
    Office(folder, database, LONG_AGO, Mailbag()).at(LONG_AGO)
    with workers(world, 3) as running:
        running.extend(start(world, clocks=True) for _ in range(2))
        wait_until(lambda: [one.state for one in all_of(database)] == ["sent"], "the end")
        time.sleep(0.3)  # a second sending would show up now
    assert len(all_of(database)) == 1
    assert Counter(sendgrid.accepted(record)) == dict.fromkeys(READERS, 1)


def all_of(database: Database) -> list[Issue]:
    return [one.issue for one in status(a_newsroom(database))]


def write_due_schedule(path: Path) -> None:
    """Let both clocks of the newsletter have struck a few minutes ago."""
    then = system_clock() - timedelta(minutes=2)
    before = then - timedelta(minutes=1)
    texts = path.read_text()
    for old, moment in (("0 18 * * thu", before), ("53 6 * * fri", then)):
        assert old in texts
        texts = texts.replace(old, f"{moment:%-M} {moment:%-H} * * {moment:%a}".lower())
    texts = texts.replace("Europe/Paris", "UTC").replace(
        "editors:", "approval: automatic\n    editors:"
    )
    path.write_text(texts)
