"""What every engine promises: threads of one process, and the queue that machines share."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from digest.clock import system_clock
from digest.engine.jobs import Engine, Job
from digest.engine.local import LocalEngine
from digest.engine.procrastinate import ProcrastinateEngine, Rhythm
from tests.engine.notebook import WAIT, Notebook
from tests.postgres import Server

MakeEngine = Callable[[int], Engine]


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture(params=["local", "procrastinate"])
def an_engine(request: pytest.FixtureRequest) -> Iterator[MakeEngine]:
    """Make an engine of so many threads; it is stopped after the test."""
    made: list[Engine] = []
    url = queue(request) if request.param == "procrastinate" else ""

    def make(threads: int) -> Engine:
        engine: Engine = LocalEngine(system_clock, threads=threads)
        if url:
            engine = ProcrastinateEngine(url, threads=threads, rhythm=Rhythm(look=0.05))
        made.append(engine)
        return engine

    yield make
    for engine in made:
        engine.stop()


def queue(request: pytest.FixtureRequest) -> str:
    server: Server = request.getfixturevalue("postgresql")
    name = server.fresh()
    request.addfinalizer(lambda: server.drop(name))
    return server.url(name)


def test_jobs_are_handed_out_and_finished_before_the_engine_stops(
    an_engine: MakeEngine, notebook: Notebook
) -> None:
    engine = an_engine(2)
    engine.run(notebook)
    for key in "abc":
        engine.enqueue(Job(step="do", key=key))
    notebook.wait_for(3)
    engine.stop()
    assert sorted(notebook.done) == ["a", "b", "c"]


def test_a_job_in_hand_is_finished_before_the_engine_stops_and_none_is_taken(
    an_engine: MakeEngine, notebook: Notebook
) -> None:
    engine = an_engine(1)
    notebook.go.clear()
    engine.run(notebook)
    engine.enqueue(Job(step="do", key="in hand"))
    notebook.wait_for(1)
    engine.enqueue(Job(step="do", key="waits"))
    stopping = threading.Thread(target=engine.stop)
    stopping.start()
    stopping.join(0.1)
    assert stopping.is_alive(), "it stopped over a job in hand"
    notebook.go.set()
    stopping.join(WAIT)
    assert notebook.done == ["in hand"]


def test_a_job_taken_before_the_start_is_not_lost(
    an_engine: MakeEngine, notebook: Notebook
) -> None:
    engine = an_engine(2)
    engine.enqueue(Job(step="do", key="a"))
    engine.run(notebook)
    notebook.wait_for(1)


def test_equal_jobs_that_wait_are_one(an_engine: MakeEngine, notebook: Notebook) -> None:
    engine = an_engine(1)
    notebook.go.clear()
    engine.run(notebook)
    engine.enqueue(Job(step="do", key="first"))
    notebook.wait_for(1)
    for _ in range(3):
        engine.enqueue(Job(step="do", key="second"))
    notebook.go.set()
    notebook.wait_for(1)
    assert not notebook.started.acquire(timeout=0.1)
    engine.stop()
    assert notebook.done == ["first", "second"]


def test_equal_jobs_from_many_threads_are_one(an_engine: MakeEngine, notebook: Notebook) -> None:
    engine = an_engine(2)

    def give() -> None:
        for key in "abc":
            engine.enqueue(Job(step="do", key=key))

    givers = [threading.Thread(target=give) for _ in range(6)]
    for giver in givers:
        giver.start()
    for giver in givers:
        giver.join()
    engine.run(notebook)
    notebook.wait_for(3)
    assert not notebook.started.acquire(timeout=0.1)
    engine.stop()
    assert sorted(notebook.done) == ["a", "b", "c"]


def test_steps_of_one_key_are_not_equal(an_engine: MakeEngine, notebook: Notebook) -> None:
    engine = an_engine(1)
    for step in ("do", "undo"):
        engine.enqueue(Job(step=step, key="a"))
    engine.run(notebook)
    notebook.wait_for(2)


def test_an_equal_job_waits_for_its_running_twin_and_then_runs(
    an_engine: MakeEngine, notebook: Notebook
) -> None:
    engine = an_engine(2)
    notebook.go.clear()
    engine.run(notebook)
    engine.enqueue(Job(step="do", key="a"))
    notebook.wait_for(1)
    engine.enqueue(Job(step="do", key="a"))
    assert not notebook.started.acquire(timeout=0.2), "both twins ran at once"
    notebook.go.set()
    notebook.wait_for(1)


def test_a_job_that_fails_is_logged_and_harms_no_other(
    an_engine: MakeEngine, notebook: Notebook
) -> None:
    engine = an_engine(2)
    with capture_logs() as logs:
        engine.run(notebook)
        for key in ("one", "two", "three"):
            engine.enqueue(Job(step="fail", key=key))
        engine.enqueue(Job(step="do", key="a"))
        notebook.wait_for(4)
        engine.stop()
    assert notebook.done == ["a"]
    assert {log["key"] for log in logs if log["event"] == "job failed"} == {"one", "two", "three"}


def test_a_job_is_not_handed_out_before_its_time(an_engine: MakeEngine, notebook: Notebook) -> None:
    engine = an_engine(2)
    engine.run(notebook)
    soon = system_clock() + timedelta(seconds=0.3)
    engine.enqueue(Job(step="do", key="later", not_before=soon))
    engine.enqueue(Job(step="do", key="never", not_before=soon + timedelta(days=1)))
    engine.enqueue(Job(step="do", key="now"))
    notebook.wait_for(1)
    assert not notebook.started.acquire(timeout=0.05)
    notebook.wait_for(1)
    assert system_clock() >= soon
    engine.stop()
    assert notebook.done == ["now", "later"]


def test_of_two_equal_jobs_the_earlier_time_stays(
    an_engine: MakeEngine, notebook: Notebook
) -> None:
    engine = an_engine(2)
    later = system_clock() + timedelta(days=1)
    engine.enqueue(Job(step="do", key="a", not_before=later))
    engine.enqueue(Job(step="do", key="a"))
    engine.enqueue(Job(step="do", key="a", not_before=later))
    engine.run(notebook)
    notebook.wait_for(1)
    assert not notebook.started.acquire(timeout=0.1)


def test_a_stopped_engine_takes_nothing_and_starts_no_more(
    an_engine: MakeEngine, notebook: Notebook
) -> None:
    engine = an_engine(2)
    engine.run(notebook)
    engine.stop()
    engine.stop()
    engine.enqueue(Job(step="do", key="a"))
    with pytest.raises(RuntimeError, match="once"):
        engine.run(notebook)
    assert notebook.done == []
