"""`digest stories …`, as it is typed."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from digest.cli import stories as commands
from digest.cli.failures import explain
from digest.pipeline.grouping import group
from subscribers.database import Database
from tests.cli.commandline import Digest
from tests.conftest import NOW
from tests.group.newsdesk import convoy, summit
from tests.pipeline.test_grouping import DAY, newsroom, store


@pytest.fixture
def digest(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Digest:
    """Run commands where articles 1 to 3 are one story, and 4 is another of no theme."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    store(database, convoy(1), convoy(2), convoy(3), summit(4), at=NOW - DAY)
    here = newsroom(database)
    group(here)
    monkeypatch.setattr("digest.app.open_newsroom", lambda: here)
    app = typer.Typer()
    commands.register(app)

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["stories", *words])
        if result.exception is None or isinstance(result.exception, SystemExit):
            return result.exit_code, result.output
        explained = explain(result.exception)
        assert explained is not None, result.exception
        return explained[1], result.output + explained[0]

    return run


def test_the_stories_of_a_newsletter_or_a_theme_are_listed(digest: Digest) -> None:
    for words in ((), ("hebdo",), ("--theme", "security")):
        said = digest("list", *words)[1]
        assert "Kita" in said
        assert "Genève" not in said  # of no theme
    assert "no stories" in digest("list", "--theme", "diplomacy")[1]
    assert "'hebd' (did you mean 'hebdo'?)" in digest("list", "hebd")[1]
    assert "unknown theme 'x'" in digest("list", "--theme", "x")[1]
    (one,) = json.loads(digest("list", "--json")[1])
    told = {name: one[name] for name in ("id", "articles", "voices", "themes", "pinned", "ruled")}
    assert told == {
        "id": 1,
        "articles": 3,
        "voices": 3,
        "themes": ["security"],
        "pinned": False,
        "ruled": False,
    }


def test_a_story_is_split_merged_led_and_shown(digest: Digest) -> None:
    code, said = digest("split", "3", "--by", "Awa")
    assert code == 0
    assert "story 3 has 1 article, led by 3: 3\nstory 1 has 2 articles" in said
    assert "nothing changed" in digest("split", "3")[1]
    said = digest("merge", "4", "3", "1", "--by", "Ben")[1]
    assert "story 1 has 4 articles" in said
    assert "this overrules: apart (2 pairs), by Awa on 2026-11-26" in said
    assert "led by 2" in digest("lead", "2", "--by", "Ben")[1]
    said = digest("show", "4")[1]
    assert "Story 1: 4 independent, 4 in all" in said
    assert "ruled: together (6 pairs), by Ben on 2026-11-26" in said
    assert "ruled: lead, by Ben on 2026-11-26" in said


def test_a_story_is_pinned_and_unpinned(digest: Digest) -> None:
    assert digest("pin", "2") == (0, "story 1 is pinned\n")
    assert digest("pin", "1")[1] == "story 1 was pinned already\n"
    assert "pinned" in digest("list")[1]
    assert digest("unpin", "3")[1] == "story 1 is no longer pinned\n"
    assert digest("unpin", "3")[1] == "story 1 was not pinned\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("split", "1", "2", "3"), 5),
        (("merge", "1", "1"), 5),
        (("merge", "77", "1"), 4),
        (("lead", "77"), 4),
        (("show", "77"), 4),
    ],
)
def test_what_can_not_be_done_ends_with_its_code(
    digest: Digest, words: tuple[str, ...], code: int
) -> None:
    assert digest(*words)[0] == code


@pytest.mark.parametrize("words", [("split", "3"), ("merge", "1", "4"), ("lead", "2")])
def test_every_ruling_speaks_json(digest: Digest, words: tuple[str, ...]) -> None:
    done = json.loads(digest(*words, "--json")[1])
    assert (done["changed"], done["overruled"]) == (True, [])
    assert done["stories"]
    shown = json.loads(digest("show", "2", "--json")[1])
    assert shown["rulings"]
    assert json.loads(digest("pin", "1", "--json")[1])["changed"]
    assert json.loads(digest("unpin", "1", "--json")[1])["changed"]
