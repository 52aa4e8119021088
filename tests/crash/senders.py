"""Processes that send, to be killed: warm ones, forked from a server that has all imported."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

from digest.deliver.providers import outbox, sendgrid, smtp
from digest.pipeline.doubts import doubts, resolve
from digest.pipeline.sending import send, status
from subscribers.database import Database
from tests.pipeline.scene import QUICK, a_newsroom

WARM = (outbox, sendgrid, smtp)
"""Imported here, so that a forked sender need not."""
ROOT = Path(__file__).parents[2]
_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.crash.senders"])


def send_once(database_url: str, provider_url: str, issue_id: int, begun: Event) -> None:
    """Be a `digest send` and a `digest resume`: what a process does before it is killed."""
    newsroom = a_newsroom(Database(database_url), provider_url)
    begun.set()
    send(newsroom, issue_id, patience=QUICK)


def start(database: Database, provider_url: str, issue_id: int) -> tuple[BaseProcess, Event]:
    begun = _FORKS.Event()
    arguments = (database.url, provider_url, issue_id, begun)
    process = _FORKS.Process(target=send_once, args=arguments, daemon=True)
    process.start()
    return process, begun


def kill_often(
    database: Database,
    provider_url: str,
    issue_id: int,
    *,
    chance: random.Random,
    kills: int,
    longest: float,
) -> int:
    """Start and SIGKILL senders at random moments; give how many were killed at work."""
    killed = 0
    for _ in range(kills):
        process, begun = start(database, provider_url, issue_id)
        assert begun.wait(30)
        time.sleep(chance.uniform(0, longest))
        killed += process.is_alive()
        process.kill()
        process.join()
    return killed


def finish(database: Database, provider_url: str, issue_id: int) -> None:
    send(a_newsroom(database, provider_url), issue_id, patience=QUICK)


def in_doubt(database: Database) -> dict[str, list[int]]:
    """Who is in doubt, by the attempt that would have mailed them."""
    found = doubts(a_newsroom(database))
    return {one.doubt.attempt.id: list(one.doubt.recipient_ids) for one in found}


def settle_by_the_record(database: Database, attempts_seen: set[str]) -> None:
    """Be the person who looks each attempt up at the provider."""
    newsroom = a_newsroom(database)
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
