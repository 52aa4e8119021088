"""How do jobs run on many machines? From a queue in the PostgreSQL that holds everything else.

Procrastinate's tables stand in a schema of their own, whose name tells their version: workers of an
old and a new release each keep to their own queue, and a queue nobody reads any more holds only
hints. Equal jobs never wait twice, and never run at the same time on any machine, but for one case:
a worker that was stopped past its silence and wakes up again. Correctness lives in the tables that
the steps write to (runs, batches, attempts), not here.
"""

import asyncio
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import procrastinate
import psycopg
import structlog
from procrastinate.connector import Notify
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job as Entry
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import String, column, select, table
from sqlalchemy.engine import make_url

from digest.engine.jobs import Handle, Job
from subscribers.database import Database, is_away

_LOG = structlog.get_logger(__name__)
_TASK = "digest"
SCHEMA = f"digest_queue_{sha256(SchemaManager.get_schema().encode()).hexdigest()[:8]}"
"""Where this version of Procrastinate has its tables."""


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """How soon a dead worker's jobs are another's: within silence and rescue. In seconds."""

    beat: float = 5.0
    """Between two signs of life of a worker."""
    silence: float = 20.0
    """Without a sign of life for so long a worker is taken for dead."""
    rescue: float = 10.0
    """Between two looks of each worker for jobs of the dead."""
    look: float = 1.0
    """Between two looks for jobs that fell due; of new ones PostgreSQL tells at once."""
    pause: float = 1.0
    """Before the next try to reach a server that is away."""
    patience: float = 5.0
    """For a connection; then the server counts as away."""


class ProcrastinateEngine:
    """Runs jobs in threads of this process, out of a queue that all machines share."""

    def __init__(self, url: str, *, threads: int = 4, rhythm: Rhythm | None = None) -> None:
        self._count = threads
        self._rhythm = rhythm or Rhythm()
        self._reach = {**_reach(url), "timeout": self._rhythm.patience}
        self._inlet = procrastinate.SyncPsycopgConnector(**self._reach, min_size=1, max_size=2)
        self._queue = JobManager(self._inlet)
        self._inlet.open()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._halt = asyncio.Event()
        """Awaited in the loop: it wakes whoever waits there when the engine stops."""
        self._stopping = threading.Event()
        self._lock = threading.Lock()

    def enqueue(self, job: Job) -> None:
        """Take a job; of two equal ones that wait, one stays, with the earlier time."""
        if self._stopping.is_set():
            return
        try:
            self._queue.defer_job(_entry(job))
        except AlreadyEnqueued:
            self._hasten(job)

    def run(self, handle: Handle) -> None:
        """Start handing jobs out, in the background; a server that goes away is waited for.

        Raises:
            RuntimeError: it runs already, or was stopped.
        """
        if self._thread is not None or self._stopping.is_set():
            raise RuntimeError("an engine runs once")
        self._thread = threading.Thread(
            target=self._work, args=(handle,), name="engine", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Finish the jobs in hand, take no more; those that wait are left to other machines."""
        with self._lock:
            self._stopping.set()
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._halt.set)
        if self._thread is not None:
            self._thread.join()
        self._inlet.close()

    def _hasten(self, job: Job) -> None:
        for waiting in self._queue.list_jobs(queueing_lock=_name(job), status=Status.TODO.value):
            if not _is_earlier(job, waiting) or waiting.id is None:
                continue
            if self._queue.cancel_job_by_id(waiting.id, delete_job=True):
                with suppress(AlreadyEnqueued):  # somebody was faster: it waits, then
                    self._queue.defer_job(_entry(job))

    def _work(self, handle: Handle) -> None:
        # psycopg can't use Windows' own loop (psycopg.org/psycopg3/docs/advanced/async.html).
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(self._tend(handle))

    async def _tend(self, handle: Handle) -> None:
        """Keep a worker at work until the engine stops."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_note_loss)
        loop.set_default_executor(ThreadPoolExecutor(self._count, thread_name_prefix="engine"))
        with self._lock:
            self._loop = loop
        while not self._stopping.is_set():
            try:
                await self._take_part(handle)
            except (ConnectorException, psycopg.Error) as lost:
                why = str(lost.__cause__ or lost)
                _LOG.warning("the queue can't be reached, trying again", why=why)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._halt.wait(), self._rhythm.pause)
        with self._lock:
            self._loop = None

    async def _take_part(self, handle: Handle) -> None:
        """Be one worker of the queue, until told to stop or the queue is lost."""
        connector = _PatientConnector(**self._reach, min_size=1, max_size=4)
        connector.pause = self._rhythm.pause
        app = procrastinate.App(connector=connector)
        app.task(name=_TASK)(lambda step, key: _handled(handle, Job(step=step, key=key)))
        async with app.open_async():
            working = asyncio.create_task(self._worker(app))
            others = [
                asyncio.create_task(self._rescue(app.job_manager)),
                asyncio.create_task(self._halt.wait()),
            ]
            await asyncio.wait([working, *others], return_when=asyncio.FIRST_COMPLETED)
            for one in (working, *others):
                one.cancel()  # a cancelled worker finishes its jobs in hand
            await asyncio.wait([working, *others])
        if not working.cancelled():
            working.result()

    async def _worker(self, app: procrastinate.App) -> None:
        await app.run_worker_async(
            concurrency=self._count,
            delete_jobs="always",
            update_heartbeat_interval=self._rhythm.beat,
            stalled_worker_timeout=self._rhythm.silence,
            fetch_job_polling_interval=self._rhythm.look,
            install_signal_handlers=False,
        )

    async def _rescue(self, queue: JobManager) -> None:
        """Take jobs from the dead, again and again: Procrastinate does not do it by itself.

        A timer of each worker: as a job with a lock it could itself be held by a dead worker
        (github.com/procrastinate-org/procrastinate/issues/1408).
        """
        while True:
            await asyncio.sleep(self._rhythm.rescue)
            with suppress(ConnectorException):  # the next look finds what this one missed
                silence = self._rhythm.silence
                for job in await queue.get_stalled_jobs(seconds_since_heartbeat=silence):
                    await _take_over(queue, job)


class _PatientConnector(procrastinate.PsycopgConnector):
    """Listens again after the server was away, so that no worker ends by that."""

    pause = 1.0

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        while True:
            with suppress(ConnectorException):
                await super().listen_notify(on_notification, channels)
            await asyncio.sleep(self.pause)


def prepare_queue(url: str) -> None:
    """Make the queue's tables in the database, unless this version's are there."""
    with psycopg.connect(_conninfo(url)) as connection:
        if _is_there(connection):
            return
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('digest.queue'))")
        if _is_there(connection):  # another process was faster
            return
        connection.execute(f"CREATE SCHEMA {SCHEMA}")
        connection.execute(f"SET LOCAL search_path = {SCHEMA}")
        connection.execute(SchemaManager.get_schema())


def found_queue(database: Database) -> str | None:
    """Give the queue that this version uses, else one that another version left, if any."""
    name = column("nspname", String)
    queues = select(name).select_from(table("pg_namespace")).where(name.like("digest_queue%"))
    with database.read() as connection:
        return connection.scalar(queues.order_by((name == SCHEMA).desc(), name).limit(1))


def _is_there(connection: psycopg.Connection[Any]) -> bool:
    # Of pg_namespace itself: to_regnamespace() answers from a cache that the lock does not refresh.
    question = "SELECT count(*) FROM pg_namespace WHERE nspname = %s"
    return connection.execute(question, (SCHEMA,)).fetchone() == (1,)


async def _take_over(queue: JobManager, job: Entry) -> None:
    """Let a dead worker's job wait again; where an equal one waits already, that one is enough."""
    try:
        await queue.retry_job(job)
    except UniqueViolation:
        await queue.finish_job(job, Status.FAILED, delete_job=True)
    _LOG.warning("job taken over from a worker that is silent", **job.task_kwargs)


def _note_loss(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log in a line that a job's end could not be written: it is another's, or the server away."""
    loss = context.get("exception")
    if isinstance(loss, ConnectorException):
        _LOG.warning("a job's end was not written down", why=str(loss.__cause__))
    else:
        loop.default_exception_handler(context)


def _handled(handle: Handle, job: Job) -> None:
    try:
        handle(job)
    except Exception as failure:
        log = _LOG.warning if is_away(failure) else _LOG.exception
        log("job failed", step=job.step, key=job.key, why=str(failure))


def _entry(job: Job) -> Entry:
    """Write a job as Procrastinate keeps it; what waits is unique by queueing_lock, what runs by
    lock.
    """
    return Entry(
        queue="digest",
        lock=_name(job),
        queueing_lock=_name(job),
        task_name=_TASK,
        task_kwargs={"step": job.step, "key": job.key},
        scheduled_at=job.not_before,
    )


def _name(job: Job) -> str:
    return f"{job.step} {job.key}"


def _is_earlier(job: Job, waiting: Entry) -> bool:
    if waiting.scheduled_at is None:
        return False
    return job.not_before is None or job.not_before < waiting.scheduled_at


def _reach(url: str) -> dict[str, Any]:
    """Say how to connect: jobs are hints, so their commits need not wait for the disk."""
    conninfo = _conninfo(url)
    given = str(conninfo_to_dict(conninfo).get("options") or "")
    options = f"{given} -c search_path={SCHEMA} -c synchronous_commit=off"
    return {"conninfo": conninfo, "kwargs": {"options": options.strip()}}


def _conninfo(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
