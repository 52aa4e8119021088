"""A changed schedule.yaml takes the old one's place whole, or not at all."""

import os
import stat
from pathlib import Path

import pytest

from digest.errors import ConfigError, ConflictError, ScheduleError
from digest.schedule import saving
from digest.schedule.reading import read_schedule
from digest.schedule.saving import add_sources, remove_source
from tests.schedule.texts import SMALL

NEW = {"name": "le-fleuve", "feed": "https://fleuve.example/rss"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "schedule.yaml"
    path.write_text(SMALL)
    return path


def names(path: Path) -> list[str]:
    return [source.name for source in read_schedule(path).sources]


def test_a_source_is_added_and_removed(path: Path) -> None:
    add_sources(path, (NEW, {**NEW, "name": "other", "feed": "https://other.example/rss"}))
    assert names(path) == ["rfi", "inbox", "le-fleuve", "other"]
    remove_source(path, "other")
    remove_source(path, "le-fleuve")
    assert path.read_text() == SMALL
    assert list(path.parent.iterdir()) == [path]


def test_the_mode_and_a_link_to_the_file_stay(path: Path, tmp_path: Path) -> None:
    path.chmod(0o640)
    link = tmp_path / "here.yaml"
    link.symlink_to(path)
    add_sources(link, (NEW,))
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert "le-fleuve" in names(path)


def test_a_dry_run_checks_and_writes_nothing(path: Path) -> None:
    assert add_sources(path, (NEW,), dry_run=True).source("le-fleuve")
    remove_source(path, "rfi", dry_run=True)
    assert path.read_text() == SMALL


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({**NEW, "name": "rfi"}, "'rfi'"),
        ({**NEW, "name": "A b"}, "can't be a name"),
        ({**NEW, "language": "french"}, "is not a language code"),
        ({**NEW, "title": "a\x00b"}, "control characters"),
        ({"name": "x", "feed": "https://user:pw@x.example/"}, "secrets don't belong"),
    ],
)
def test_what_the_schedule_would_not_take_is_not_written(
    path: Path, entry: dict[str, str], why: str
) -> None:
    with pytest.raises(ConfigError, match=why):
        add_sources(path, (entry,))
    assert path.read_text() == SMALL


def test_a_broken_file_is_not_touched(path: Path) -> None:
    broken = SMALL.replace("language: fr", "langage: fr")
    path.write_text(broken)
    with pytest.raises(ScheduleError, match="langage"):
        add_sources(path, (NEW,))
    assert path.read_text() == broken


def test_what_would_touch_the_rest_is_left_to_a_person(path: Path) -> None:
    odd = SMALL.replace(
        "  - name: inbox\n    folder: inbox\n", "  - name: &inbox inbox\n    folder: x\n"
    )
    odd = odd.replace("list: hebdo", "list: *inbox")
    head, rest = odd.split("newsletters:\n")
    path.write_text(f"{head}newsletters:\n{rest}")
    with pytest.raises(ConfigError, match="stays as it is"):
        remove_source(path, "inbox")
    assert "&inbox" in path.read_text()


def test_another_editor_s_change_meanwhile_is_not_lost(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = SMALL.replace("L'hebdo", "La lettre")
    write = saving._write

    def meanwhile(fresh: Path, content: bytes, *, like: os.stat_result) -> None:
        write(fresh, content, like=like)
        path.write_text(other)

    monkeypatch.setattr(saving, "_write", meanwhile)
    with pytest.raises(ConflictError, match="changed meanwhile"):
        add_sources(path, (NEW,))
    assert path.read_text() == other
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_can_not_be_written_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(fresh: Path, content: bytes, *, like: os.stat_result) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saving, "_write", full)
    with pytest.raises(ConfigError, match="No space left"):
        add_sources(path, (NEW,))
    assert path.read_text() == SMALL
