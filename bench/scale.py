"""How fast is an issue mailed by workers that share nothing but PostgreSQL?

The whole of it: an own server that keeps its promises to the disk, a queue, one or two worker
processes; from the send clock's job until the issue is `sent`.
"""

import tempfile
import time
from pathlib import Path

from sqlalchemy import bindparam, select

from bench.readership import fill
from bench.sending import a_page
from digest.engine.jobs import Job
from digest.engine.procrastinate import ProcrastinateEngine, Rhythm
from digest.model.delivery import Tally
from digest.model.issue import Issue, IssueState, RenderedEdition
from digest.model.run import RunClock
from digest.pipeline.working import LOOK
from digest.storage import editions, tallies
from digest.storage.tables import issues as table
from subscribers.database import Database
from tests import postgres
from tests.crash.workers import World, workers
from tests.pipeline.scene import an_approved_issue, write_schedule

RECIPIENTS = 500_000
_CALLS = 4
"""At a time, whoever makes them."""
_STATE = select(table.c.state).where(table.c.id == bindparam("id"))


def one_worker_per_s() -> float:
    """`send.postgresql.1.recipients_per_s`: one worker process."""
    return _per_s(1)


def two_workers_per_s() -> float:
    """`send.postgresql.2.recipients_per_s`: two of them on one issue."""
    return _per_s(2)


def _per_s(count: int) -> float:
    with tempfile.TemporaryDirectory() as folder, postgres.running(safe=True) as server:
        server.prepare()
        url = server.url(server.fresh())
        database = Database(url)
        issue = _prepared(database)
        world = World(
            database_url=url,
            provider_url=f"null://?workers={_CALLS // count}",
            schedule=write_schedule(Path(folder)),
            rhythm=Rhythm(),
            look=LOOK,
        )
        with workers(world, count):
            seconds = _seconds(database, url, issue)
        _check(database, issue)
        database.close()
    return RECIPIENTS / seconds


def _prepared(database: Database) -> Issue:
    fill(database, RECIPIENTS)
    issue = an_approved_issue(database)
    page = a_page()
    edition = RenderedEdition(
        key="fr", language="fr", subject="Sahel : une semaine", html=page, text=page[:12_000]
    )
    with database.write() as connection:
        editions.freeze(connection, issue.id, [edition])
    return issue


def _seconds(database: Database, url: str, issue: Issue) -> float:
    time.sleep(1)  # the workers have told the server by now that they listen
    engine = ProcrastinateEngine(url)
    began = time.perf_counter()
    engine.enqueue(Job(step=RunClock.SEND, key=f"{issue.newsletter} {issue.slot.isoformat()}"))
    while not _is_sent(database, issue):
        time.sleep(0.02)
    seconds = time.perf_counter() - began
    engine.stop()
    return seconds


def _is_sent(database: Database, issue: Issue) -> bool:
    """Look at one word: who measures must not weigh."""
    with database.read() as connection:
        return connection.scalar(_STATE, {"id": issue.id}) == IssueState.SENT


def _check(database: Database, issue: Issue) -> None:
    with database.read() as connection:
        tally = tallies.tally(connection, issue.id)
    if tally != Tally(planned=RECIPIENTS, sent=RECIPIENTS):
        raise RuntimeError(f"not everyone was sent to: {tally}")
