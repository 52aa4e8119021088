"""What happened to one reader, as an admin asks for it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from digest.cli import subscribers
from digest.model.event import EventKind
from digest.storage.reader_tables import notices
from digest.storage.tables import events
from subscribers.database import Database
from subscribers.people import forget
from tests.cli.commandline import Digest, commandline
from tests.pipeline.scene import SECRET, address_of
from tests.storage.everything import AT, fill


@pytest.fixture
def digest(tmp_path: Path, both_databases: Database, monkeypatch: pytest.MonkeyPatch) -> Digest:
    with both_databases.write() as connection:
        fill(connection)
    return commandline(tmp_path, both_databases, monkeypatch, subscribers.register)


def happened(digest: Digest, reader: int) -> list[dict[str, Any]]:
    code, told = digest("subscribers", "history", address_of(reader), "--json")
    assert code == 0, told
    value = json.loads(told)
    assert value["reader"] == reader
    happenings: list[dict[str, Any]] = value["happenings"]
    return happenings


def mails(digest: Digest, reader: int) -> list[tuple[Any, ...]]:
    names = ("what", "of", "issue", "batch", "attempt")
    return [tuple(one[name] for name in names) for one in happened(digest, reader) if one["batch"]]


def test_each_mail_has_its_state_and_ids(digest: Digest) -> None:
    of = ("hebdo-sahel 1", 1)
    assert mails(digest, 1) == [("sent", *of, 11, f"{1:032x}")]
    assert mails(digest, 3) == [("in_doubt", *of, 12, f"{2:032x}")]
    assert mails(digest, 7) == [("planned", *of, 14, "")]
    assert mails(digest, 10) == [("skipped", *of, 15, "")]
    assert [one["detail"] for one in happened(digest, 10) if one["batch"]] == ["unsubscribed"]
    assert mails(digest, 11) == [("failed", *of, 16, f"{6:032x}")]


def test_what_is_to_come_is_last_and_the_rest_in_order(digest: Digest) -> None:
    moments = [one["at"] for one in happened(digest, 9)]
    assert moments[-1] is None
    assert moments[:-1] == sorted(moments[:-1])


def test_a_bounce_and_a_notice_are_told_with_the_words(
    digest: Digest, both_databases: Database
) -> None:
    event: dict[str, Any] = {"provider": "sendgrid", "attempt_id": f"{1:032x}", "received_at": AT}
    event["at"] = AT - timedelta(days=1)
    told_of: dict[EventKind, dict[str, str]] = {
        EventKind.DELIVERED: {},
        EventKind.BOUNCED: {"reason": "550"},
    }
    notice = {"kind": "welcome", "state": "sent", "list_name": "hebdo", "language": "fr"}
    with both_databases.write() as connection:
        for kind, raw in told_of.items():
            row = event | {"key": kind, "kind": kind, "raw": raw, "subscriber_id": 1}
            connection.execute(insert(events), row)
        row = notice | {"subscriber_id": 1, "asked_at": AT, "not_before": AT}
        connection.execute(insert(notices), row)
    in_order = happened(digest, 1)
    assert {one["what"] for one in in_order[:2]} == {"delivered", "bounced"}
    told = {(one["what"], one["of"]): one for one in in_order}
    assert told["delivered", "hebdo-sahel 1"]["batch"] == 11
    assert told["bounced", "hebdo-sahel 1"]["detail"] == "sendgrid · 550"
    assert told["sent", "hebdo"]["detail"].startswith("welcome mail")
    assert all(word in digest("subscribers", "history", address_of(1))[1] for word in ("550", "11"))


def test_choices_and_consents_are_told(digest: Digest, both_databases: Database) -> None:
    told = [one["detail"] for one in happened(digest, 2) if one["what"] == "choices"]
    assert told == [
        "language fr · themes sahel, diplomatie · tracking allowed",
        "confirmed · every",
    ]
    with both_databases.write() as connection:
        forget(connection, secret_key=SECRET, address=address_of(2), origin="cli", now=AT)
    code, text = digest("subscribers", "history", address_of(2), "--json")
    value = json.loads(text)
    assert (code, value["reader"]) == (0, None)
    assert [one["what"] for one in value["happenings"]] == ["unsubscribed"]


def test_an_unknown_address_has_no_history(digest: Digest) -> None:
    code, told = digest("subscribers", "history", "nobody@example.org")
    assert (code, told.partition(":")[0]) == (1, "nothing is held of nobody@example.org")
