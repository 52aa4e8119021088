"""Processes that send, to be killed: warm ones, forked from a server that has all imported."""

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

from sqlalchemy import func, select

from digest.clock import system_clock
from digest.deliver.provider import Provider
from digest.deliver.providers import outbox, sendgrid, smtp, smtp_connect
from digest.pipeline.doubts import doubts, resolve
from digest.pipeline.sending import send, status
from digest.storage.tables import attempts
from subscribers.database import Database
from tests.forks import FORKS
from tests.pipeline.scene import QUICK, a_newsroom, later
from tests.servers.sendgrid import KEY

WARM = (outbox, sendgrid, smtp)
"""Imported here, so that a forked sender need not."""
ROOT = Path(__file__).parents[2]


def send_once(database_url: str, provider_url: str, issue_id: int, begun: Event) -> None:
    """Be a `digest send` and a `digest resume`: what a process does before it is killed."""
    newsroom = a_newsroom(Database(database_url), provider_url)
    begun.set()
    send(newsroom, issue_id, patience=QUICK)


def start(database: Database, provider_url: str, issue_id: int) -> tuple[BaseProcess, Event]:
    begun = FORKS.Event()
    arguments = (database.url, provider_url, issue_id, begun)
    process = FORKS.Process(target=send_once, args=arguments, daemon=True)
    process.start()
    return process, begun


def send_and_stop(
    database_url: str, provider_name: str, port: int, issue_id: int, look: int
) -> None:
    """Be a sender whose machine sleeps just before it looks at the clock for the nth time."""
    patience = replace(QUICK, longest_call=0.6, slack=0.2)
    looks = itertools.count(1)

    def clock() -> datetime:
        if next(looks) == look:
            began = time.monotonic()
            os.kill(os.getpid(), signal.SIGSTOP)
            while time.monotonic() < began + 0.3:  # the signal may reach this thread later
                time.sleep(0.01)
        return system_clock()

    def provider() -> Provider:
        if provider_name == "sendgrid":
            return sendgrid.SendGrid(f"http://127.0.0.1:{port}", KEY, workers=1, clock=clock)
        relay = smtp_connect.Relay(host="127.0.0.1", port=port, security="no")
        return smtp.Smtp(relay, workers=1, clock=clock)

    send(a_newsroom(Database(database_url), provider), issue_id, patience=patience)


@contextmanager
def asleep(*arguments: object) -> Iterator[BaseProcess]:
    """Start a send_and_stop and wait until it sleeps; it does not outlive a test that fails."""
    process = FORKS.Process(target=send_and_stop, args=arguments, daemon=True)
    process.start()
    stat = Path(f"/proc/{process.pid}/stat")
    deadline = time.monotonic() + 30
    try:
        while stat.read_text().rpartition(")")[2].split()[0] != "T":
            assert time.monotonic() < deadline, "it never slept"
            time.sleep(0.02)
        yield process
    finally:
        process.kill()


def kill_often(
    database: Database,
    provider_url: str,
    issue_id: int,
    *,
    chance: random.Random,
    kills: int,
    longest: float,
) -> int:
    """Start and SIGKILL senders at random moments; give how many were killed at work.

    Every second one is first let come to its calls, however slow the machine is.
    """
    killed = 0
    for number in range(kills):
        before = _attempts(database)
        process, begun = start(database, provider_url, issue_id)
        assert begun.wait(30)
        while number % 2 and process.is_alive() and _attempts(database) == before:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, longest))
        killed += process.is_alive()
        process.kill()
        process.join()
    return killed


def _attempts(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(attempts)) or 0


def finish(database: Database, provider_url: str, issue_id: int) -> None:
    send(a_newsroom(database, provider_url), issue_id, patience=QUICK)


def in_doubt(database: Database) -> dict[str, list[int]]:
    """Who is in doubt, by the attempt that would have mailed them."""
    found = doubts(a_newsroom(database))
    return {one.doubt.attempt.id: list(one.doubt.recipient_ids) for one in found}


def settle_by_the_record(database: Database, attempts_seen: set[str]) -> None:
    """Be the person who looks each attempt up at the provider."""
    newsroom = a_newsroom(database, clock=later)
    for one in doubts(newsroom):
        resolve(newsroom, one.doubt.batch.id, sent=one.doubt.attempt.id in attempts_seen)


def adds_up(database: Database) -> bool:
    for one in status(a_newsroom(database)):
        tally = one.tally
        parts = tally.sent + tally.skipped + tally.refused + tally.in_doubt + tally.held
        if tally.planned != parts + tally.failed + tally.waiting + tally.cancelled:
            return False
    return True


@contextmanager
def look_alike(module: str, record: Path, *options: str) -> Iterator[int]:
    """Run a look-alike as a process of its own; give its port."""
    command = [sys.executable, "-m", f"tests.servers.{module}", "--record", str(record), *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.kill()
