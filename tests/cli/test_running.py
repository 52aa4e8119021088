"""What `digest run` says, and how the demo's made-up readers are told from real ones."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from digest.cli import running as commands
from digest.pipeline.composing import cancel
from digest.pipeline.demo import is_made_up
from digest.pipeline.running import draft_next
from subscribers.database import Database
from tests.pipeline.clockwork import DRAFT_SLOT, Mailbag, Office, furnish


@pytest.mark.parametrize(
    ("address", "made_up"),
    [
        ("ada@example.org", True),
        ("ada@Press.Example.COM", True),
        ("ada@counterexample.com", False),
        ("ada@example.org.ml", False),
    ],
)
def test_only_reserved_domains_are_made_up(address: str, made_up: bool) -> None:
    assert is_made_up(address) is made_up


def test_a_run_does_not_wait_for_the_approval_of_a_cancelled_issue(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(tmp_path, database)
    newsroom = Office(tmp_path, database, DRAFT_SLOT, Mailbag()).newsroom
    monkeypatch.setattr("digest.app.open_newsroom", lambda: newsroom)
    app = typer.Typer()
    commands.register(app)
    said = CliRunner().invoke(app, ["run", "hebdo-sahel"]).output
    assert "hebdo-sahel/1 waits for approval" in said
    cancel(newsroom, draft_next(newsroom, "hebdo-sahel").id)
    said = CliRunner().invoke(app, ["run", "hebdo-sahel"]).output
    assert "hebdo-sahel/1 is cancelled: nothing is sent" in said
