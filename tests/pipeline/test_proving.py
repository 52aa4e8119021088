"""A proof of sending: a row for everyone who was planned, and a seal on the whole."""

import codecs
import csv
import errno
import hashlib
import io
import json
import os
import stat
import tracemalloc
from pathlib import Path

import pytest
from sqlalchemy import select, update

from digest.deliver.provider import Call, Receipt
from digest.errors import ConflictError, LedgerError
from digest.model.delivery import BatchState, Lot, Outcome
from digest.model.issue import Issue
from digest.pipeline.proving import Form, Proof, prove, proven
from digest.pipeline.verifying import verify
from digest.storage.ledger import freeze
from digest.storage.tables import attempts, batches, editions
from subscribers import tables as readership
from subscribers.database import Database
from subscribers.errors import TransferError
from subscribers.people import forget
from tests.builders import NOON
from tests.deliver.courier import Courier, lost, refused
from tests.pipeline.scene import SECRET, a_newsroom, address_of, sent_by
from tests.storage.ledgers import EDITION, ISSUE, begin_sending

TAKEN = Receipt(outcome=Outcome.ACCEPTED, ref="=cmd|'/c calc'!A1")


class FullDisk(io.StringIO):
    def write(self, text: str) -> int:
        if self.tell() > 500:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.rpartition("# ")[0])))


def on_screen(database: Database, issue: Issue, form: Form = Form.CSV) -> tuple[str, Proof]:
    screen = io.StringIO(newline="")
    proof = prove(a_newsroom(database), issue.id, None, screen, form)
    return screen.getvalue(), proof


def some_of_each(database: Database, issue: Issue) -> None:
    """Refuse reader 1, doubt 2 and 5 to 8, take 3 and 4, and let 9 leave before their batch."""

    def leaving(_call: Call) -> Receipt:
        column = readership.subscriptions.c.subscriber_id
        with database.write() as connection:
            gone = update(readership.subscriptions).where(column == 9)
            connection.execute(gone.values(state="unsubscribed"))
        return Receipt(
            outcome=Outcome.ACCEPTED, refused={1: "550 no such user"}, unknown=frozenset({2})
        )

    sent_by(Courier(leaving, lost("time-out"), capacity=4), database, issue)


def test_everyone_who_was_planned_has_one_row_that_says_what_became_of_them(
    database: Database, issue: Issue
) -> None:
    some_of_each(database, issue)
    text, proof = on_screen(database, issue)
    rows = {int(row["subscriber_id"]): row for row in rows_of(text)}
    assert {reader: (row["fate"], row["reason"]) for reader, row in rows.items()} == {
        1: ("refused", "550 no such user"),
        2: ("in doubt", ""),
        **dict.fromkeys((3, 4), ("sent", "")),
        **dict.fromkeys((5, 6, 7, 8), ("in doubt", "time-out")),
        9: ("skipped", "unsubscribed"),
    }
    assert all(row["address"] == address_of(reader) for reader, row in rows.items())
    assert (proof.issue, proof.rows) == ("hebdo-sahel/1", 9)
    assert proof.fates == {"refused": 1, "in doubt": 5, "sent": 2, "skipped": 1}


def test_who_was_in_no_call_has_no_call_in_their_row(database: Database, issue: Issue) -> None:
    some_of_each(database, issue)
    rows = {int(row["subscriber_id"]): row for row in rows_of(on_screen(database, issue)[0])}
    call = ("attempt", "provider", "intent_at", "message_id")
    assert [rows[9][name] for name in (*call, "provider_ref")] == [""] * 5
    assert rows[9]["outcome_at"]
    assert all(rows[1][name] for name in call)
    assert rows[1]["attempt"] == rows[2]["attempt"] == rows[3]["attempt"]  # one call, one id


def test_who_may_have_been_mailed_twice_is_told_so(database: Database, issue: Issue) -> None:
    sent_by(Courier(refused("busy"), capacity=9), database, issue)
    with database.write() as connection:
        busy = attempts.c.outcome == "refused"
        connection.execute(update(attempts).where(busy).values(outcome="doubled"))
    assert {one.reason[:30] for one in proven(a_newsroom(database), issue.id)} == {
        "mailed twice, or may have been"
    }


def test_who_left_between_two_tries_is_skipped_without_a_call(
    database: Database, issue: Issue
) -> None:
    def away(_call: Call) -> Receipt:
        column = readership.subscriptions.c.subscriber_id
        with database.write() as connection:
            gone = update(readership.subscriptions).where(column == 9)
            connection.execute(gone.values(state="unsubscribed"))
        return refused("busy")

    sent_by(Courier(away, capacity=9), database, issue)
    lines = proven(a_newsroom(database), issue.id)
    assert [(one.fate, bool(one.attempt)) for one in lines[7:]] == [
        ("sent", True),
        ("skipped", False),
    ]


@pytest.mark.parametrize(
    ("state", "fate"),
    [
        (BatchState.READY, "waiting"),
        (BatchState.CALLING, "waiting"),
        (BatchState.HELD, "held"),
        (BatchState.FAILED, "failed"),
        (BatchState.CANCELLED, "cancelled"),
    ],
)
def test_the_state_of_a_batch_is_the_fate_of_its_readers(
    database: Database, issue: Issue, state: BatchState, fate: str
) -> None:
    sent_by(Courier(), database, issue)
    with database.write() as connection:
        connection.execute(update(batches).values(state=state, last_error="=busy"))
    assert {(one.fate, one.reason) for one in proven(a_newsroom(database), issue.id)} == {
        (fate, "=busy")
    }
    assert {row["reason"] for row in rows_of(on_screen(database, issue)[0])} == {"'=busy"}


def test_a_row_names_edition_call_and_message(database: Database, issue: Issue) -> None:
    courier = Courier(TAKEN, capacity=9)
    sent_by(courier, database, issue)
    row = rows_of(on_screen(database, issue)[0])[4]
    with database.read() as connection:
        made = connection.execute(select(attempts)).one()
        edition = connection.execute(select(editions)).one()
    [to] = [to for to in courier.calls[0].to if to.id == 5]
    assert row == {
        "subscriber_id": "5",
        "address": address_of(5),
        "fate": "sent",
        "reason": "",
        "language": "fr",
        "html_sha256": hashlib.sha256(edition.html.encode()).hexdigest(),
        "text_sha256": hashlib.sha256(edition.text.encode()).hexdigest(),
        "batch": str(made.batch_id),
        "attempt": courier.calls[0].attempt_id,
        "provider": "courier",
        "provider_ref": f"'{TAKEN.ref}",
        "intent_at": f"{made.intent_at:%Y-%m-%dT%H:%M:%S}.{made.intent_at.microsecond // 1000:03}Z",
        "outcome_at": f"{made.ended_at:%Y-%m-%dT%H:%M:%S}.{made.ended_at.microsecond // 1000:03}Z",
        "message_id": to.headers["Message-ID"],
    }


def test_an_erased_reader_keeps_a_row_without_their_address(
    database: Database, issue: Issue
) -> None:
    sent_by(Courier(), database, issue)
    with database.write() as connection:
        forget(connection, secret_key=SECRET, address=address_of(4), origin="test", now=NOON)
    fourth = proven(a_newsroom(database), issue.id)[3]
    assert (fourth.subscriber_id, fourth.address, fourth.fate) == (4, "erased", "sent")


@pytest.mark.parametrize("form", Form)
def test_the_seal_is_that_of_all_before_the_last_line(
    database: Database, issue: Issue, tmp_path: Path, form: Form
) -> None:
    some_of_each(database, issue)
    path = tmp_path / "proof"
    path.touch(mode=0o644)
    proof = prove(a_newsroom(database), issue.id, path, io.StringIO(), form)
    whole = path.read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    sealed = whole.removesuffix(last)
    assert hashlib.sha256(sealed).hexdigest() == proof.sha256
    assert proof.sha256 in last.decode()
    assert "hebdo-sahel/1" in last.decode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_json_lines_tell_the_same_as_the_table(database: Database, issue: Issue) -> None:
    some_of_each(database, issue)
    *lines, last = on_screen(database, issue, Form.JSONL)[0].splitlines()
    rows = [json.loads(line) for line in lines]
    words = [{name: str(value) for name, value in row.items()} for row in rows]
    assert words == rows_of(on_screen(database, issue)[0])
    end = json.loads(last)["proof_of_sending"]
    assert end["rows"] == len(rows) == 9
    assert sum(end["fates"].values()) == 9


def test_a_file_is_known_by_excel_and_a_screen_is_not_marked(
    database: Database, issue: Issue, tmp_path: Path
) -> None:
    sent_by(Courier(), database, issue)
    prove(a_newsroom(database), issue.id, tmp_path / "proof.csv", io.StringIO(), Form.CSV)
    assert (tmp_path / "proof.csv").read_bytes().startswith(codecs.BOM_UTF8)
    assert on_screen(database, issue)[0].startswith("subscriber_id,address,fate,")


def test_a_proof_that_breaks_off_has_no_end(database: Database, issue: Issue) -> None:
    sent_by(Courier(), database, issue)
    full = FullDisk(newline="")
    with pytest.raises(OSError, match="No space left"):
        prove(a_newsroom(database), issue.id, None, full, Form.CSV)
    assert "proof-of-sending" not in full.getvalue()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_file_that_could_not_be_written_is_told(database: Database, issue: Issue) -> None:
    sent_by(Courier(), database, issue)
    with pytest.raises(TransferError, match="/dev/full is not whole: No space left"):
        prove(a_newsroom(database), issue.id, Path("/dev/full"), io.StringIO(), Form.CSV)


@pytest.mark.parametrize("audit", ["verify", "prove"])
def test_a_hundred_thousand_recipients_take_the_memory_of_a_few_batches(
    on_sqlite: Database, audit: str
) -> None:
    lots = (
        Lot(edition_id=EDITION, list_name="hebdo", recipient_ids=tuple(range(n, n + 1_000)))
        for n in range(1, 100_001, 1_000)
    )
    with on_sqlite.write() as connection:
        begin_sending(connection, [])
        freeze(connection, ISSUE, lots)
    newsroom = a_newsroom(on_sqlite)
    tracemalloc.start()
    try:
        if audit == "verify":
            assert verify(newsroom, ISSUE).recount.waiting == 100_000
        else:
            proof = prove(newsroom, ISSUE, Path(os.devnull), io.StringIO(), Form.CSV)
            assert proof.rows == 100_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000


def test_nothing_can_be_proved_of_what_was_never_planned(database: Database, issue: Issue) -> None:
    with pytest.raises(ConflictError, match="nobody was planned"):
        on_screen(database, issue)


def test_a_damaged_ledger_proves_nothing(database: Database, issue: Issue) -> None:
    sent_by(Courier(), database, issue)
    with database.write() as connection:
        connection.execute(update(batches).values(state="posted"))
    with pytest.raises(LedgerError, match=r"'posted'.*digest verify"):
        on_screen(database, issue)
