"""How a sending looks while it runs: on a terminal, in a pipe, as JSON lines, as log lines."""

import io
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from rich.console import Console

from digest.cli import progress, sending
from digest.cli.progress import Bars, progress_of
from digest.deliver.provider import Call, Receipt
from digest.model.delivery import Tally
from digest.model.issue import Issue, IssueState
from digest.pipeline.sending import send
from digest.pipeline.watching import Standing
from subscribers.database import Database
from tests.builders import NOON
from tests.cli.commandline import Digest, commandline, installed
from tests.cli.forked import running
from tests.deliver.courier import ACCEPTED, Courier
from tests.pipeline.scene import a_newsroom, an_approved_issue, enrol, sent_by


@pytest.fixture
def issue(database: Database) -> Issue:
    enrol(database, 5)
    return an_approved_issue(database)


@pytest.fixture
def digest(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Digest:
    return commandline(tmp_path, database, monkeypatch, sending.register)


def a_standing(**changes: Any) -> Standing:
    values: dict[str, Any] = {
        "issue_id": 1,
        "name": "hebdo/1",
        "state": IssueState.SENDING,
        "at": NOON,
        "tally": Tally(planned=9, sent=3, in_doubt=2, failed=1, waiting=3),
        "done": 6,
        "rate": 1234.5,
        "seconds_left": 3725.0,
        "in_hand": 1,
        "waits_for": "",
        "over": False,
    }
    return Standing(**values | changes)


def drawn(*found: Standing) -> str:
    screen = io.StringIO()
    with Bars(Console(file=screen, force_terminal=True, width=160, color_system=None)) as bars:
        for one in found:
            bars.show([one])
    return screen.getvalue()


def test_a_bar_says_how_far_how_fast_and_what_is_in_doubt() -> None:
    text = drawn(a_standing())
    assert "hebdo/1" in text
    assert "6/9 1,234/s, 1:02:05 left, 2 in doubt, 1 failed" in text
    waiting = a_standing(waits_for="a worker: [red]", seconds_left=None, rate=None)
    assert "0/s, 2 in doubt, 1 failed, waits for a worker: [red]" in drawn(a_standing(), waiting)


def test_on_a_terminal_a_sending_draws_a_bar(database: Database, issue: Issue) -> None:
    text = io.StringIO()
    screen = Console(file=text, force_terminal=True, width=160, color_system=None)
    newsroom = a_newsroom(database)
    with progress_of(newsroom, issue.id, as_json=False, screen=screen) as tell:
        send(newsroom, issue.id, progress=tell)
    assert "hebdo-sahel/1" in text.getvalue()
    assert "5/5" in text.getvalue()
    with progress_of(newsroom, issue.id, as_json=True, screen=screen) as tell:
        assert tell is None


def test_where_log_lines_are_written_no_bar_comes_between(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    screen = Console(file=io.StringIO(), force_terminal=True)
    caplog.set_level(logging.INFO)
    with progress_of(a_newsroom(database), None, as_json=False, screen=screen) as tell:
        assert tell is None


def test_away_from_a_terminal_a_sending_is_silent(digest: Digest, issue: Issue) -> None:
    code, output = digest("send", str(issue.id))
    assert code == 0
    assert "/s" not in output
    assert output.startswith("hebdo-sahel/1 is sent")


@contextmanager
def being_sent(database: Database, issue: Issue) -> Iterator[None]:
    """Send slowly in another thread, as another process would."""

    def slowly(_call: Call) -> Receipt:
        time.sleep(0.1)
        return ACCEPTED

    courier = Courier(*[slowly] * 5, capacity=1)
    thread = Thread(target=sent_by, args=(courier, database, issue))
    thread.start()
    yield
    thread.join()


def test_status_follows_a_sending_to_its_end_as_json_lines(
    digest: Digest, database: Database, issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_EVERY", 0.02)
    with being_sent(database, issue):
        code, output = digest("status", "hebdo-sahel/1", "--watch", "--json")
    looks = [json.loads(line) for line in output.splitlines()]
    done = [look["done"] for look in looks]
    assert code == 0
    assert done == sorted(done)
    assert {1, 2, 3, 4} & {*done}
    assert (looks[-1]["over"], looks[-1]["state"], looks[-1]["tally"]["sent"]) == (True, "sent", 5)
    assert [look["over"] for look in looks[:-1]] == [False] * (len(looks) - 1)


def test_in_a_pipe_only_changes_are_told(
    digest: Digest, database: Database, issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_EVERY", 0.01)
    with being_sent(database, issue):
        lines = digest("status", "1", "--watch")[1].splitlines()
    changes = [line.partition(",")[0] for line in lines]
    assert changes == [*dict.fromkeys(changes)]
    assert "hebdo-sahel/1 is sending: 2 of 5" in changes
    assert changes[-1] == "hebdo-sahel/1 is sent: 5 of 5"


def test_where_nothing_is_sent_there_is_nothing_to_follow(digest: Digest, issue: Issue) -> None:
    assert digest("status", "--watch") == (0, "No issue is being sent.\n")
    assert digest("status", "--watch", "--json") == (0, "")


@pytest.mark.parametrize("form", ["", "json", "text"])
def test_log_lines_of_a_command_are_written_only_on_demand(
    tmp_path: Path,
    database: Database,
    issue: Issue,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
) -> None:
    installed(tmp_path, database, monkeypatch)
    environ = os.environ | {"DIGEST_LOG": form}
    with running("send", str(issue.id), "--json", environ=environ, folder=tmp_path) as command:
        code, answer, logged = command.ended()
    assert code == 0
    assert json.loads(answer)["tally"]["sent"] == 5
    if form == "json":
        lines = [json.loads(line) for line in logged.splitlines()]
        [line] = [line for line in lines if line["event"] == "batch"]
        assert (line["recipients"], line["provider"], line["level"]) == (5, "outbox", "info")
    else:
        assert ("recipients=5" in logged) == (form == "text")
        assert bool(logged) == bool(form)


def test_a_form_of_log_that_there_is_not_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from digest.cli import main

    monkeypatch.setenv("DIGEST_LOG", "loud")
    with pytest.raises(SystemExit) as end:
        main.app(["status"])
    assert end.value.code == 3
    assert "DIGEST_LOG is 'loud': say text or json" in capsys.readouterr().err
