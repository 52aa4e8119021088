"""Commands on a test's own database, in this process: what they print and how they end."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from digest.cli.failures import explain
from digest.resources import shipped
from subscribers.database import Database
from tests.pipeline.scene import SECRET

Digest = Callable[..., tuple[int, str]]


def installed(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this folder, with a wide screen, the newsroom of every command."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIGEST_DATABASE_URL", database.url)
    monkeypatch.setenv("DIGEST_PROVIDER_URL", "outbox://var/outbox")
    monkeypatch.setenv("DIGEST_SECRET_KEY", SECRET.decode())
    monkeypatch.setenv("DIGEST_SCHEDULE", str(shipped("schedule.yaml")))
    monkeypatch.setenv("COLUMNS", "160")


def runner(*modules: Any) -> Digest:
    """Give what runs a command of these modules; its exit code, and output with any failure."""
    app = typer.Typer()
    for module in modules:
        module.register(app)

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, list(words))
        if result.exception is None or isinstance(result.exception, SystemExit):
            return result.exit_code, result.output
        explained = explain(result.exception)
        assert explained is not None, result.exception
        return explained[1], result.output + explained[0]

    return run
