"""`digest themes …`, as it is typed."""

import json
from pathlib import Path

import pytest

from digest.cli import grouping, themes
from subscribers.database import Database
from tests.cli.commandline import Digest, commandline
from tests.pipeline.editorial import tell_of
from tests.pipeline.test_theming import stored


@pytest.fixture
def digest(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Digest:
    tell_of(database, "Convoi attaqué")
    stored(database)
    return commandline(tmp_path, database, monkeypatch, themes.register, grouping.register)


def test_a_theme_is_taught(digest: Digest) -> None:
    code, said = digest("themes", "teach", "1", "diplomacy", "--no")
    assert (code, said) == (
        0,
        "article 1 is not of theme diplomacy: `digest themes train` learns it\n",
    )
    said = digest("themes", "teach", "1", "diplomacy", "--yes", "--json")[1]
    assert json.loads(said)["belongs"] is True


def test_a_wrong_lesson_says_what_is_wrong(digest: Digest) -> None:
    assert digest("themes", "teach", "1", "diplomacy")[0] == 2
    assert digest("themes", "teach", "1", "diplomatie", "--yes")[0] == 4
    assert digest("themes", "teach", "7000", "diplomacy", "--yes")[0] == 4


def test_a_training_tells_what_it_learned_and_grouping_uses_it(digest: Digest) -> None:
    digest("themes", "teach", "2", "sahel-security", "--yes")
    code, tried = digest("themes", "train", "--dry-run")
    assert code == 0
    assert "was only tried" in tried
    assert digest("themes", "models")[1].startswith("no models yet")
    code, said = digest("themes", "train")
    assert code == 0
    assert "fr: reading 181 articles ..." in said
    assert "Learned from 181 articles in fr, 1 correction." in said
    name = json.loads(digest("themes", "models", "--json")[1])[0]["name"]
    assert f"Model {name} scores from the next grouping on" in said
    assert f"scored with model {name}" in digest("group", "--since", "2020-01-01")[1]
    assert json.loads(digest("group", "--json")[1])["scored_by"] == name


def test_models_are_listed_and_taken_back(digest: Digest) -> None:
    name = json.loads(digest("themes", "train", "--json")[1])["name"]
    listed = digest("themes", "models")[1]
    assert name in listed
    assert "181 fr; 0 corrections" in listed
    assert digest("themes", "use", "definition")[1].startswith("the definitions alone score")
    assert "The definitions alone score." in digest("themes", "models")[1]
    assert digest("themes", "use", name, "--json")[0] == 0
    code, said = digest("themes", "use", "nothing")
    assert code == 4
    assert "`digest themes models` lists them" in said


def test_a_damaged_model_is_listed_as_such(digest: Digest, tmp_path: Path) -> None:
    name = json.loads(digest("themes", "train", "--json")[1])["name"]
    (tmp_path / "var" / "models" / "themes" / f"{name}.json.gz").write_bytes(b"x")
    listed = digest("themes", "models")[1]
    assert "damaged: it can't be read" in listed
    assert "delete it, then `digest themes train`" in listed
    assert "themes are scored by definition" in digest("group")[1]


def test_a_theme_is_shown_with_what_to_decide(digest: Digest) -> None:
    digest("themes", "train")
    digest("group", "--since", "2020-01-01")
    digest("themes", "teach", "2", "sahel-security", "--no")
    said = digest("themes", "show", "sahel-security")[1]
    assert "sahel-security: scored by model" in said
    assert "by definition: " in said
    assert "learned for it: " in said
    assert "your word helps most here" in said
    assert "digest themes teach " in said
    assert "2 is not of it (1.0)" in said
    assert digest("themes", "show", "sahel")[0] == 4
    shown = json.loads(digest("themes", "show", "diplomacy", "--json")[1])
    assert shown["theme"] == "diplomacy"


def test_too_few_articles_are_no_training(
    tmp_path: Path, on_sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_of(on_sqlite, "Convoi attaqué")
    few = commandline(tmp_path, on_sqlite, monkeypatch, themes.register)
    code, said = few("themes", "train")
    assert code == 5
    assert "1 in fr; 150 of a language are needed" in said
