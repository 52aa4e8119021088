"""`digest worker`: one of many on a PostgreSQL, and what it says where it can't be one."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from digest.cli.working import read_place
from digest.engine.jobs import Job
from digest.engine.procrastinate import ProcrastinateEngine
from digest.errors import ConfigError
from subscribers.database import Database
from tests.cli.forked import running
from tests.pipeline.scene import SECRET, enrol, write_schedule

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture
def environ(on_postgresql: Database, tmp_path: Path) -> dict[str, str]:
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        "DIGEST_DATABASE_URL": on_postgresql.url,
        "DIGEST_PROVIDER_URL": "null://",
        "DIGEST_SECRET_KEY": SECRET.decode(),
        "DIGEST_SCHEDULE": str(write_schedule(tmp_path)),
    }


def refusal(environ: Mapping[str, str], folder: Path) -> tuple[int | None, str]:
    with running("worker", environ=environ, folder=folder) as refused:
        code, _, words = refused.ended()
    return code, words


@pytest.mark.parametrize(
    "words", [("worker", "--threads", "2"), ("worker", "--no-clocks")], ids=" ".join
)
def test_a_worker_works_until_it_is_told_to_stop(
    environ: dict[str, str], tmp_path: Path, words: tuple[str, ...]
) -> None:
    command = [sys.executable, "-m", "digest", *words, "--json"]
    with subprocess.Popen(
        command, env=environ, cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            working = json.loads(process.stderr.readline())
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
        last = json.loads(process.stderr.read().splitlines()[-1])
    assert (working["event"], last["event"]) == ("working", "stopped")
    assert working["mail"] == "nowhere (null://)"


def test_a_worker_answers_prometheus_on_its_own_port(
    environ: dict[str, str], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    words = ("worker", "--json", "--metrics", port)
    with running(*words, environ=environ, folder=tmp_path) as worker:
        assert json.loads(worker.first_line())["event"] == "working"
        assert "digest_database_up 1.0" in httpx.get(f"http://127.0.0.1:{port}/metrics").text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("9464", ("127.0.0.1", 9464)),
        (":9464", ("127.0.0.1", 9464)),
        ("10.0.0.5:9464", ("10.0.0.5", 9464)),
        ("[::1]:9464", ("::1", 9464)),
    ],
)
def test_metrics_are_had_on_this_machine_unless_a_host_is_named(
    text: str, place: tuple[str, int]
) -> None:
    assert read_place(text) == place


@pytest.mark.parametrize("text", ["host", "10.0.0.5:", "1:70000", "-1"])
def test_metrics_without_a_port_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="names no port"):
        read_place(text)


def test_on_sqlite_a_worker_names_what_does_it_all(environ: dict[str, str], tmp_path: Path) -> None:
    environ["DIGEST_DATABASE_URL"] = f"sqlite:///{tmp_path}/digest.db"
    code, words = refusal(environ, tmp_path)
    assert code == 3
    assert "`digest serve` does all of it on one machine" in words
    assert not (tmp_path / "digest.db").exists()


def test_a_worker_with_another_key_would_mail_dead_links(
    environ: dict[str, str], tmp_path: Path, on_postgresql: Database
) -> None:
    enrol(on_postgresql, 1)
    environ["DIGEST_SECRET_KEY"] = "another-key-of-16-or-more"
    code, words = refusal(environ, tmp_path)
    assert code == 3
    assert "give all machines the same" in words


def test_a_worker_that_can_not_mail_says_so_before_it_works(
    environ: dict[str, str], tmp_path: Path
) -> None:
    environ["DIGEST_PROVIDER_URL"] = "sendgrid://"
    environ.pop("SENDGRID_API_KEY", None)
    code, words = refusal(environ, tmp_path)
    assert code == 3
    assert "SENDGRID_API_KEY" in words


def test_serve_without_work_shows_the_pages_and_takes_no_job(
    environ: dict[str, str], tmp_path: Path, on_postgresql: Database
) -> None:
    queue = ProcrastinateEngine(on_postgresql.url)
    queue.enqueue(Job(step="collect", key=""))
    words = ("serve", "--no-work", "--port", "0", "--json")
    with running(*words, environ=environ, folder=tmp_path) as serving:
        port = json.loads(serving.first_line())["port"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as answer:
            assert answer.status == 200
        serving.process.terminate()
        assert serving.ended()[0] == 0
    done = threading.Event()
    queue.run(lambda job: done.set() if job.step == "collect" else None)
    assert done.wait(10), "the job was taken"
    queue.stop()
