"""The drop folder: each case is a file in tests/data/collect/drops."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.collect.drops import Drop, read_drops
from digest.collect.entries import Origin, text_entry_of
from digest.collect.worker import Worker
from digest.model.article import Entry
from tests.collect.cases import NOW, Case, cases, check


@pytest.fixture(scope="module")
def parser() -> Iterator[Worker]:
    with Worker() as worker:
        yield worker


def entry_of(drop: Drop) -> Entry:
    entry = text_entry_of(drop.item, Origin(source="inbox"), key=drop.key, seen_at=NOW)
    assert entry
    return entry


@pytest.mark.parametrize("case", cases("drops"))
def test_a_drop_gives_what_its_case_says(case: Case, tmp_path: Path, parser: Worker) -> None:
    (tmp_path / case.name).write_bytes(case.raw)
    read = read_drops(tmp_path, parser)
    assert [refused.reason for refused in read.refused] == (
        [case.expected["refused"]] if "refused" in case.expected else []
    )
    links = [drop.item.url for drop in read.drops if drop.link]
    assert links == case.expected.get("links", [])
    entries = [entry_of(drop) for drop in read.drops if not drop.link]
    assert [entry.title for entry in entries] == [
        expected["title"] for expected in case.expected["articles"]
    ]
    for entry, expected in zip(entries, case.expected["articles"], strict=True):
        check(entry, expected)
    assert (tmp_path / case.name).read_bytes() == case.raw


@pytest.mark.parametrize(
    ("name", "raw", "reason"),
    [
        ("vide.txt", b"", "empty"),
        ("blanc.txt", b"\xef\xbb\xbf \r\n\t\n", "empty"),
        ("photo.txt", b"\x89PNG\r\n\x1a\n" + bytes(200), "binary"),
        ("rapport.txt", b"%PDF-1.7 \xe2\xe3", "binary"),
        ("octets.txt", bytes(range(256)) * 9, "binary"),
        ("note.txt.part", b"du texte", "not finished"),
        ("note.crdownload", b"du texte", "not finished"),
        ("note.txt~", b"du texte", "not finished"),
        ("~$note.txt", b"du texte", "a lock file"),
        (".~lock.note.txt#", b"du texte", "a lock file"),
        ("note.lock", b"du texte", "a lock file"),
        (".secret.txt", b"du texte", "a hidden file"),
        ("note.docx", b"PK\x03\x04", "not one of"),
        ("sans-suffixe", b"du texte", "not one of"),
        ("gros.txt", b"a " * 3_000_000, "larger than 5 MB"),
        ("vide.eml", b"X-Nothing: here\n\n", "a mail without"),
        ("vide.html", b"<html><body></body></html>", "no text in it"),
    ],
)
def test_a_file_that_is_no_article_is_refused_with_a_reason(
    tmp_path: Path, parser: Worker, name: str, raw: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(raw)
    read = read_drops(tmp_path, parser)
    assert [drop.item for drop in read.drops] == []
    assert [refused.name for refused in read.refused] == [name]
    assert read.refused[0].reason.startswith(reason)


def test_a_file_name_of_odd_bytes_can_be_stored(tmp_path: Path, parser: Worker) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xe9t\xe9.txt")).write_text("Un titre\n\nUn texte.")
    (drop,) = read_drops(tmp_path, parser).drops
    assert drop.place.encode()


def test_a_file_name_that_would_speak_to_a_terminal_is_spelled_out(
    tmp_path: Path, parser: Worker
) -> None:
    (tmp_path / "a\n\x1b[31m.txt").touch()
    (refused,) = read_drops(tmp_path, parser).refused
    assert refused.name == "a��[31m.txt"


def test_links_that_lead_to_each_other_are_refused_alone(tmp_path: Path, parser: Worker) -> None:
    (tmp_path / "a.txt").symlink_to("b.txt")
    (tmp_path / "b.txt").symlink_to("a.txt")
    (tmp_path / "c.txt").symlink_to("nulle-part.txt")
    (tmp_path / "d").symlink_to(tmp_path)
    (tmp_path / "note.txt").write_text("Un titre\n\nUn texte.")
    read = read_drops(tmp_path, parser)
    assert [refused.name for refused in read.refused] == ["a.txt", "b.txt", "c.txt", "d"]
    assert [drop.item.title for drop in read.drops] == ["Un titre"]


def test_a_file_that_vanishes_meanwhile_is_refused_alone(
    tmp_path: Path, parser: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("Un titre\n\nUn texte.")
    (tmp_path / "b.txt").symlink_to("a.txt")
    is_file = Path.is_file

    def is_file_no_more(path: Path) -> bool:
        found = is_file(path)
        path.unlink()
        return found

    monkeypatch.setattr(Path, "is_file", is_file_no_more)
    vanished, dangling = read_drops(tmp_path, parser).refused
    assert vanished.reason == "it can't be read (No such file or directory)"
    assert dangling.reason == "not a file"


def test_a_mail_that_takes_its_parser_too_long_is_refused_in_time(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"Subject: t\nFrom: " + b"a " * 500_000 + b"\n\nx")
    with Worker(limit=0.01) as hasty:  # it takes longer to start
        (refused,) = read_drops(tmp_path, hasty).refused
    assert refused.reason == "its parser took longer than 0.01 seconds"


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path, parser: Worker) -> None:
    (tmp_path / "secret.txt").write_text("Un secret\n\nÀ ne pas lire.")
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "lien.txt").symlink_to(tmp_path / "secret.txt")
    (read,) = read_drops(folder, parser).refused
    assert read.reason == "a link that leads out of the folder"


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, parser: Worker) -> None:
    os.mkfifo(tmp_path / "tuyau.txt")
    (read,) = read_drops(tmp_path, parser).refused
    assert read.reason == "not a file"


def test_what_programs_leave_behind_is_passed_over_in_silence(
    tmp_path: Path, parser: Worker
) -> None:
    for name in (".DS_Store", ".gitkeep", "Thumbs.db"):
        (tmp_path / name).write_bytes(b"\x00\x01")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref")
    read = read_drops(tmp_path, parser)
    assert (read.drops, read.refused) == ((), ())


def test_subfolders_are_read(tmp_path: Path, parser: Worker) -> None:
    (tmp_path / "mali").mkdir()
    (tmp_path / "mali" / "note.txt").write_text("Un titre\n\nUn texte.")
    (drop,) = read_drops(tmp_path, parser).drops
    assert drop.place == "file:mali/note.txt#1"


def test_a_drop_is_known_by_its_words_alone(tmp_path: Path, parser: Worker) -> None:
    text = "Été à Ségou\n\nLa saison s'achève, dit-on."
    (tmp_path / "a.txt").write_bytes(text.encode())
    (tmp_path / "b.txt").write_bytes(text.replace("\n", "\r\n").encode("utf-16"))
    first, second = read_drops(tmp_path, parser).drops
    assert first.key == second.key
    assert first.place != second.place
