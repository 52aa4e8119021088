"""`digest issue check` and `digest check`: what is found, and whether an issue may go."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from digest.cli import checks
from digest.cli import issues as commands
from digest.config import read_settings
from digest.errors import ConflictError
from digest.pipeline import composing
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.outside import Outside
from subscribers.database import Database
from tests.compose.test_preflight_sender import GOOD, Book
from tests.conftest import NOW
from tests.pipeline.editorial import SLOT, a_newsroom_with_news
from tests.pipeline.test_preflight import Web, connected
from tests.schedule.texts import SMALL

Run = Callable[..., Any]


@pytest.fixture
def newsroom(database: Database, tmp_path: Path) -> Newsroom:
    return connected(a_newsroom_with_news(database), tmp_path, Web("Djibo"))


@pytest.fixture
def digest(newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("digest.app.open_newsroom", lambda: newsroom)
    composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    app = typer.Typer()
    commands.register(app)
    return lambda *words: CliRunner().invoke(app, words)


def test_findings_stand_by_how_bad_they_are_and_the_last_line_says_what_follows(
    digest: Run,
) -> None:
    result = digest("issue", "check", "1")
    lines = result.output.splitlines()
    assert result.exit_code == 5
    assert lines[0] == "Errors"
    assert "it answered 404 → drop the story" in lines[1]
    assert lines[1].endswith("[link-dead]")
    assert lines[2] == "Notes"
    assert lines[-1] == (
        "hebdo-sahel/1: 1 error, 0 warnings, 6 notes in 4 editions:"
        " errors keep it from being approved"
    )


def test_offline_the_issue_may_go(digest: Run) -> None:
    result = digest("issue", "check", "1", "--offline")
    assert result.exit_code == 0
    assert result.output.splitlines()[-1].endswith(": no error keeps it from being approved")


def test_programs_get_codes_and_stories(digest: Run) -> None:
    result = digest("issue", "check", "1", "--json")
    told = json.loads(result.output)
    assert result.exit_code == 5
    assert (told["issue"], told["approvable"]) == ("hebdo-sahel/1", False)
    first = told["findings"][0]
    assert set(first) == {"code", "severity", "where", "what", "cure", "story_id"}
    assert (first["code"], first["severity"]) == ("link-dead", "error")
    assert first["where"] == f"story {first['story_id']}"


def test_an_approval_prints_what_blocks_it(digest: Run) -> None:
    refused = digest("issue", "approve", "1", "--by", "Awa").exception
    assert isinstance(refused, ConflictError)
    assert "issue hebdo-sahel/1 can't be approved:\n  error: story " in str(refused)


@pytest.mark.parametrize(
    ("provider", "address", "levels"),
    [
        ("smtp://relay.example", "a@lettre.fr", ["warn", "ok", "ok"]),
        ("outbox://var/outbox", "a@lettre.fr", []),
        ("smtp://relay.example", "lettre@example.org", []),
    ],
)
def test_the_senders_domain_is_looked_up_once_mail_goes_to_people(
    tmp_path: Path, provider: str, address: str, levels: list[str]
) -> None:
    path = tmp_path / "schedule.yaml"
    path.write_text(SMALL.replace("lettre@example.org", address), encoding="utf-8")
    settings = read_settings({"DIGEST_PROVIDER_URL": provider}, var=tmp_path)
    settings = replace(settings, schedule=path, database_url=f"sqlite:///{tmp_path}/d.db")
    outside = Outside(memory=tmp_path / "x", records=Book({**GOOD, "lettre.fr": ()}))
    found = checks.findings(settings, NOW, outside)
    assert [one.level for one in found if one.about == "sender"] == levels
    assert not [one for one in checks.findings(settings, NOW) if one.about == "sender" if levels]
