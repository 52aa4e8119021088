"""`digest themes …`, as it is typed."""

import json
from pathlib import Path

import pytest

from digest.cli import themes
from subscribers.database import Database
from tests.cli.commandline import Digest, commandline
from tests.pipeline.editorial import tell_of


@pytest.fixture
def digest(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Digest:
    tell_of(database, "Convoi attaqué")
    return commandline(tmp_path, database, monkeypatch, themes.register)


def test_a_theme_is_taught(digest: Digest) -> None:
    code, said = digest("themes", "teach", "1", "diplomacy", "--no")
    assert (code, said) == (
        0,
        "article 1 is not of theme diplomacy, from the next grouping on\n",
    )
    said = digest("themes", "teach", "1", "diplomacy", "--yes", "--json")[1]
    assert json.loads(said)["belongs"] is True


def test_a_wrong_lesson_says_what_is_wrong(digest: Digest) -> None:
    assert digest("themes", "teach", "1", "diplomacy")[0] == 2
    assert digest("themes", "teach", "1", "diplomatie", "--yes")[0] == 4
    assert digest("themes", "teach", "7", "diplomacy", "--yes")[0] == 4
