"""SIGKILL at random moments: nobody is lost, nobody is mailed twice, doubts are told."""

import random
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.clock import system_clock
from digest.pipeline.sending import resume, status
from digest.pipeline.settling import hear
from subscribers.database import Database
from tests.crash.news import news_of_the_record
from tests.crash.senders import (
    adds_up,
    finish,
    in_doubt,
    kill_often,
    look_alike,
    settle_by_the_record,
    start,
)
from tests.pipeline.scene import QUICK, a_newsroom, address_of, an_approved_issue, enrol, later
from tests.servers import sendgrid, smtp

READERS = 5_000
pytestmark = pytest.mark.slow


def test_a_sending_that_is_killed_twenty_times_loses_nobody_and_mails_nobody_twice(
    database: Database, tmp_path: Path
) -> None:
    record = tmp_path / "accepted"
    enrol(database, READERS)
    issue = an_approved_issue(database)
    with look_alike("sendgrid", record, "--delay", "0.04") as port:
        url = f"sendgrid://127.0.0.1:{port}?tls=no&capacity=25&workers=2"
        chance = a_chance()
        killed = kill_often(database, url, issue.id, chance=chance, kills=22, longest=0.3)
        assert killed >= 20, "it was done before it was killed often enough"
        finish(database, url, issue.id)
        doubtful = in_doubt(database)
        assert_everyone_once(sendgrid.accepted(record), doubtful)
        assert doubtful, "twenty kills in the middle of calls left no doubt: were they?"
        told = news_of_the_record(record)
        hear(a_newsroom(database, url, clock=later), random.sample(told, len(told)))
        resume(a_newsroom(database, url, clock=a_day_later), patience=QUICK)
        assert len(in_doubt(database)) <= 1
        settle_by_the_record(database, attempts_of(record))  # the last call has no witness
        resume(a_newsroom(database, url), patience=QUICK)
    assert Counter(sendgrid.accepted(record)) == everyone_once()
    assert adds_up(database)
    [done] = status(a_newsroom(database), issue.id)
    assert (done.issue.state, done.tally.sent) == ("sent", READERS)


def test_a_killed_outbox_gives_everyone_exactly_one_file(
    database: Database, tmp_path: Path
) -> None:
    enrol(database, READERS)
    issue = an_approved_issue(database)
    url = f"outbox://{tmp_path}/outbox?capacity=25"
    chance = a_chance()
    killed = kill_often(database, url, issue.id, chance=chance, kills=10, longest=0.15)
    finish(database, url, issue.id)
    assert killed >= 5
    assert not in_doubt(database)
    names = {path.name for path in (tmp_path / "outbox").glob("*.eml")}
    assert names == {f"hebdo-sahel-1-{reader:06}.eml" for reader in range(1, READERS + 1)}
    assert all(
        path.read_bytes().endswith(b"--\r\n") for path in (tmp_path / "outbox").glob("*.eml")
    )
    assert adds_up(database)


@pytest.mark.parametrize("options", [[], ["--pipelining"]], ids=["one by one", "pipelined"])
def test_a_killed_sending_over_smtp_mails_nobody_twice(
    database: Database, tmp_path: Path, options: list[str]
) -> None:
    record = tmp_path / "accepted"
    enrol(database, 400)
    issue = an_approved_issue(database)
    with look_alike("smtp", record, "--delay", "0.004", *options) as port:
        url = f"smtp://127.0.0.1:{port}?tls=no&capacity=5"
        chance = a_chance()
        killed = kill_often(database, url, issue.id, chance=chance, kills=8, longest=0.25)
        finish(database, url, issue.id)
    assert killed >= 5
    assert_everyone_once(smtp.accepted(record), in_doubt(database), readers=400)
    assert adds_up(database)


def test_two_senders_that_start_at_once_share_the_work(database: Database, tmp_path: Path) -> None:
    record = tmp_path / "accepted"
    enrol(database, 1_000)
    issue = an_approved_issue(database)
    with look_alike("sendgrid", record, "--delay", "0.02") as port:
        url = f"sendgrid://127.0.0.1:{port}?tls=no&capacity=20&workers=2"
        started = [start(database, url, issue.id) for _ in range(2)]
        for process, _ in started:
            process.join(60)
    assert [process.exitcode for process, _ in started] == [0, 0]
    assert Counter(sendgrid.accepted(record)) == everyone_once(1_000)
    assert not in_doubt(database)


def a_chance() -> random.Random:
    """Give a source of random moments whose seed a failing test shows."""
    seed = random.getrandbits(32)
    sys.stdout.write(f"seed {seed}\n")
    return random.Random(seed)


def everyone_once(readers: int = READERS) -> Counter[str]:
    return Counter({address_of(reader): 1 for reader in range(1, readers + 1)})


def assert_everyone_once(
    accepted: list[str], doubtful: dict[str, list[int]], *, readers: int = READERS
) -> None:
    """Everyone once; whoever is reported in doubt once or not at all."""
    counts = Counter(accepted)
    maybe = {address_of(reader) for readers_ in doubtful.values() for reader in readers_}
    for address in everyone_once(readers):
        allowed = {0, 1} if address in maybe else {1}
        assert counts[address] in allowed, f"{address} was mailed {counts[address]} times"
    assert len(counts) <= readers


def attempts_of(record: Path) -> set[str]:
    return {line.split()[0] for line in record.read_text().splitlines()}


def a_day_later() -> datetime:
    """A moment at which the lack of events may prove that nobody was mailed."""
    return system_clock() + timedelta(hours=26)
