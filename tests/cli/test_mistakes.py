"""A person's mistake ends in one sentence and the exit code of the README, never in a traceback."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from digest.cli import main
from tests.schedule.texts import SMALL

Digest = Callable[..., tuple[int, str]]
TOO_LONG = str(10**22)


@pytest.fixture
def digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Digest:
    """Run the whole command in a small newsroom; give exit code and what stands on stderr."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("DIGEST_")]:
        monkeypatch.delenv(name)
    Path("schedule.yaml").write_text(SMALL)

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["digest", *words])
        with pytest.raises(SystemExit) as ended:
            main.run()
        return int(ended.value.code or 0), capsys.readouterr().err

    return run


@pytest.mark.parametrize(
    "url",
    [
        "garbage",
        "nosuch://host/name",
        "mysql://host/name",
        "sqlite:///schedule.yaml",
        "sqlite:////proc/no/such.db",
    ],
)
def test_a_database_that_can_not_be_opened_is_named_with_its_setting(
    digest: Digest, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DIGEST_DATABASE_URL", url)
    code, said = digest("issue", "list")
    assert code == 8
    assert said.startswith("digest: the database can't be opened: ")
    assert "DIGEST_DATABASE_URL" in said


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("explain", TOO_LONG), 2),
        (("explain", "9"), 4),
        (("issue", "show", TOO_LONG), 4),
        (("issue", "show", f"hebdo-sahel/{TOO_LONG}"), 4),
        (("issue", "list", "hebdo-sahl"), 4),
        (("doubts", "resolve", TOO_LONG, "--sent"), 2),
        (("group", "--since", "0001-01-01"), 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_does_not_exist_is_refused(digest: Digest, words: tuple[str, ...], code: int) -> None:
    assert digest(*words)[0] == code


def test_a_folder_that_can_not_be_made_is_named(digest: Digest) -> None:
    Path("var").write_text("a file of that name")
    assert digest("check") == (1, "digest: var: File exists\n")
