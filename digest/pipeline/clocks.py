"""What is due now, and who does it? The scheduler's tick: any number of schedulers may tick.

On every tick each scheduler works out from schedule.yaml which moments are due, and takes those in
the database's table of runs; of many that try, one succeeds and makes a job of it. Whoever works
on a run renews it at its ticks. A run that nobody renewed for LEASE belonged to a process that
died, or waits for an editor: it is taken up again. Nothing is done twice by that, because every
strike finds done what is done.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeAlias

import structlog

from digest.engine.jobs import Engine, Job
from digest.engine.slots import previous_slot
from digest.errors import DigestError
from digest.model.run import Run, RunClock, RunRecord
from digest.pipeline.arriving import Arrivals
from digest.pipeline.blanking import blank_old_events
from digest.pipeline.collecting import Occasion, collect
from digest.pipeline.desk import Desk
from digest.pipeline.lanes import JOIN, Lanes
from digest.pipeline.notices import NOTICES, NoticeLane
from digest.pipeline.settling import settle_doubts
from digest.pipeline.strikes import issue_slot, strike
from digest.pipeline.tidying import TIDY, tidy
from digest.pipeline.warning import due_warning
from digest.schedule.values import Newsletter, Schedule
from digest.storage import runs

LEASE = timedelta(minutes=5)
"""How long an open run stays its taker's without a sign of life."""
COLLECT = "collect"
"""The step that asks the sources whose rhythm asks for it: a feed forgets within hours what an
issue needs. What came is put into stories at once.
"""
COLLECTORS = 4
"""How many workers may share a round of collecting; who is at one drops further shares."""
SETTLE = "settle"
"""The step that settles doubts which events, or the lack of them, can settle."""
EVERY: Mapping[str, timedelta] = {
    SETTLE: timedelta(minutes=1),
    COLLECT: timedelta(minutes=5),
    TIDY: timedelta(hours=1),
}
"""How often each scheduler does what no newsletter's clock asks for."""

Since: TypeAlias = Mapping[tuple[str, RunClock], datetime]
"""Since when each clock has its present times."""

_LOG = structlog.get_logger(__name__)


def due(schedule: Schedule, since: Since, now: datetime) -> tuple[Run, ...]:
    """Give the latest strike of each clock, unless it is too old or from before the clock was set.

    Of several missed strikes only the latest counts. A draft whose issue is due to be sent as well
    is left out: sending makes it.
    """
    strikes = (
        run
        for name, plan in sorted(schedule.newsletters.items())
        for run in (*_warning(schedule, name, now), *_latest(name, plan, now))
        if run.slot >= since.get((name, run.clock), now) and now - run.slot <= plan.grace
    )
    return tuple(strikes)


def _warning(schedule: Schedule, name: str, now: datetime) -> tuple[Run, ...]:
    run = due_warning(schedule, name, now)
    return () if run is None else (run,)


def _latest(name: str, plan: Newsletter, now: datetime) -> tuple[Run, ...]:
    draft, send = (
        Run(newsletter=name, clock=clock, slot=previous_slot(plan.cron(clock), plan.timezone, now))
        for clock in (RunClock.DRAFT, RunClock.SEND)
    )
    return (send,) if issue_slot(plan, draft) <= now else (draft, send)


def lapsed(
    schedule: Schedule, unfinished: Iterable[RunRecord], now: datetime
) -> tuple[RunRecord, ...]:
    """Give the open runs that nobody works on and whose grace is over."""
    return tuple(
        record
        for record in unfinished
        if _is_free(record, now)
        and (
            (plan := schedule.newsletters.get(record.run.newsletter)) is None
            or now - record.run.slot > plan.grace
        )
    )


def _is_free(record: RunRecord | None, now: datetime) -> bool:
    """Say whether a scheduler may take a run: nobody did, or whoever did left it."""
    if record is None:
        return True
    return record.finished_at is None and record.taken_at <= now - LEASE


class Clocks:
    """One process's part: let it `look` every few seconds, and `tick` where it is a scheduler too.

    Its own jobs and those of others come back through `handle`.
    """

    def __init__(self, desk: Desk, engine: Engine) -> None:
        self._desk = desk
        self._engine = engine
        self._since: Since = {}
        self._in_hand: set[Run] = set()
        self._lock = Lock()
        self._collecting = Lock()
        self._swept_at: dict[str, datetime] = {}
        self._lanes = Lanes(desk, engine)
        self._notices = NoticeLane(desk, engine)
        self._arrivals = Arrivals()

    def look(self) -> None:
        """Keep the runs in hand; ask for a lane of each sending, and for notices that wait."""
        self._refresh()
        self._renew(self._desk.newsroom.clock())
        self._lanes.look()
        self._notices.look()

    def tick(self) -> None:
        """Take what is due and hand it out."""
        self._refresh()
        now = self._desk.newsroom.clock()
        self._since = self._since or self._known_since(now)
        self._renew(now)
        self._give_up(now)
        for run in due(self._desk.newsroom.schedule, self._since, now):
            if self._take(run, now):
                self._engine.enqueue(Job(step=run.clock, key=_key(run)))
        self._sweep(now)

    def handle(self, job: Job) -> None:
        """Do a job; expected failures are logged, noted, and tried again after LEASE."""
        if job.step == JOIN:
            self._lanes.join(job)
        elif job.step == SETTLE:
            settle_doubts(self._desk.newsroom)
            blank_old_events(self._desk.newsroom)
        elif job.step == COLLECT:
            self._collect()
        elif job.step == NOTICES:
            self._notices.work()
        elif job.step == TIDY:
            tidy(self._desk.newsroom)
        else:
            self._strike(_run(job))

    def _collect(self) -> None:
        """Take a share of a round, unless this process is at one: claims of hosts divide it."""
        if not self._collecting.acquire(blocking=False):
            return
        try:
            collect(self._desk.newsroom, occasion=Occasion.ROUND)
        finally:
            self._collecting.release()
        self._arrivals.place(self._desk.newsroom)

    def _refresh(self) -> None:
        with self._lock:
            if self._desk.refresh():
                self._since = {}

    def _known_since(self, now: datetime) -> Since:
        newsletters = self._desk.newsroom.schedule.newsletters
        with self._desk.newsroom.database.write() as connection:
            return {
                (name, clock): runs.known_since(
                    connection, name, clock, f"{plan.cron(clock)} {plan.timezone}", now
                )
                for name, plan in sorted(newsletters.items())  # all lock in one order
                for clock in RunClock
            }

    def _take(self, run: Run, now: datetime) -> bool:
        with self._desk.newsroom.database.read() as connection:
            if not _is_free(runs.record(connection, run), now):
                return False
        with self._desk.newsroom.database.write() as connection:
            return runs.take(connection, run, now) or runs.take_up(
                connection, run, now, left_before=now - LEASE
            )

    def _renew(self, now: datetime) -> None:
        with self._lock:
            in_hand = tuple(self._in_hand)
        if in_hand:
            with self._desk.newsroom.database.write() as connection:
                runs.renew(connection, in_hand, now)

    def _give_up(self, now: datetime) -> None:
        """Close the runs that were tried or held until their grace was over."""
        database = self._desk.newsroom.database
        with database.read() as connection:
            late = lapsed(self._desk.newsroom.schedule, runs.unfinished(connection), now)
        for record in late:
            words = f"given up: {record.result or 'its process died'}"
            with database.write() as connection:
                runs.finish(connection, record.run, now, words)
            _LOG.error("run given up", clock=record.run.clock, key=_key(record.run), result=words)

    def _sweep(self, now: datetime) -> None:
        for step, period in EVERY.items():
            swept_at = self._swept_at.get(step)
            if swept_at is None or now - swept_at >= period:
                self._swept_at[step] = now
                for share in range(COLLECTORS if step == COLLECT else 1):
                    self._engine.enqueue(Job(step=step, key=str(share or "")))

    def _strike(self, run: Run) -> None:
        newsroom = self._desk.newsroom
        if run.newsletter not in newsroom.schedule.newsletters:
            return
        with self._lock:
            self._in_hand.add(run)
        try:
            struck = strike(newsroom, run, self._lanes)
        except DigestError as error:
            self._note(run, f"failed: {error}", done=False)
        except Exception as error:
            self._note(run, f"failed: {type(error).__name__}", done=False)
            raise
        else:
            self._note(run, struck.words, done=struck.done)
        finally:
            with self._lock:
                self._in_hand.discard(run)

    def _note(self, run: Run, words: str, *, done: bool) -> None:
        newsroom = self._desk.newsroom
        with newsroom.database.write() as connection:
            news = done or runs.note(connection, run, words)
            if done:
                runs.finish(connection, run, newsroom.clock(), words)
        if news:
            _LOG.info("clock struck", clock=run.clock, key=_key(run), done=done, result=words)


def _key(run: Run) -> str:
    return f"{run.newsletter} {run.slot.isoformat()}"


def _run(job: Job) -> Run:
    newsletter, _, slot = job.key.partition(" ")
    return Run(newsletter=newsletter, clock=RunClock(job.step), slot=datetime.fromisoformat(slot))
