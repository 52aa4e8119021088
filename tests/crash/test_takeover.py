"""How long does a killed worker's job wait for another? Measured on two real processes."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.engine.jobs import Job
from digest.engine.procrastinate import ProcrastinateEngine, Rhythm
from tests.crash.workers import SOON, holders
from tests.postgres import Server
from tests.waiting import wait_until


@pytest.fixture
def url(postgresql: Server) -> Iterator[str]:
    name = postgresql.fresh()
    yield postgresql.url(name)
    postgresql.drop(name)


@pytest.mark.slow
def test_a_killed_worker_s_job_is_soon_another_s(url: str, tmp_path: Path) -> None:
    assert seconds_to_another(url, SOON, tmp_path / "notes") < 30


@pytest.mark.slow
@pytest.mark.nightly
def test_a_killed_worker_s_job_is_another_s_within_35_seconds(url: str, tmp_path: Path) -> None:
    assert seconds_to_another(url, Rhythm(), tmp_path / "notes") < 35


def seconds_to_another(url: str, rhythm: Rhythm, notes: Path) -> float:
    """Kill whoever took a job; give how long it took until the other one had it."""
    notes.touch()
    with holders(url, rhythm, notes) as both:
        engine = ProcrastinateEngine(url)
        engine.enqueue(Job(step="do", key="a"))
        engine.stop()
        wait_until(lambda: len(pids(notes)) == 1, "a worker that takes it")
        [first] = [one for one in both if one.pid == pids(notes)[0]]
        [second] = [one for one in both if one is not first]
        first.kill()
        began = time.monotonic()
        wait_until(lambda: len(pids(notes)) == 2, "another worker that takes it")
        seconds = time.monotonic() - began
        assert pids(notes)[1] == second.pid
    print(f"taken over after {seconds:.1f} s")  # noqa: T201 - the figure is what it is run for
    return seconds


def pids(notes: Path) -> list[int]:
    return [int(line) for line in notes.read_text().splitlines()]
