"""What is wrong with an editor's template is found before it goes: one case a file."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from digest.compose.linting.fault import Fault
from digest.pipeline.linting import ROOMS, Pages, lint, look_over, try_out
from digest.pipeline.template_files import LONGEST
from digest.resources import shipped
from digest.web.given import GIVEN, UNGUARDED

CASES = sorted((Path(__file__).parents[1] / "data" / "templates").glob("*.case"))
PAGES = Pages(given=GIVEN, unguarded=UNGUARDED)
Put = Callable[[str, str | bytes], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write one own template; give the folder of all."""

    def write(name: str, text: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path

    return write


def told(faults: list[Fault], file: str) -> list[str]:
    return [
        f"{'warning' if one.warning else 'error'} {one.line}: {one.what}"
        for one in faults
        if one.file == file
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_template_has_the_faults_that_its_case_names(case: Path, put: Put) -> None:
    head, _, body = case.read_text(encoding="utf-8").partition("\n---\n")
    first, *wanted = head.splitlines()
    file, *how = first.split()
    templates = put(file, body)
    found = look_over(templates, file.split("/", maxsplit=1)[0], PAGES)
    if how:
        assert told(found, file) == [], "it takes filling in to see it"
        found = try_out(templates, lambda _: None)
    said = told(found, file)
    assert len(said) == len(wanted), said
    for one, words in zip(said, wanted, strict=True):
        level, _, what = words.partition(": ")
        assert one.startswith(f"{level}: "), one
        assert what in one


def test_our_own_templates_have_no_fault() -> None:
    assert lint(shipped("templates"), PAGES) == []


def test_a_newsroom_without_templates_of_its_own_lacks_nothing(tmp_path: Path) -> None:
    assert [look_over(tmp_path, room, PAGES) for room in ROOMS] == [[], [], []]
    assert try_out(tmp_path, lambda _: None) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"\xff\xfe<p>", "is no UTF-8 from byte 0 on"),
        (b"a\0b", "is no text: it holds a NUL"),
        (b"a" * (LONGEST + 1), f"a template may have {LONGEST}"),
        (b"{{ " + b"(" * 50_000, "is nested too deeply"),
        (b"{% if page %}" * 5_000, "is nested too deeply"),
    ],
    ids=["another encoding", "binary", "long", "brackets", "branches"],
)
def test_what_can_not_be_a_template_is_named(put: Put, text: bytes, words: str) -> None:
    found = look_over(put("email/issue.txt", text), "email", PAGES)
    assert [words in one for one in told(found, "email/issue.txt")] == [True]


def test_a_link_out_of_the_folder_is_not_followed(put: Put, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("{{ secret }}")
    templates = put("own/email/other.txt", "") / "own"
    (templates / "email" / "issue.txt").symlink_to(tmp_path / "secret.txt")
    (templates / "email" / "there").symlink_to(tmp_path)
    os.mkfifo(templates / "email" / "notice.txt")
    found = look_over(templates, "email", PAGES)
    assert "leads out" in told(found, "email/issue.txt")[0]
    assert "leads out" in told(found, "email/there")[0]
    assert told(found, "email/notice.txt") == ["error 0: is no file"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "{% set r = range(100000) %}{% for a in r %}{% for b in r %}{% endfor %}{% endfor %}",
            "does a loop",
        ),
        ("{{ 'a' * 10 ** 10 }}", "MemoryError"),
    ],
    ids=["time", "memory"],
)
def test_what_never_ends_is_ended(put: Put, text: str, words: str) -> None:
    began = time.monotonic()
    found = lint(put("email/issue.txt", text), PAGES, seconds=3)
    assert words in told(found, "email/issue.txt")[0]
    assert time.monotonic() - began < 60


def test_worst_comes_first(put: Put) -> None:
    put("web/confirm.html", '<input name="a">')
    found = lint(put("web/undone.html", "{{ tokn }}"), PAGES)
    assert [(one.file, one.warning) for one in found] == [
        ("web/undone.html", False),
        ("web/confirm.html", True),
    ]


def test_a_whole_copy_of_ours_has_no_fault(tmp_path: Path) -> None:
    shutil.copytree(shipped("templates"), tmp_path / "templates")
    assert look_over(tmp_path / "templates", "email", PAGES) == []
