import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from digest.clock import system_clock
from digest.engine.jobs import Engine, Job
from digest.engine.local import LocalEngine

WAIT = 5.0


class Notebook:
    """A handler that writes down what it did, and can be made to wait or to fail."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.started = threading.Semaphore(0)
        self.go = threading.Event()
        self.go.set()

    def __call__(self, job: Job) -> None:
        self.started.release()
        assert self.go.wait(WAIT)
        if job.step == "fail":
            raise RuntimeError("no ink")
        self.done.append(job.key)

    def wait_for(self, count: int) -> None:
        for _ in range(count):
            assert self.started.acquire(timeout=WAIT)


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def engine() -> Iterator[LocalEngine]:
    engine = LocalEngine(system_clock, threads=2)
    yield engine
    engine.stop()


def test_jobs_are_handed_out_and_finished_before_the_engine_stops(
    engine: Engine, notebook: Notebook
) -> None:
    engine.run(notebook)
    for key in "abc":
        engine.enqueue(Job(step="do", key=key))
    notebook.wait_for(3)
    engine.stop()
    assert sorted(notebook.done) == ["a", "b", "c"]


def test_a_job_taken_before_the_start_is_not_lost(engine: Engine, notebook: Notebook) -> None:
    engine.enqueue(Job(step="do", key="a"))
    engine.run(notebook)
    notebook.wait_for(1)


def test_equal_jobs_that_wait_are_one(notebook: Notebook) -> None:
    engine = LocalEngine(system_clock, threads=1)
    notebook.go.clear()
    engine.run(notebook)
    engine.enqueue(Job(step="do", key="first"))
    notebook.wait_for(1)
    for _ in range(3):
        engine.enqueue(Job(step="do", key="second"))
    notebook.go.set()
    notebook.wait_for(1)
    assert not notebook.started.acquire(timeout=0.05)
    engine.stop()
    assert notebook.done == ["first", "second"]


def test_an_equal_job_waits_for_its_running_twin_and_then_runs(
    engine: Engine, notebook: Notebook
) -> None:
    notebook.go.clear()
    engine.run(notebook)
    engine.enqueue(Job(step="do", key="a"))
    notebook.wait_for(1)
    engine.enqueue(Job(step="do", key="a"))
    assert not notebook.started.acquire(timeout=0.05), "both twins ran at once"
    notebook.go.set()
    notebook.wait_for(1)


def test_a_job_that_fails_is_logged_and_harms_no_other(engine: Engine, notebook: Notebook) -> None:
    with capture_logs() as logs:
        engine.run(notebook)
        for key in ("one", "two", "three"):
            engine.enqueue(Job(step="fail", key=key))
        engine.enqueue(Job(step="do", key="a"))
        notebook.wait_for(4)
        engine.stop()
    assert notebook.done == ["a"]
    assert {log["key"] for log in logs if log["event"] == "job failed"} == {"one", "two", "three"}


def test_a_job_is_not_handed_out_before_its_time(engine: Engine, notebook: Notebook) -> None:
    engine.run(notebook)
    soon = system_clock() + timedelta(seconds=0.15)
    engine.enqueue(Job(step="do", key="later", not_before=soon))
    engine.enqueue(Job(step="do", key="never", not_before=soon + timedelta(days=1)))
    engine.enqueue(Job(step="do", key="now"))
    notebook.wait_for(1)
    assert not notebook.started.acquire(timeout=0.02)
    notebook.wait_for(1)
    assert system_clock() >= soon
    engine.stop()
    assert notebook.done == ["now", "later"]


def test_of_two_equal_jobs_the_earlier_time_stays(engine: Engine, notebook: Notebook) -> None:
    later = datetime.now(UTC) + timedelta(days=1)  # noqa: TID251 - any moment to come
    engine.enqueue(Job(step="do", key="a", not_before=later))
    engine.enqueue(Job(step="do", key="a"))
    engine.enqueue(Job(step="do", key="a", not_before=later))
    engine.run(notebook)
    notebook.wait_for(1)


def test_a_stopped_engine_takes_nothing_and_starts_no_more(notebook: Notebook) -> None:
    engine = LocalEngine(system_clock)
    engine.run(notebook)
    engine.stop()
    engine.stop()
    engine.enqueue(Job(step="do", key="a"))
    with pytest.raises(RuntimeError, match="once"):
        engine.run(notebook)
    assert notebook.done == []
