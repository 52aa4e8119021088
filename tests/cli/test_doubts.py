import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from digest.cli import doubts as commands
from digest.cli import sending
from digest.clock import system_clock
from digest.model.issue import Issue
from digest.pipeline.settling import settle_doubts
from digest.storage import events, tables
from subscribers.database import Database
from tests.cli.commandline import Digest, commandline, leave_behind
from tests.deliver.courier import lost
from tests.pipeline.scene import a_newsroom, an_approved_issue, enrol
from tests.storage.test_events import an_event

FIRST, SECOND = "reader1@readers.example", "reader2@readers.example"


@pytest.fixture
def issue(database: Database) -> Issue:
    enrol(database, 5)
    return an_approved_issue(database)


@pytest.fixture
def digest(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Digest:
    return commandline(tmp_path, database, monkeypatch, sending.register, commands.register)


def made_hours_ago(database: Database, hours: float) -> None:
    """Let every call have been made so long ago."""
    then = system_clock() - timedelta(hours=hours)
    with database.write() as connection:
        moments = {"intent_at": then, "deadline": then + timedelta(minutes=1)}
        connection.execute(update(tables.attempts).values(**moments))


def found(digest: Digest, *words: str) -> Any:
    code, output = digest("doubts", *words, "--json")
    assert code == 0
    return json.loads(output)


def the_attempt(digest: Digest) -> str:
    return str(found(digest)[0]["doubt"]["attempt"]["id"])


def tell(database: Database, attempt: str, readers: Sequence[int]) -> None:
    told = [
        an_event(f"{attempt} {reader}", attempt_id=attempt, subscriber_id=reader)
        for reader in readers
    ]
    with database.write() as connection:
        events.store(connection, told, system_clock())


def test_without_a_doubt_that_is_said(digest: Digest, issue: Issue) -> None:
    for words in (["doubts"], ["doubts", "list"], ["doubts", "list", "hebdo-sahel/1"]):
        assert "Nothing is in doubt" in digest(*words)[1]


@pytest.mark.parametrize("words", [[], ["list"], ["list", "hebdo-sahel/1"], ["list", "1"]])
def test_doubts_are_listed_with_whom_they_concern(
    digest: Digest, database: Database, issue: Issue, words: list[str]
) -> None:
    leave_behind(database, issue, lost("time-out"))
    code, output = digest("doubts", *words)
    assert code == 0
    assert FIRST in output
    assert "time-out" in output
    assert "in doubt" in output
    [one] = found(digest, *words)
    assert [reader["id"] for reader in one["recipients"]] == [1, 2]


def test_only_the_issue_that_is_named_is_listed(
    digest: Digest, database: Database, issue: Issue
) -> None:
    leave_behind(database, issue, lost())
    assert digest("doubts", "list", "hebdo-sahel/2")[0] == 4


def test_a_batch_is_shown_with_what_is_missing_and_addresses_on_request(
    digest: Digest, database: Database, issue: Issue
) -> None:
    leave_behind(database, issue, lost("time-out"), name="sendgrid")
    code, output = digest("doubts", "show", "1")
    assert code == 0
    assert "Batch 1 of hebdo-sahel/1 is in doubt: time-out" in output
    assert the_attempt(digest) in output
    assert "Events of its call: none; 0 of its readers have one." in output
    assert "Missing: sendgrid tells us nothing of mails" in output
    assert "Missing: time, for events may come until" in output
    assert "digest doubts resolve 1 --sent | --again" in output
    assert "It concerns 2 readers." in output
    assert FIRST not in output
    named = digest("doubts", "show", "1", "--addresses")[1]
    assert FIRST in named
    assert SECOND in named


def test_a_batch_is_shown_as_json_without_addresses_unless_asked(
    digest: Digest, database: Database, issue: Issue
) -> None:
    leave_behind(database, issue, lost(), name="sendgrid")
    shown = found(digest, "show", "1")
    assert shown["evidence"]["judgement"]["verdict"] == "held"
    assert (shown["people"], shown["recipients"]) == (2, [])
    assert len(found(digest, "show", "1", "--addresses")["recipients"]) == 2


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (1, ["time, for events may come", "a later call to sendgrid", "It waits for events"]),
        (30, ["any word of sendgrid", "a later call to sendgrid", "It waits for events"]),
        (50, ["any word of sendgrid", "a later call to sendgrid", "It waits for you"]),
    ],
)
def test_what_is_missing_is_said_in_words(
    digest: Digest, database: Database, issue: Issue, hours: float, words: list[str]
) -> None:
    leave_behind(database, issue, lost(), name="sendgrid")
    made_hours_ago(database, hours)
    tell(database, "0" * 32, [5])
    output = digest("doubts", "show", "1")[1]
    assert all(word in output for word in words)
    assert output.count("Missing:") == len(words) - 1


def test_a_later_call_that_lacks_events_is_told_with_how_many(
    digest: Digest, database: Database, issue: Issue
) -> None:
    leave_behind(database, issue, lost(), name="sendgrid")
    tell(database, "0" * 32, [5])
    assert (
        "events of the calls around it: 3 of their readers have none"
        in (digest("doubts", "show", "1")[1])
    )


def test_what_events_prove_is_told_before_it_is_written_down(
    digest: Digest, database: Database, issue: Issue
) -> None:
    leave_behind(database, issue, lost(), name="sendgrid")
    tell(database, the_attempt(digest), [1])
    output = digest("doubts", "show", "1")[1]
    assert "Events of its call: 1 processed; 1 of its readers have one." in output
    assert "So it was sent" in output
    settle_doubts(a_newsroom(database))
    output = digest("doubts", "show", "1")[1]
    assert "Batch 1 of hebdo-sahel/1 is sent" in output
    assert "proved by event" in output
    assert digest("doubts", "show", "99")[0] == 4


def test_a_call_taken_reader_by_reader_wants_an_event_of_each(
    digest: Digest, database: Database, issue: Issue
) -> None:
    leave_behind(database, issue, lost(), name="smtp")
    assert "Missing: an event of each reader" in digest("doubts", "show", "1")[1]


@pytest.mark.parametrize("word", ["--sent", "--again"])
def test_a_person_resolves_a_doubt(
    digest: Digest, database: Database, issue: Issue, tmp_path: Path, word: str
) -> None:
    leave_behind(database, issue, lost())
    made_hours_ago(database, 1)
    assert digest("doubts", "resolve", "1", word)[0] == 0
    assert digest("resume")[0] == 0
    assert len(list((tmp_path / "var/outbox").glob("*.eml"))) == {"--sent": 0, "--again": 2}[word]
    assert digest("doubts", "resolve", "1", word)[0] == 5


def test_a_call_that_may_be_under_way_is_not_made_again(
    digest: Digest, database: Database, issue: Issue
) -> None:
    leave_behind(database, issue, lost())
    code, output = digest("doubts", "resolve", "1", "--again")
    assert code == 5
    assert "its call may be under way until" in output


def test_resolving_demands_one_of_the_two_words(digest: Digest, issue: Issue) -> None:
    assert digest("doubts", "resolve", "1")[0] == 2


def test_who_was_mailed_twice_is_listed_apart(
    digest: Digest, database: Database, issue: Issue
) -> None:
    leave_behind(database, issue, lost())
    made_hours_ago(database, 1)
    attempt = the_attempt(digest)
    digest("doubts", "resolve", "1", "--again")
    digest("resume")
    tell(database, attempt, [1, 2])
    settle_doubts(a_newsroom(database))
    code, output = digest("doubts")
    assert code == 0
    assert "Mailed twice, or perhaps" in output
    assert "Nothing is in doubt" in output
    [one] = found(digest, "list", "hebdo-sahel/1")
    assert (one["doubt"]["attempt"]["id"], one["doubt"]["attempt"]["outcome"]) == (
        attempt,
        "doubled",
    )
