"""`digest issue …`: an editor's week from the command line, with nothing lost."""

import shlex
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import typer
from typer.testing import CliRunner

from digest.cli import issues as commands
from digest.compose.followed import link_name
from digest.errors import ConflictError, DocumentError, NotFoundError
from digest.model.click import Click
from digest.model.issue import IssueState, Section
from digest.pipeline import composing
from digest.pipeline.clicks import Tally
from digest.pipeline.newsroom import Newsroom
from subscribers.database import Database
from tests.builders import a_brief
from tests.conftest import NOW
from tests.pipeline.editorial import SLOT, a_newsroom_with_news
from tests.pipeline.shelves import put


@pytest.fixture
def newsroom(database: Database) -> Newsroom:
    return a_newsroom_with_news(database)


@pytest.fixture
def digest(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Run `digest …` in an empty folder, on the test's newsroom."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("digest.app.open_newsroom", lambda: newsroom)
    app = typer.Typer()
    commands.register(app)

    def run(*words: str) -> Any:
        return CliRunner().invoke(app, words)

    return run


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make $EDITOR a program that runs some Python on the `text` of the file it is given."""

    def program(change: str) -> None:
        script = tmp_path / "editor.py"
        script.write_text(
            "import pathlib, sys\n"
            "path = pathlib.Path(sys.argv[1])\n"
            "text = path.read_text(encoding='utf-8')\n"
            f"{change}\n"
            "path.write_text(text, encoding='utf-8')\n"
        )
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setenv("EDITOR", f"{shlex.quote(sys.executable)} {shlex.quote(str(script))}")

    return program


def kept_edits() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in Path("var/edits").glob("*.yaml")]


def test_an_editor_shapes_an_issue_in_their_own_program(
    newsroom: Newsroom, digest: Callable[..., Any], editor: Callable[[str], None]
) -> None:
    composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    editor("text = text.replace('Djibo coupée', 'Djibo isolée')")
    done = digest("issue", "edit", "hebdo-sahel/1")
    assert done.output == "hebdo-sahel/1 is now version 2\n"
    assert kept_edits() == []
    editor("pass")
    assert "nothing changed, still version 2" in digest("issue", "edit", "1").output


def test_a_conflicting_edit_is_refused_and_kept(
    newsroom: Newsroom, digest: Callable[..., Any], editor: Callable[[str], None]
) -> None:
    composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    editor("text = text.replace('version: 1', 'version: 0') + '# my words'")
    done = digest("issue", "edit", "1")
    assert isinstance(done.exception, ConflictError)
    assert "Your text is kept in var/edits/hebdo-sahel-1-v1-" in done.output
    (kept,) = kept_edits()
    assert kept.endswith("# my words")


def test_a_wrong_edit_is_kept_and_can_be_put_right(
    newsroom: Newsroom, digest: Callable[..., Any], editor: Callable[[str], None]
) -> None:
    composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    editor("text = text.replace('sections:', 'section:')")
    assert isinstance(digest("issue", "edit", "1").exception, DocumentError)
    (path,) = Path("var/edits").glob("*.yaml")
    path.write_text(path.read_text().replace("section:", "sections:").replace("Lac", "Le lac"))
    done = digest("issue", "edit", "1", "--file", str(path))
    assert done.output == "hebdo-sahel/1 is now version 2\n"


def test_an_editor_that_fails_or_is_missing_changes_nothing(
    newsroom: Newsroom,
    digest: Callable[..., Any],
    editor: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    editor("sys.exit(3)")
    assert "ended with 3: nothing changed" in str(digest("issue", "edit", "1").exception)
    editor("path.unlink(); sys.exit()")
    assert "is gone after the edit: nothing changed" in str(digest("issue", "edit", "1").exception)
    monkeypatch.setenv("EDITOR", "'")
    assert 'EDITOR is "\'"' in str(digest("issue", "edit", "1").exception)
    monkeypatch.setenv("EDITOR", "no-such-program")
    assert "there is no program 'no-such-program' to run" in str(
        digest("issue", "edit", "1").exception
    )


def test_the_document_can_be_printed_and_taken_over_from_a_file(
    newsroom: Newsroom, digest: Callable[..., Any], tmp_path: Path
) -> None:
    composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    printed = digest("issue", "edit", "1", "--print").output
    file = tmp_path / "mine.yaml"
    file.write_text(printed.replace("Lac Tchad", "Lac Tchad : reprise"), encoding="utf-8")
    assert "version 2" in digest("issue", "edit", "1", "--file", str(file)).output
    assert "can't be read" in str(digest("issue", "edit", "1", "--file", "nowhere").exception)


def test_the_commands_tell_and_speak_json(newsroom: Newsroom, digest: Callable[..., Any]) -> None:
    import orjson

    composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    assert "Convoi attaqué" in digest("issue", "show", "1").output
    assert "hebdo-sahel/1" in digest("issue", "list").output
    for words in (
        ("show", "1"),
        ("list",),
        ("preview", "1"),
        ("edit", "1", "--print"),
        ("clicks", "1"),
        ("approve", "1"),
        ("cancel", "1"),
    ):
        done = digest("issue", *words, "--json")
        assert done.exit_code == 0, done.exception
        assert orjson.loads(done.output)
    assert "is cancelled" in digest("issue", "cancel", "1").output
    assert isinstance(digest("issue", "list", "autre").exception, NotFoundError)


def test_who_looks_at_an_issue_hears_what_a_machine_wrote(
    newsroom: Newsroom, digest: Callable[..., Any]
) -> None:
    brief = a_brief(story_id=7, machine_written=True)
    section = Section(theme="diplomacy", title="Diplomatie", briefs=(brief, a_brief(story_id=8)))
    put(newsroom.database, IssueState.DRAFT, sections=(section,))
    shown = digest("issue", "show", "1").output
    assert "Summary written by a machine: story 7\n" in shown


def test_clicks_are_told_by_story_and_link(newsroom: Newsroom, digest: Callable[..., Any]) -> None:
    issue = put(newsroom.database, IssueState.SENT)
    for url in ("https://presse.example/bamako", "https://rfi.example/1"):
        Tally(newsroom).count(Click(issue_id=issue.id, link=link_name(url), day=NOW.date()))
    lines = digest("issue", "clicks", "hebdo-sahel/1").output.split("\n")
    assert lines[0].strip() == "hebdo-sahel/1: 2 clicks of readers who agreed"
    words = [line.strip("│").split("│") for line in lines if line.startswith("│")]
    assert [[cell.strip() for cell in row] for row in words] == [
        ["1", "2", "Bamako rappelle son ambassadeur", "La Presse", "1"],
        ["", "", "", "RFI", "1"],
        ["", "", "", "BBC", "0"],
        ["2", "0", "Niger: talks resume", "The Wire", "0"],
    ]


def test_an_issue_is_due_on_the_clock_of_its_newsletters_place(
    newsroom: Newsroom, digest: Callable[..., Any]
) -> None:
    composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    here = SLOT.astimezone(ZoneInfo("Europe/Paris"))
    assert f"at {here:%H:%M} (Europe/Paris)" in digest("issue", "show", "1").output
    assert f"{here:%H:%M}" in digest("issue", "list").output


@pytest.mark.parametrize(("due", "told"), [(timedelta(hours=13), False), (timedelta(0), True)])
def test_who_approves_too_late_hears_how_to_send_it(
    newsroom: Newsroom, digest: Callable[..., Any], due: timedelta, told: bool
) -> None:
    composing.make_draft(newsroom, "hebdo-sahel", NOW + due)
    said = digest("issue", "approve", "1", "--by", "Awa").output
    assert ("`digest send hebdo-sahel/1` sends it now" in said) is told


def test_who_looks_at_an_issue_that_went_out_hears_where_anyone_reads_it(
    newsroom: Newsroom, digest: Callable[..., Any]
) -> None:
    issue = put(newsroom.database, IssueState.SENT)
    page = f"{newsroom.site_url}/archive/hebdo-sahel/1"
    assert page in digest("issue", "show", str(issue.id)).output
    assert f'"page": "{page}"' in digest("issue", "show", str(issue.id), "--json").output
    composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    assert "/archive/" not in digest("issue", "show", "hebdo-sahel/2").output


def test_a_story_that_goes_on_is_marked_in_the_table() -> None:
    assert [commands._news_of(a_brief(lineage=lineage)) for lineage in ("new", "continues")] == [
        a_brief().headline,
        f"{a_brief().headline} (continues)",
    ]
