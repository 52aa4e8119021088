import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from digest.cli import sending as commands
from digest.clock import system_clock
from digest.model.issue import Issue
from digest.model.notice import NoticeKind, Wish
from digest.storage import notices
from subscribers import tables
from subscribers.database import Database
from tests.builders import NOON
from tests.cli.commandline import Digest, commandline, leave_behind
from tests.deliver.courier import forbidden, lost
from tests.pipeline.scene import an_approved_issue, enrol


@pytest.fixture
def issue(database: Database) -> Issue:
    enrol(database, 5)
    return an_approved_issue(database)


@pytest.fixture
def digest(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Digest:
    """Run a command on the test's database; give exit code and output."""
    return commandline(tmp_path, database, monkeypatch, commands.register)


def test_send_mails_everyone_and_says_where(digest: Digest, issue: Issue, tmp_path: Path) -> None:
    code, output = digest("send", "hebdo-sahel/1")
    assert code == 0
    assert "hebdo-sahel/1 is sent" in output
    assert "var/outbox/index.html" in output
    assert len(list((tmp_path / "var/outbox").glob("*.eml"))) == 5


def test_who_sends_what_was_sent_hears_that_nobody_was_mailed(digest: Digest, issue: Issue) -> None:
    digest("send", str(issue.id))
    code, output = digest("send", str(issue.id))
    assert code == 0
    assert "hebdo-sahel/1 was sent before: nobody was mailed now" in output
    assert "var/outbox" not in output


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
    assert "Nothing to resume" in digest("resume")[1]


def test_doubts_have_an_exit_code_of_their_own(
    digest: Digest, database: Database, issue: Issue
) -> None:
    leave_behind(database, issue, lost("time-out"))
    code, output = digest("send", str(issue.id))
    assert code == 10
    assert "of 2 recipients nobody knows" in output


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


def test_status_tells_of_mails_to_single_readers_that_were_not_mailed(
    digest: Digest, database: Database
) -> None:
    assert "single readers" not in digest("status")[1]
    with database.write() as connection:
        wish = Wish(kind=NoticeKind.WELCOME, address="awa@readers.example", language="fr")
        for _ in range(3):
            notices.ask(connection, wish, NOON)
        notices.doubt_all(connection, "lost", NOON)
        notices.ask(connection, wish, NOON)
    assert "mails to single readers: 1 waiting, 3 in doubt." in digest("status")[1]
    assert json.loads(digest("status", "--json")[1]) == []


def test_a_dry_run_says_who_would_get_what_and_mails_nobody(
    digest: Digest, database: Database, issue: Issue, tmp_path: Path
) -> None:
    with database.write() as connection:
        _choose(connection, 1, themes=["sport"])  # of no newsletter here: no choice
        _choose(connection, 2, language="en")
        connection.execute(
            update(tables.subscriptions)
            .where(tables.subscriptions.c.subscriber_id == 3)
            .values(paused_until=system_clock() + timedelta(days=9))
        )
    code, output = digest("send", str(issue.id), "--dry-run")
    assert code == 0
    assert "4 readers of hebdo would be mailed; nobody was." in output
    assert "1 reader would get nothing: they paused" in output
    plan = json.loads(digest("send", str(issue.id), "--dry-run", "--json")[1])
    assert [(one["key"], one["recipients"]) for one in plan["editions"]] == [("fr", 3), ("en", 1)]
    assert plan["left_out"] == {"paused": 1}
    assert not (tmp_path / "var/outbox").exists()
    digest("send", str(issue.id))
    code, output = digest("send", str(issue.id), "--dry-run")
    assert (code, "nothing left to plan" in output) == (5, True)


def _choose(connection: Connection, reader: int, **values: object) -> None:
    person = tables.subscribers
    connection.execute(update(person).where(person.c.id == reader).values(**values))
