"""`digest pause`, `resume`, `cancel`, and how fast `send` goes: what a person types and reads."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import typer
from typer.testing import CliRunner

from digest.cli import sending as commands
from digest.cli import steering
from digest.cli.failures import explain
from digest.clock import system_clock
from digest.deliver.provider import Call, Receipt
from digest.model.issue import Issue
from digest.model.pace import Wishes
from digest.pipeline.sending import send as send_now
from digest.pipeline.steering import pause as pause_now
from digest.resources import shipped
from digest.storage import sendings
from subscribers.database import Database
from tests.deliver.courier import ACCEPTED, Courier
from tests.pipeline.scene import QUICK, SECRET, a_newsroom, an_approved_issue, enrol

Digest = Callable[..., tuple[int, str]]


@pytest.fixture
def issue(database: Database) -> Issue:
    enrol(database, 5)
    return an_approved_issue(database)


@pytest.fixture
def digest(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Digest:
    """Run a command on the test's database; give exit code and all that it wrote."""
    (tmp_path / "schedule.yaml").write_text(shipped("schedule.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("DIGEST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DIGEST_DATABASE_URL", database.url)
    monkeypatch.setenv("DIGEST_SECRET_KEY", SECRET.decode())
    monkeypatch.setenv("COLUMNS", "200")
    app = typer.Typer()
    commands.register(app)
    steering.register(app)

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, list(words))
        if result.exception is None or isinstance(result.exception, SystemExit):
            return result.exit_code, result.output
        explained = explain(result.exception)
        assert explained is not None, result.exception
        return explained[1], result.output + explained[0]

    return run


def edit(old: str, new: str) -> None:
    path = Path("schedule.yaml")
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def mails() -> int:
    return len(list(Path("var/outbox").glob("*.eml")))


def stop_in_the_middle(database: Database, issue: Issue) -> None:
    newsroom = a_newsroom(database)

    def meanwhile(_call: Call) -> Receipt:
        pause_now(newsroom, issue.id)
        return ACCEPTED

    send_now(a_newsroom(database, lambda: Courier(meanwhile)), issue.id, patience=QUICK)


def wishes_of(database: Database, issue: Issue) -> Wishes:
    with database.read() as connection:
        return sendings.wishes(connection, issue.id)


def test_a_paused_sending_ends_with_a_sentence_and_the_code_of_a_stopped_one(
    digest: Digest, database: Database, issue: Issue
) -> None:
    stop_in_the_middle(database, issue)
    code, output = digest("send", "hebdo-sahel/1")
    assert code == 7
    assert "sending hebdo-sahel/1 stopped: it is paused since 20" in output
    assert "`digest resume hebdo-sahel/1` goes on with it" in output
    assert mails() == 0


def test_pause_says_what_is_left_and_status_shows_it(
    digest: Digest, database: Database, issue: Issue
) -> None:
    stop_in_the_middle(database, issue)
    code, output = digest("pause", "hebdo-sahel/1")
    assert code == 0
    assert output.startswith("hebdo-sahel/1 is paused since ")
    assert "3 of 5 are not mailed yet: `digest resume hebdo-sahel/1`" in output
    assert "paused since" in digest("status")[1]
    [row] = json.loads(digest("status", "--json")[1])
    assert row["issue"]["state"] == "sending"
    assert row["paused_at"]
    assert row["waits"] == {"why": "paused", "until": None}


def test_pause_speaks_json_and_refuses_what_is_over(
    digest: Digest, database: Database, issue: Issue
) -> None:
    paused = json.loads(digest("pause", str(issue.id), "--json")[1])
    assert paused["issue"]["state"] == "approved"
    assert paused["paused_at"]
    digest("cancel", str(issue.id))
    code, output = digest("pause", str(issue.id))
    assert code == 5
    assert "is cancelled: there is nothing to pause" in output


def test_resume_lifts_the_pause_of_the_one_it_names_only(
    digest: Digest, database: Database, issue: Issue
) -> None:
    stop_in_the_middle(database, issue)
    code, output = digest("resume")
    assert code == 0
    assert output.strip() == (
        "hebdo-sahel/1 stays paused: `digest resume hebdo-sahel/1` goes on with it"
    )
    assert mails() == 0
    assert digest("resume", "hebdo-sahel/1")[0] == 0
    assert mails() == 3
    assert "Nothing to resume: every sending is finished." in digest("resume")[1]


def test_resume_of_an_issue_that_is_not_due_says_when_it_is(
    digest: Digest, database: Database
) -> None:
    enrol(database, 5)
    issue = an_approved_issue(database, slot=datetime(2126, 11, 29, 5, 53, tzinfo=UTC))
    digest("pause", str(issue.id))
    code, output = digest("resume", str(issue.id))
    assert code == 0
    assert (
        "hebdo-sahel/1 is no longer paused; it is approved, due Friday 29 November 2126" in output
    )
    assert mails() == 0
    digest("pause", str(issue.id))
    assert digest("resume", str(issue.id), "--json")[1].strip() == "[]"


def test_cancel_is_issue_cancel(digest: Digest, database: Database, issue: Issue) -> None:
    code, output = digest("cancel", "hebdo-sahel/1")
    assert code == 0
    assert "hebdo-sahel/1 (id 1) is cancelled" in output
    assert digest("send", "1")[0] == 5


@pytest.mark.parametrize("command", ["send", "resume"])
def test_a_rate_may_be_given_at_any_time(
    digest: Digest, database: Database, issue: Issue, command: str
) -> None:
    stop_in_the_middle(database, issue)
    digest("send", "1", "--rate", "0")
    assert digest(command, "1", "--rate", "500")[0] == (7 if command == "send" else 0)
    assert wishes_of(database, issue).rate == 500


def test_a_slow_sending_says_once_what_it_waits_for(
    digest: Digest, database: Database, issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_PROVIDER_URL", "outbox://var/outbox?capacity=1")
    code, output = digest("send", "1", "--rate", "4")
    assert code == 0
    assert output.count(": the sending's own rate") == 1
    assert mails() == 5


def test_a_sending_may_be_spread(digest: Digest, database: Database, issue: Issue) -> None:
    pause_now(a_newsroom(database), issue.id)
    assert digest("send", "1", "--over", "2 hours")[0] == 7
    assert wishes_of(database, issue).spread_until is not None


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--over", "soon"), "'soon' is not a period"),
        (("--over", "8 days"), "spread over 7 days at most"),
        (("--over", "2 hours", "--rate", "5"), "give --rate or --over, not both"),
        (("--rate", "-1"), "Error"),
        (("--rate", "fast"), "Error"),
    ],
)
def test_a_wrong_pace_is_refused_before_anything_is_done(
    digest: Digest, database: Database, issue: Issue, words: tuple[str, ...], complaint: str
) -> None:
    code, output = digest("send", "1", *words)
    assert code == 2
    assert complaint in output
    assert wishes_of(database, issue) == Wishes()
    assert mails() == 0


def test_a_rate_needs_an_issue(digest: Digest) -> None:
    assert digest("resume", "--rate", "5")[0] == 2


def quiet_now() -> None:
    """Make all but one minute of the day quiet, a minute that is past or far."""
    end = system_clock().astimezone(ZoneInfo("Europe/Paris")) - timedelta(hours=2)
    hours = f"{end + timedelta(minutes=1):%H:%M}-{end:%H:%M}"
    edit("    grace: 12 hours", f"    grace: 12 hours\n    quiet: {hours}")


def test_in_quiet_hours_resume_and_status_say_until_when_and_now_goes_through(
    digest: Digest, database: Database, issue: Issue
) -> None:
    stop_in_the_middle(database, issue)
    quiet_now()
    with database.write() as connection:
        sendings.lift(connection, issue.id, system_clock())
    code, output = digest("resume")
    assert code == 0
    assert "hebdo-sahel/1: waits until 20" in output
    assert "(Europe/Paris): quiet hours" in output
    assert "quiet hours" in digest("status")[1]
    [row] = json.loads(digest("status", "--json")[1])
    assert row["waits"]["why"] == "quiet hours"
    assert row["paused_at"] is None
    assert mails() == 0
    assert digest("send", "1", "--now")[0] == 0
    assert mails() == 3
