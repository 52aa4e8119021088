"""`digest bounces read`, from the files that mail programs leave and from what is piped in."""

import io
import json
import mailbox
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from digest.cli import bounces
from digest.deliver.bounces.return_paths import return_paths
from digest.storage import tables
from subscribers import tables as readership
from subscribers.database import Database
from tests.cli.commandline import Digest, commandline
from tests.deliver.calls import ATTEMPT
from tests.pipeline.scene import SECRET, address_of, enrol

CASES = Path(__file__).parents[1] / "data" / "bounces"


@pytest.fixture
def digest(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Digest:
    enrol(database, 3)
    return commandline(tmp_path, database, monkeypatch, bounces.register)


def mail(reader: int, case: str = "postfix-unknown-user") -> bytes:
    path = return_paths(SECRET, "bounces@digest.example", ATTEMPT)(reader)
    raw = (CASES / f"{case}.eml").read_bytes()
    return raw.replace(b"RETURN-PATH", path.encode()).replace(b"/u/LINK", b"/x")


def report(digest: Digest, *words: str) -> dict[str, Any]:
    code, output = digest("bounces", "read", *words, "--json")
    assert code == 0, output
    value = json.loads(output)
    assert isinstance(value, dict)
    return value


def banned(database: Database) -> list[str]:
    person, ban = readership.subscribers.c, readership.suppressions.c
    question = select(person.address).join(
        readership.suppressions, ban.address_hash == person.address_hash
    )
    with database.read() as connection:
        return sorted(connection.scalars(question))


def test_a_maildir_is_read_and_again_changes_nothing(
    digest: Digest, database: Database, tmp_path: Path
) -> None:
    box = mailbox.Maildir(tmp_path / "box")
    box.add(mail(1))
    box.add(mail(2, "out-of-office"))
    seen = mailbox.MaildirMessage(mail(3, "arf-by-return-path"))
    seen.set_subdir("cur")
    box.add(seen)
    first = report(digest, "box")
    found = {"hard bounce": 1, "auto-reply": 1, "complaint": 1}
    assert first["report"] == {"mails": 3, "found": found, "new": 2}
    assert sorted(row["subscriber"] for row in first["rows"]) == [1, 3]
    assert report(digest, "box")["report"] == {"mails": 3, "found": found, "new": 0}
    assert banned(database) == [address_of(1), address_of(3)]
    assert len(box) == 3


def test_an_mbox_of_a_standard_program_is_read(
    digest: Digest, database: Database, tmp_path: Path
) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for reader in (1, 2):
        box.add(mail(reader))
    box.close()
    assert report(digest, "box")["report"]["found"] == {"hard bounce": 2}
    assert banned(database) == [address_of(1), address_of(2)]


def test_files_and_folders_of_files_are_read(digest: Digest, tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    for place, reader in (("one.eml", 1), ("saved/two.eml", 2), ("saved/notes.txt", 3)):
        (tmp_path / place).write_bytes(mail(reader))
    value = report(digest, "one.eml", "saved")
    assert [(row["file"], row["subscriber"]) for row in value["rows"]] == [
        ("one.eml", 1),
        ("saved/two.eml", 2),
    ]


@pytest.mark.parametrize("words", [(), ("-",)])
def test_what_a_mail_server_pipes_in_is_read(
    digest: Digest, database: Database, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    piped = io.TextIOWrapper(io.BytesIO(b"From MAILER-DAEMON Fri Nov 27\n" + mail(1)))
    monkeypatch.setattr("digest.cli.bounces.sys", Piped(piped))
    assert report(digest, *words)["report"]["new"] == 1
    assert banned(database) == [address_of(1)]


class Piped:
    """The system, with something piped in."""

    def __init__(self, stdin: io.TextIOWrapper) -> None:
        self.stdin = stdin
        self.stdout = sys.stdout


@pytest.mark.parametrize("case", ["forged-return-path", "no-return-path", "out-of-office"])
def test_what_is_not_proved_or_no_bounce_is_counted_and_changes_nothing(
    digest: Digest, database: Database, tmp_path: Path, case: str
) -> None:
    (tmp_path / "one.eml").write_bytes(mail(1, case))
    value = report(digest, "one.eml")
    assert (value["report"]["mails"], value["report"]["new"]) == (1, 0)
    assert banned(database) == []
    with database.read() as connection:
        assert connection.execute(select(tables.events)).all() == []


def test_a_person_reads_what_was_found_without_addresses(digest: Digest, tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(mail(1))
    (tmp_path / "two.eml").write_bytes(mail(1, "no-return-path"))
    code, output = digest("bounces", "read", "one.eml", "two.eml")
    assert code == 0
    for words in ("hard bounce: 1", "unproved: 1", "2 mails read", "1 event new", "no effect"):
        assert words in output
    assert "@" not in output


def test_an_empty_file_holds_no_mail_and_one_that_is_missing_is_told(
    digest: Digest, tmp_path: Path
) -> None:
    (tmp_path / "empty").touch()
    assert "0 mails read; nothing" in digest("bounces", "read", "empty")[1]
    code, output = digest("bounces", "read", "nowhere")
    assert code == 1
    assert "nowhere can't be read: No such file" in output
