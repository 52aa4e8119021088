"""A newsroom with sample drops, readers, a hand-wound clock, an engine that works inline."""

import shutil
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from digest.deliver.provider import Call, Receipt
from digest.engine.jobs import Handle, Job
from digest.errors import ConfigError
from digest.model.delivery import Outcome
from digest.model.issue import IssueState
from digest.model.run import RunClock
from digest.pipeline.clocks import COLLECT, EVERY, Clocks
from digest.pipeline.composing import approve
from digest.pipeline.desk import Desk
from digest.pipeline.lanes import JOIN
from digest.pipeline.newsroom import Newsroom
from digest.schedule.reading import read_schedule
from digest.storage import issues, runs
from subscribers import lists, tables
from subscribers.database import Database
from subscribers.model import SubscriptionState

ROOT = Path(__file__).parents[2]
SAMPLES = ("sample-01", "sample-03", "sample-07")
DRAFT_SLOT = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
"""Thursday 18:00 in Paris."""
SEND_SLOT = datetime(2026, 11, 27, 5, 53, tzinfo=UTC)
"""Friday 06:53 in Paris."""
LONG_AGO = DRAFT_SLOT - timedelta(days=365)
SECRET = b"sixteen-or-more-characters"
READERS = ("ada@readers.example", "bea@readers.example")
ONCE = Counter(dict.fromkeys(READERS, 1))
"""What a mailbag holds when each reader was mailed once."""
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
TEXT = """\
site:
  url: https://lettre.example
  organisation: La Lettre
  postal_address: 1 rue des Exemples, Paris
  sender: {name: La Lettre, address: lettre@lettre.example}
themes:
  sahel-security:
    title: {fr: Sécurité, en: Security}
    keywords: [blocus, convoi, escorte, jihadiste, djihadiste, attaque, armée]
  diplomacy:
    title: {fr: Diplomatie, en: Diplomacy}
    keywords: [ambassade, visas, médiation, diplomatique, consulaire, négociation]
sources:
  - {name: inbox, folder: inbox}
newsletters:
  hebdo-sahel:
    title: L'hebdo
    language: fr
    timezone: Europe/Paris
    list: hebdo
    draft: "0 18 * * thu"
    send: "53 6 * * fri"
    grace: 12 hours
    sections: [sahel-security, diplomacy]
    thin_week: {below: 1}
    editors: [editor@lettre.example]
"""


class HandClock:
    """Stands still until it is put on."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass(kw_only=True)
class Mailbag:
    """A provider that keeps who was mailed how often, and can be shut."""

    name: str = "mailbag"
    capacity: int = 1000
    workers: int = 1
    idempotent: bool = False
    where: str = "a mailbag"
    down: bool = False
    meanwhile: Callable[[], object] | None = None
    """What happens while a call is made."""
    mailed: Counter[str] = field(default_factory=Counter)
    proofs: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def deliver(self, call: Call) -> Receipt:
        with self.lock:
            for personal in call.to:
                if call.issue_id:
                    self.mailed[personal.address] += 1
                else:
                    self.proofs.append(personal.address)
        if self.meanwhile is not None:
            self.meanwhile()
        return Receipt(outcome=Outcome.ACCEPTED, ref=call.attempt_id)

    def open(self) -> "Mailbag":
        if self.down:
            raise ConfigError("the mailbag is shut")
        return self

    def close(self) -> None:
        """Hold nothing."""


class InlineEngine:
    """Keeps jobs until `work` is called and they are due; equal ones are one, the earlier.

    Of a round of collecting it keeps one share. Of the others nothing comes in a process with
    threads, which is at the first when it takes them; here each would be a whole round.
    """

    def __init__(self, clock: HandClock) -> None:
        self.clock = clock
        self.jobs: dict[tuple[str, str], Job] = {}

    def enqueue(self, job: Job) -> None:
        if job.step == COLLECT and job.key:
            return
        name = (job.step, job.key)
        if name not in self.jobs or self._due(job) < self._due(self.jobs[name]):
            self.jobs[name] = job

    def run(self, handle: Handle) -> None:
        while due := [name for name, job in self.jobs.items() if self._due(job) <= self.clock()]:
            handle(self.jobs.pop(due[0]))

    def _due(self, job: Job) -> datetime:
        return job.not_before or LONG_AGO

    def stop(self) -> None:
        self.jobs.clear()

    def steps(self) -> list[str]:
        """What the newsletters' clocks asked for; sweeps and lanes are left out."""
        return [step for step, _ in self.jobs if step not in {*EVERY, JOIN}]


class Office:
    """One scheduler process, as far as a test can have it in hand."""

    def __init__(self, folder: Path, database: Database, now: datetime, bag: Mailbag) -> None:
        self.path = folder / "schedule.yaml"
        self.clock = HandClock(now)
        self.bag = bag
        self.newsroom = Newsroom(
            schedule=read_schedule(self.path),
            root=folder,
            database=database,
            clock=self.clock,
            secret_key=SECRET,
            site_url="https://lettre.example",
            templates=ROOT / "templates",
            provider=bag.open,
        )
        self.engine = InlineEngine(self.clock)
        self.desk = Desk(self.newsroom, self.path)
        self.clocks = Clocks(self.desk, self.engine)

    def at(self, moment: datetime) -> "Office":
        """Put the clock on, tick and look; jobs wait in the engine."""
        self.clock.now = moment
        self.clocks.tick()
        self.clocks.look()
        return self

    def work(self) -> None:
        """Do the jobs that wait."""
        self.engine.run(self.clocks.handle)

    def die(self) -> None:
        """Forget everything, like a process that was killed: jobs, and what is in hand."""
        self.engine.stop()
        self.clocks = Clocks(self.desk, self.engine)

    def restart(self, moment: datetime) -> "Office":
        self.die()
        return self.at(moment)

    def rewrite(self, *changes: tuple[str, str]) -> None:
        text = self.path.read_text()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        self.path.write_text(text)


def furnish(folder: Path, database: Database) -> None:
    """Write the schedule and the drops, and put readers on the list."""
    (folder / "inbox").mkdir()
    for drop in sorted((ROOT / "inbox").glob("sample-*")):
        if drop.name.startswith(SAMPLES):
            shutil.copy(drop, folder / "inbox")
    (folder / "schedule.yaml").write_text(TEXT)
    enlist(database, READERS)


def enlist(database: Database, addresses: Sequence[str]) -> None:
    """Put confirmed readers on the list."""
    then = DRAFT_SLOT - timedelta(days=30)
    with database.write() as connection:
        list_id = lists.ensure(connection, "hebdo", "Hebdo", then).id
        for number, address in enumerate(addresses, start=1):
            person = {"id": number, "address": address, "address_key": address}
            stamps = {"created_at": then, "changed_at": then}
            connection.execute(
                insert(tables.subscribers).values(**person, **stamps, address_hash=address)
            )
            connection.execute(
                insert(tables.subscriptions).values(
                    subscriber_id=number,
                    list_id=list_id,
                    state=SubscriptionState.CONFIRMED.value,
                    asked_at=then,
                    confirmed_at=then,
                )
            )


def all_issues(office: Office) -> list[IssueState]:
    with office.newsroom.database.read() as connection:
        return [issue.state for issue in issues.issues(connection)]


def result(office: Office, clock: RunClock) -> str:
    with office.newsroom.database.read() as connection:
        record = runs.last(connection, "hebdo-sahel", clock)
    return record.result if record else ""


def approve_it(office: Office) -> None:
    with office.newsroom.database.read() as connection:
        issue = issues.find(connection, "hebdo-sahel", SEND_SLOT)
    assert issue is not None
    approve(office.newsroom, issue.id, "editor")
