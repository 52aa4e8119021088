"""What the queue that machines share does beyond what every engine promises."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from procrastinate import App, PsycopgConnector
from structlog.testing import capture_logs

from digest.engine.jobs import Job
from digest.engine.procrastinate import (
    SCHEMA,
    ProcrastinateEngine,
    Rhythm,
    prepare_queue,
)
from tests.engine.notebook import WAIT, Notebook
from tests.postgres import Server
from tests.waiting import wait_until

QUICK = Rhythm(beat=0.1, silence=0.5, rescue=0.1, look=0.05, pause=0.05)
JOBS_LEFT = f"SELECT count(*) FROM {SCHEMA}.procrastinate_jobs"
MakeEngine = Callable[..., ProcrastinateEngine]


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def url(postgresql: Server) -> Iterator[str]:
    name = postgresql.fresh()
    yield postgresql.url(name)
    postgresql.drop(name)


@pytest.fixture
def an_engine(url: str) -> Iterator[MakeEngine]:
    made: list[ProcrastinateEngine] = []

    def make(rhythm: Rhythm = QUICK) -> ProcrastinateEngine:
        made.append(ProcrastinateEngine(url, threads=2, rhythm=rhythm))
        return made[-1]

    yield make
    for engine in made:
        engine.stop()


def test_the_queue_is_made_once_by_many_at_once(postgresql: Server) -> None:
    name = postgresql.fresh(template="template0")
    makers = [
        threading.Thread(target=prepare_queue, args=(postgresql.url(name),)) for _ in range(4)
    ]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    tables = ask(
        postgresql.url(name),
        "SELECT count(*) FROM pg_tables WHERE schemaname = %s AND tablename = 'procrastinate_jobs'",
        SCHEMA,
    )
    postgresql.drop(name)
    assert tables == [(1,)]


def test_the_queue_stands_apart_from_the_tables_that_hold_the_truth(url: str) -> None:
    found = ask(url, "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename LIKE 'procra%%'")
    assert found == [(SCHEMA,)]


def test_only_the_queue_s_own_commits_do_not_wait_for_the_disk(
    url: str, an_engine: MakeEngine
) -> None:
    question = "SELECT setting, source FROM pg_settings WHERE name = 'synchronous_commit'"
    own = an_engine()._inlet.execute_query_one(question)
    assert own == {"setting": "off", "source": "client"}
    [(_, source)] = ask(url, question)
    assert source != "client"


def test_done_jobs_and_failed_ones_leave_nothing_behind(
    url: str, an_engine: MakeEngine, notebook: Notebook
) -> None:
    engine = an_engine()
    engine.run(notebook)
    for step in ("do", "fail"):
        engine.enqueue(Job(step=step, key="a"))
    notebook.wait_for(2)
    engine.stop()
    assert ask(url, JOBS_LEFT) == [(0,)]


def test_what_waits_when_an_engine_stops_is_another_s(
    an_engine: MakeEngine, notebook: Notebook
) -> None:
    first, second = an_engine(), an_engine()
    first.enqueue(Job(step="do", key="a"))
    first.stop()
    second.run(notebook)
    notebook.wait_for(1)


def test_several_engines_do_each_job_once(an_engine: MakeEngine, notebook: Notebook) -> None:
    engines = [an_engine() for _ in range(3)]
    for engine in engines:
        engine.run(notebook)
    keys = [f"{number:02}" for number in range(30)]
    for key in keys:
        engines[0].enqueue(Job(step="do", key=key))
    notebook.wait_for(30)
    for engine in engines:
        engine.stop()
    assert sorted(notebook.done) == keys


def test_a_dead_worker_s_job_is_taken_over(
    url: str, an_engine: MakeEngine, notebook: Notebook
) -> None:
    engine = an_engine()
    engine.enqueue(Job(step="do", key="a"))
    assert take_and_die(url) == {"step": "do", "key": "a"}
    with capture_logs() as logs:
        engine.run(notebook)
        notebook.wait_for(1)
    assert [(one["step"], one["key"]) for one in logs if "taken over" in one["event"]] == [
        ("do", "a")
    ]


def test_of_a_dead_worker_s_job_and_an_equal_one_that_waits_one_is_done(
    url: str, an_engine: MakeEngine, notebook: Notebook
) -> None:
    engine = an_engine()
    engine.enqueue(Job(step="do", key="a"))
    take_and_die(url)
    engine.enqueue(Job(step="do", key="a"))
    engine.run(notebook)
    notebook.wait_for(1)
    assert not notebook.started.acquire(timeout=0.5)
    engine.stop()
    assert notebook.done == ["a"]
    assert ask(url, JOBS_LEFT) == [(0,)]


def test_an_engine_whose_server_went_away_goes_on_with_jobs_in_hand_and_new_ones(
    url: str, an_engine: MakeEngine, notebook: Notebook
) -> None:
    engine = an_engine(replace(QUICK, silence=60))
    notebook.go.clear()
    engine.run(notebook)
    engine.enqueue(Job(step="do", key="in hand"))
    notebook.wait_for(1)
    for round_ in ("one", "two"):
        cut_off(url)
        engine.enqueue(Job(step="do", key=round_))
    notebook.go.set()
    notebook.wait_for(2)
    # A job whose end can't be written down is done again, as it should: let them be written.
    wait_until(lambda: ask(url, JOBS_LEFT) == [(0,)], "the ends of three jobs")
    cut_off(url)
    engine.enqueue(Job(step="do", key="after"))
    notebook.wait_for(1)
    engine.stop()
    assert sorted(notebook.done) == ["after", "in hand", "one", "two"]


def test_an_engine_stops_in_time_while_its_server_is_away(
    postgresql: Server, notebook: Notebook
) -> None:
    name = postgresql.fresh()
    engine = ProcrastinateEngine(postgresql.url(name), rhythm=replace(QUICK, patience=0.5))
    engine.run(notebook)
    engine.enqueue(Job(step="do", key="a"))
    notebook.wait_for(1)
    postgresql.drop(name)
    stopping = threading.Thread(target=engine.stop)
    stopping.start()
    stopping.join(WAIT)
    assert not stopping.is_alive()


def take_and_die(url: str) -> dict[str, Any]:
    """Be a worker that takes a job and is never heard of again; give the job."""

    async def take() -> dict[str, Any]:
        app = App(connector=PsycopgConnector(conninfo=plain(url), kwargs={"options": options}))
        async with app.open_async():
            worker = await app.job_manager.register_worker()
            job = await app.job_manager.fetch_job(None, worker)
            assert job is not None
            return job.task_kwargs

    options = f"-c search_path={SCHEMA}"
    return asyncio.run(take())


def cut_off(url: str) -> None:
    """End every connection to the database but this one."""
    ask(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


def ask(url: str, question: str, *values: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(plain(url)) as connection:
        return connection.execute(question.encode(), values).fetchall()


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")
