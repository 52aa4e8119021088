"""A sending under everything that can go wrong at once: kills, sleeps, faults, bad post."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from digest.clock import system_clock
from digest.deliver.providers import sendgrid
from digest.errors import DeliveryError
from digest.model.event import Event, EventKind
from digest.model.issue import IssueState
from digest.pipeline import calling, pacing, sending
from digest.pipeline.doubts import doubts, resolve
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.settling import hear, settle_doubts
from subscribers.database import Database
from tests.forks import FORKS
from tests.pipeline.scene import QUICK, a_newsroom

WARM = (sendgrid,)
HASTY = replace(QUICK, longest_call=1.0, slack=0.3, tries=50)
POINTS: dict[str, tuple[Any, str]] = {
    "planned": (sending, "plan"),
    "claimed": (pacing, "claim"),
    "intent written": (calling, "_intend"),
    "answered, not yet written down": (calling, "_called"),
    "written down": (calling, "_settle"),
}
"""Right after which of its steps a sender dies."""


def die_after(point: str, nth: int) -> None:
    """Let this process kill itself right after the nth time that a step was taken."""
    module, name = POINTS[point]
    step: Callable[..., Any] = getattr(module, name)
    count = 0

    def last(*given: Any, **named: Any) -> Any:
        nonlocal count
        done = step(*given, **named)
        count += 1
        if count >= nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    setattr(module, name, last)


def send_until_stopped(
    database_url: str, provider_url: str, issue_id: int, point: str, nth: int
) -> None:
    """Be a `digest send` and, after what ends one, the next `digest resume`."""
    if point:
        die_after(point, nth)
    newsroom = listening(Database(database_url), provider_url)
    while True:
        with suppress(DeliveryError):
            sending.send(newsroom, issue_id, patience=HASTY)
            if not sending.resume(newsroom, again=True, patience=HASTY):
                return


def start(
    database: Database, provider_url: str, issue_id: int, point: str = "", nth: int = 1
) -> BaseProcess:
    given = (database.url, provider_url, issue_id, point, nth)
    process = FORKS.Process(target=send_until_stopped, args=given, daemon=True)
    process.start()
    return process


def kill_and_stop(
    database: Database, url: str, issue_id: int, *, chance: random.Random, kills: int
) -> int:
    """Run senders, two at a time, until so many were killed; give how many were."""
    killed = 0
    while killed < kills:
        point = chance.choice(["", "", *POINTS])
        pair = [
            start(database, url, issue_id, point, chance.randint(1, 3)),
            start(database, url, issue_id),
        ]
        time.sleep(chance.uniform(0.1, 0.7))
        if chance.random() < 0.2:
            _sleep(pair[1], seconds=HASTY.longest_call + HASTY.slack + 0.2)
        for process in pair:
            process.kill()
            process.join()
            killed += process.exitcode == -signal.SIGKILL
        if is_over(database, issue_id):
            break
    return killed


def _sleep(process: BaseProcess, *, seconds: float) -> None:
    """Stop a process for longer than its leases last, and wake it."""
    with suppress(ProcessLookupError):
        os.kill(process.pid or 0, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(process.pid or 0, signal.SIGCONT)
        time.sleep(0.1)


def is_over(database: Database, issue_id: int) -> bool:
    [told] = sending.status(a_newsroom(database), issue_id)
    done = told.tally.waiting + told.tally.failed == 0
    return told.issue.state is IssueState.SENT and done


def finish(database: Database, url: str, issue_id: int) -> None:
    """Let one sender go on until nothing is left to mail; doubts may be."""
    process = start(database, url, issue_id)
    process.join(120)
    assert process.exitcode == 0


def post(database: Database, record: Path, chance: random.Random) -> None:
    """Tell of what was accepted, as bad post does: shuffled, twice, of some calls in part or never,
    of others whole.
    """
    news = []
    for line in record.read_text().splitlines():
        attempt, *addresses = line.split()
        share = chance.choice([0.0, 0.3, 1.0, 1.0])
        told = [one for one in addresses if chance.random() < share]
        news += [_event(attempt, address) for address in told] * chance.choice([1, 2])
    chance.shuffle(news)
    while news:
        part, news = news[:500], news[500:]
        hear(listening(database), part)


def _event(attempt: str, address: str) -> Event:
    reader = int(address.partition("@")[0].removeprefix("reader"))
    return Event(
        provider="sendgrid",
        key=f"{attempt} {reader}",
        attempt_id=attempt,
        subscriber_id=reader,
        kind=EventKind.PROCESSED,
        at=system_clock(),
        raw={},
    )


def listening(
    database: Database, provider: str = "null://", *, after: timedelta = timedelta(0)
) -> Newsroom:
    """Give a newsroom that hears of events, so long from now."""

    def clock() -> datetime:
        return system_clock() + after

    return replace(a_newsroom(database, provider, clock=clock), event_keys={"sendgrid": "a key"})


def settle_all(database: Database, record: Path) -> Iterator[str]:
    """Settle doubts by time, then by a person who reads the provider's record; say how each was."""
    for hours in (26, 49):
        settled = settle_doubts(listening(database, after=timedelta(hours=hours)))
        yield from ["proved refused"] * settled.again
    seen = {line.split()[0] for line in record.read_text().splitlines()}
    for one in doubts(a_newsroom(database)):
        truth = one.doubt.attempt.id in seen
        resolve(listening(database, after=timedelta(hours=1)), one.doubt.batch.id, sent=truth)
        yield "by hand"
