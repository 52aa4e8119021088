"""Processes that are `digest worker`, to be killed and put to sleep: warm ones, forked."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

from digest.cli.logs import leave, write_logs
from digest.deliver.providers import outbox, sendgrid
from digest.engine.jobs import Job
from digest.engine.procrastinate import ProcrastinateEngine, Rhythm
from digest.model.issue import Issue
from digest.model.run import RunClock
from digest.pipeline.desk import Desk
from digest.pipeline.working import at_work
from digest.schedule.reading import read_schedule
from subscribers.database import Database
from tests.forks import FORKS
from tests.pipeline.scene import a_newsroom

WARM = (outbox, sendgrid)
"""Imported here, so that a forked worker need not."""
SOON = Rhythm(beat=0.2, silence=2.0, rescue=0.2, look=0.1, pause=0.2)
"""For tests: the dead are found within two seconds or so."""


@dataclass(frozen=True, kw_only=True)
class World:
    """What all workers of a test share."""

    database_url: str
    provider_url: str
    schedule: Path
    rhythm: Rhythm = SOON
    look: float = 0.5


def work(world: World, clocks: bool, begun: Event) -> None:
    """Be a `digest worker` until SIGTERM."""
    write_logs(json_logs=False)
    signal.signal(signal.SIGTERM, leave)
    newsroom = replace(
        a_newsroom(Database(world.database_url), world.provider_url, root=world.schedule.parent),
        schedule=read_schedule(world.schedule),
    )
    engine = ProcrastinateEngine(world.database_url, threads=2, rhythm=world.rhythm)
    with at_work(Desk(newsroom, world.schedule), engine, clocks=clocks, look=world.look):
        begun.set()
        while True:
            time.sleep(0.2)


def start(world: World, *, clocks: bool = False) -> BaseProcess:
    """Start a worker; it takes jobs when this returns, or a moment later."""
    begun = FORKS.Event()
    process = FORKS.Process(target=work, args=(world, clocks, begun), daemon=True)
    process.start()
    assert begun.wait(60), "no worker began"
    return process


@contextmanager
def workers(world: World, count: int) -> Iterator[list[BaseProcess]]:
    """Run workers; the list's, when the block ends, are killed."""
    running = [start(world) for _ in range(count)]
    try:
        yield running
    finally:
        for worker in running:
            worker.kill()
            worker.join()


def strike(world: World, issue: Issue) -> None:
    """Be the send clock of a scheduler that then does nothing more."""
    engine = ProcrastinateEngine(world.database_url)
    key = f"{issue.newsletter} {issue.slot.isoformat()}"
    engine.enqueue(Job(step=RunClock.SEND, key=key))
    engine.stop()


def hold(database_url: str, rhythm: Rhythm, notes: Path) -> None:
    """Be a worker that writes its pid down for each job, and has it in hand for ever."""

    def note(_job: Job) -> None:
        with notes.open("a") as file:
            file.write(f"{os.getpid()}\n")
        time.sleep(600)

    ProcrastinateEngine(database_url, threads=1, rhythm=rhythm).run(note)
    threading.Event().wait()


@contextmanager
def holders(database_url: str, rhythm: Rhythm, notes: Path) -> Iterator[list[BaseProcess]]:
    """Run two workers that hold what they take."""
    arguments = (database_url, rhythm, notes)
    both: list[BaseProcess] = [
        FORKS.Process(target=hold, args=arguments, daemon=True) for _ in range(2)
    ]
    for one in both:
        one.start()
    try:
        yield both
    finally:
        for one in both:
            one.kill()
            one.join()
