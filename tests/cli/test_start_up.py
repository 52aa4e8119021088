"""The command line answers at once: heavy libraries are imported by the commands that need them."""

import os
import pty
import signal
import subprocess
import sys

import pytest

HEAVY = ("trafilatura", "dateparser", "fastapi", "aiohttp", "numpy", "lxml", "PIL", "mjml")
FOR_ALL = ("sqlalchemy", "pydantic", "babel", "structlog", "rich")
"""What most commands need, but none that only helps."""


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("digest.cli.main", HEAVY + FOR_ALL),
        ("digest.app", HEAVY),
        ("digest.cli.logs, digest.pipeline.working", ("fastapi", "uvicorn")),
    ],
)
def test_nothing_heavy_is_imported_before_it_is_needed(
    module: str, unwanted: tuple[str, ...]
) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert [name for name in unwanted if name in done.stdout.split()] == []


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


WORDS = "« Sécurité… »"
TELLING = (
    "from digest.cli import main\n"
    "from digest.cli.output import table\n"
    "@main.app.command()\n"
    f"def tell(): table('-', ['titre'], [[{WORDS!a}]])\n"
    "main.run()\n"
)
TELL = [sys.executable, "-c", TELLING, "tell"]
OLD_MACHINE = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}


def test_what_goes_into_a_pipe_is_utf_8_wherever_it_is_run() -> None:
    done = subprocess.run(TELL, env=OLD_MACHINE, capture_output=True, check=True)
    assert WORDS in done.stdout.decode()


def test_a_terminal_that_lacks_a_letter_breaks_no_command() -> None:
    ours, theirs = pty.openpty()
    subprocess.run(TELL, env=OLD_MACHINE, stdout=theirs, check=True)
    shown = os.read(ours, 10_000).decode("ascii")
    os.close(ours)
    os.close(theirs)
    assert r"S\xe9curit\xe9" in shown


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
