"""Processes that are `digest worker`, to be killed and put to sleep: warm ones, forked."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

from digest.cli.serving import leave
from digest.deliver.providers import outbox, sendgrid
from digest.engine.procrastinate import ProcrastinateEngine, Rhythm
from digest.pipeline.desk import Desk
from digest.pipeline.working import at_work
from subscribers.database import Database
from tests.pipeline.scene import a_newsroom

WARM = (outbox, sendgrid)
"""Imported here, so that a forked worker need not."""
SOON = Rhythm(beat=0.2, silence=1.0, rescue=0.3, look=0.1, pause=0.2)
"""For tests: the dead are found within a second or so."""
_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.crash.workers"])


@dataclass(frozen=True, kw_only=True)
class World:
    """What all workers of a test share."""

    database_url: str
    provider_url: str
    schedule: Path
    rhythm: Rhythm = SOON
    clocks: bool = False


def work(world: World, begun: Event) -> None:
    """Be a `digest worker` until SIGTERM."""
    signal.signal(signal.SIGTERM, leave)
    newsroom = a_newsroom(Database(world.database_url), world.provider_url)
    engine = ProcrastinateEngine(world.database_url, threads=2, rhythm=world.rhythm)
    with at_work(Desk(newsroom, world.schedule), engine, clocks=world.clocks):
        begun.set()
        threading.Event().wait()


@contextmanager
def workers(world: World, count: int) -> Iterator[list[BaseProcess]]:
    """Run workers; those left at the block's end are killed."""
    running = [start(world) for _ in range(count)]
    try:
        yield running
    finally:
        for worker in running:
            worker.kill()
            worker.join()


def start(world: World) -> BaseProcess:
    """Start a worker; it takes jobs when this returns, or a moment later."""
    begun = _FORKS.Event()
    process = _FORKS.Process(target=work, args=(world, begun), daemon=True)
    process.start()
    assert begun.wait(60), "no worker began"
    return process
