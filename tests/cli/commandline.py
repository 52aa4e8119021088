"""Commands on a test's database, as a person types them."""

from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from digest.cli.failures import explain
from digest.model.issue import Issue
from digest.pipeline.sending import send as send_now
from digest.resources import shipped
from subscribers.database import Database
from tests.deliver.courier import Answer, Courier
from tests.pipeline.scene import QUICK, SECRET, a_newsroom

Digest = Callable[..., tuple[int, str]]
"""Runs a command; gives exit code and output."""


def installed(folder: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this folder, with a wide screen, the newsroom of every command."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DIGEST_DATABASE_URL", database.url)
    monkeypatch.setenv("DIGEST_PROVIDER_URL", "outbox://var/outbox")
    monkeypatch.setenv("DIGEST_SECRET_KEY", SECRET.decode())
    monkeypatch.setenv("DIGEST_SCHEDULE", str(shipped("schedule.yaml")))
    monkeypatch.setenv("COLUMNS", "200")


def commandline(
    folder: Path,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    *register: Callable[[typer.Typer], None],
) -> Digest:
    """Give what runs commands in such a newsroom."""
    installed(folder, database, monkeypatch)
    app = typer.Typer()
    for add in register:
        add(app)

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, list(words))
        if result.exception is None or isinstance(result.exception, SystemExit):
            return result.exit_code, result.output
        explained = explain(result.exception)
        assert explained is not None, result.exception
        return explained[1], result.output + explained[0]

    return run


def leave_behind(database: Database, issue: Issue, *answers: Answer, name: str = "courier") -> None:
    """Send an issue in batches of two to a provider that gives these answers first."""
    courier = Courier(*answers, capacity=2, name=name)
    send_now(a_newsroom(database, lambda: courier), issue.id, patience=QUICK)
