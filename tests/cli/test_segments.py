"""`digest segments …`, as it is typed."""

import json
from pathlib import Path

import pytest

from digest.cli import segments, subscribers
from subscribers.database import Database
from tests.cli.commandline import Digest, commandline

RULE = "language = fr and theme = diplomacy and joined >= 2026-01-01"


@pytest.fixture
def digest(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Digest:
    register = (segments.register, subscribers.register)
    return commandline(tmp_path, database, monkeypatch, *register)


def test_a_segment_is_made_shown_changed_and_removed(digest: Digest) -> None:
    assert "no segments yet" in digest("segments", "list")[1]
    digest("subscribers", "add", "awa@example.org", "--consent", "fair")
    made = digest("segments", "create", "mali-fr", RULE)[1]
    assert "they get theme diplomacy" in made
    assert "hebdo: 1 of 1 reader\n" in made
    assert "mali-fr" in digest("segments", "list")[1]
    assert "hebdo: 0 of 1 reader\n" in digest("segments", "edit", "mali-fr", "language = en")[1]
    assert "the language is en" in digest("segments", "explain", "mali-fr")[1]
    assert "mali-fr: language = en" in digest("segments", "show", "mali-fr")[1]
    assert "it was: language = en" in digest("segments", "remove", "mali-fr")[1]
    assert digest("segments", "show", "mali-fr")[0] == 4


def test_a_rule_is_counted_before_it_is_saved(digest: Digest) -> None:
    assert "no list is in use" in digest("segments", "size", RULE)[1]
    digest("subscribers", "add", "awa@example.org", "--consent", "fair")
    assert "hebdo: 1 of 1 reader\n" in digest("segments", "size", RULE)[1]
    [size] = json.loads(digest("segments", "size", RULE, "--json")[1])
    assert size == {"list": "hebdo", "mailed": 1, "matching": 1}
    assert json.loads(digest("segments", "explain", RULE, "--json")[1])["words"][0].startswith(
        "all"
    )


def test_a_mistake_in_a_rule_is_told_with_its_column(digest: Digest) -> None:
    code, output = digest("segments", "create", "x", "langage = fr")
    assert code == 1
    assert "column 1: unknown field 'langage' (did you mean 'language'?)" in output
