import json
from pathlib import Path

import pytest

from digest.cli import sending as commands
from digest.model.issue import Issue
from digest.pipeline.sending import send as send_now
from subscribers.database import Database
from tests.cli.commands import Digest, installed, runner
from tests.deliver.courier import Answer, Courier, forbidden, lost
from tests.pipeline.scene import QUICK, a_newsroom, an_approved_issue, enrol


@pytest.fixture
def issue(database: Database) -> Issue:
    enrol(database, 5)
    return an_approved_issue(database)


@pytest.fixture
def digest(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Digest:
    """Run a command on the test's database; give exit code and output."""
    installed(tmp_path, database, monkeypatch)
    return runner(commands)


def leave_behind(database: Database, issue: Issue, *answers: Answer) -> None:
    courier = Courier(*answers, capacity=2)
    send_now(a_newsroom(database, lambda: courier), issue.id, patience=QUICK)


def test_send_mails_everyone_and_says_where(digest: Digest, issue: Issue, tmp_path: Path) -> None:
    code, output = digest("send", "hebdo-sahel/1")
    assert code == 0
    assert "hebdo-sahel/1 is sent" in output
    assert "var/outbox/index.html" in output
    assert len(list((tmp_path / "var/outbox").glob("*.eml"))) == 5


def test_send_gives_one_json_document(digest: Digest, issue: Issue) -> None:
    code, output = digest("send", str(issue.id), "--json")
    report = json.loads(output)
    assert (code, report["state"], report["tally"]["sent"]) == (0, "sent", 5)


def test_sending_what_is_not_there_names_what_is(digest: Digest, issue: Issue) -> None:
    code, output = digest("send", "7")
    assert code == 4
    assert "hebdo-sahel/1" in output


def test_status_shows_a_row_for_each_sending(digest: Digest, issue: Issue) -> None:
    digest("send", str(issue.id))
    code, output = digest("status")
    assert code == 0
    assert "hebdo-sahel/1" in output
    [row] = json.loads(digest("status", "hebdo-sahel/1", "--json")[1])
    assert row["tally"]["planned"] == 5


def test_without_any_sending_that_is_said(digest: Digest) -> None:
    assert "No issue" in digest("status")[1]
    assert "Nothing is in doubt" in digest("doubts")[1]
    assert "Nothing to resume" in digest("resume")[1]


def test_doubts_have_an_exit_code_of_their_own_and_are_listed(
    digest: Digest, database: Database, issue: Issue
) -> None:
    leave_behind(database, issue, lost("time-out"))
    code, output = digest("send", str(issue.id))
    assert code == 10
    assert "of 2 recipients nobody knows" in output
    code, output = digest("doubts")
    assert code == 0
    assert "reader1@readers.example" in output
    assert "time-out" in output
    [found] = json.loads(digest("doubts", "--json")[1])
    assert [reader["id"] for reader in found["recipients"]] == [1, 2]


@pytest.mark.parametrize("word", ["--sent", "--again"])
def test_a_person_resolves_a_doubt(
    digest: Digest, database: Database, issue: Issue, tmp_path: Path, word: str
) -> None:
    leave_behind(database, issue, lost())
    [found] = json.loads(digest("doubts", "--json")[1])
    batch = str(found["doubt"]["batch"]["id"])
    assert digest("doubts", "resolve", batch, word)[0] == 0
    assert digest("resume")[0] == 0
    assert len(list((tmp_path / "var/outbox").glob("*.eml"))) == {"--sent": 0, "--again": 2}[word]
    assert digest("doubts", "resolve", batch, word)[0] == 5


def test_resolving_demands_one_of_the_two_words(digest: Digest, issue: Issue) -> None:
    assert digest("doubts", "resolve", "1")[0] == 2


def test_resume_tries_once_more_what_failed(
    digest: Digest, database: Database, issue: Issue, tmp_path: Path
) -> None:
    from digest.errors import DeliveryError

    with pytest.raises(DeliveryError):
        leave_behind(database, issue, forbidden())
    code, output = digest("send", str(issue.id))
    assert code == 7
    assert "`digest resume` tries again" in output
    assert digest("resume", str(issue.id))[0] == 0
    assert len(list((tmp_path / "var/outbox").glob("*.eml"))) == 5
