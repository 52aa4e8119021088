"""The command line answers at once: heavy libraries are imported by the commands that need them."""

import signal
import subprocess
import sys

import pytest

HEAVY = ("trafilatura", "dateparser", "fastapi", "sqlalchemy", "aiohttp", "pydantic", "babel")


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, digest.cli.main; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert [name for name in HEAVY if name in done.stdout.split()] == []


def test_a_missing_schedule_ends_in_one_sentence_and_its_exit_code(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "digest", "collect"],
        cwd=str(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr.startswith("digest: ")
    assert "digest init" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_whoever_stops_a_command_is_told_that_it_can_go_on(stop: signal.Signals) -> None:
    code = (
        "import os, time, typer\n"
        "from digest.cli import main\n"
        "@main.app.command()\n"
        f"def wait(): os.kill(os.getpid(), {int(stop)}); time.sleep(60)\n"
        "main.run()\n"
    )
    command = [sys.executable, "-c", code, "wait"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 130
    assert done.stderr == "digest: stopped; what was done is kept, the same command goes on\n"
