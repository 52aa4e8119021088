"""One scheduler as a process of its own, in a world where time runs faster.

Mails are lines in a file of the newsroom's folder, `mailed`.
"""

import os
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from digest.deliver.provider import Call, Receipt
from digest.engine.local import LocalEngine
from digest.engine.ticking import ticking
from digest.pipeline.clocks import Clocks
from digest.pipeline.desk import Desk
from subscribers.database import Database
from tests.pipeline.clockwork import DRAFT_SLOT, LONG_AGO, Mailbag, Office


class Book(Mailbag):
    """A mailbag whose mails are lines in a file that several processes write to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def open(self) -> "Book":
        return self

    def deliver(self, call: Call) -> Receipt:
        kind = "mail" if call.issue_id else "proof"
        lines = "".join(f"{kind} {personal.address} {os.getpid()}\n" for personal in call.to)
        with self.path.open("a") as file:
            file.write(lines)
        return super().deliver(call)


def keep_time(folder: Path, url: str, start: float, speed: float) -> None:
    """Be a scheduler; at `start` (of the machine's clock) the world's showed a minute before
    DRAFT_SLOT.
    """

    def clock() -> datetime:
        return (
            DRAFT_SLOT - timedelta(minutes=1) + (time.time() - start) * speed * timedelta(seconds=1)
        )

    book = Book(folder / "mailed")
    office = Office(folder, Database(url), LONG_AGO, book)
    desk = Desk(replace(office.newsroom, clock=clock), office.path)
    engine = LocalEngine(time_of_day)
    clocks = Clocks(desk, engine)
    engine.run(clocks.handle)
    with ticking(clocks.tick, clock=time_of_day, seconds=30 / speed):
        time.sleep(120)


def time_of_day() -> datetime:
    return datetime.now(DRAFT_SLOT.tzinfo)  # noqa: TID251 - the engine's waits are real ones
