"""The editor's week on a database: drafted once, edited with nothing lost, approved when fit."""

import shlex
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import typer
from typer.testing import CliRunner

from digest.cli import issues as commands
from digest.deliver.provider import Provider
from digest.errors import ConfigError, ConflictError, DocumentError, NotFoundError
from digest.model.issue import Issue, IssueState
from digest.model.story import Reason, Story, ThemeScore
from digest.pipeline import composing
from digest.pipeline.drafting import starts
from digest.pipeline.explaining import explain
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.previewing import preview
from digest.schedule.values import Newsletter
from digest.storage import articles, issues, stories
from subscribers.database import Database
from tests.builders import an_entry, an_issue, published
from tests.compose.desk import TEMPLATES, a_newsletter, a_schedule
from tests.conftest import NOW

SLOT = NOW + timedelta(hours=13)


class Folder:
    """A provider that mails nobody."""

    name = "outbox"

    def close(self) -> None:
        """Nothing is open."""


def a_newsroom(database: Database, **newsletter: Any) -> Newsroom:
    def provider() -> Provider:
        folder: Any = Folder()
        return folder  # type: ignore[no-any-return]  # composing asks for its name only

    return Newsroom(
        schedule=a_schedule(newsletters={"hebdo-sahel": a_newsletter(**newsletter)}),
        root=Path.cwd(),
        database=database,
        clock=lambda: NOW,
        secret_key=b"k" * 16,
        site_url="http://localhost:8000",
        templates=TEMPLATES,
        provider=provider,
    )


def tell_of(database: Database, *titles: str, theme: str = "sahel-security") -> list[int]:
    """Store a story of one article for each title; give their ids."""
    with database.write() as connection:
        ids = []
        for place, title in enumerate(titles):
            at = NOW - timedelta(hours=1 + place)
            entry = an_entry(key=title, title=title, published=published(at))
            ids.append(articles.add_article(connection, entry, now=NOW))
            _group(connection, ids[-1:], at, theme)
    return ids


def _group(connection: Any, ids: list[int], at: datetime, theme: str) -> None:
    story = Story(
        id=ids[0], lead_id=ids[0], article_ids=tuple(ids), voices=len(ids), happened_at=at
    )
    stories.replace_stories(connection, [story], dict.fromkeys(ids, 1.0), now=NOW)
    scores = [
        ThemeScore(
            article_id=id_,
            theme=theme,
            score=5.0,
            belongs=True,
            reasons=(Reason(term="mot", weight=1.0),),
        )
        for id_ in ids
    ]
    stories.replace_scores(connection, ids, scores)


FIVE = ("Convoi attaqué", "Djibo coupée", "Urgence prolongée", "Lac Tchad", "Ménaka isolée")


@pytest.fixture
def newsroom(database: Database) -> Newsroom:
    tell_of(database, *FIVE)
    return a_newsroom(database)


def headlines(issue: Issue) -> list[str]:
    return [brief.headline for section in issue.content.sections for brief in section.briefs]


def test_a_draft_is_made_once_for_a_due_moment(newsroom: Newsroom) -> None:
    issue = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    tell_of(newsroom.database, "Nouvelle de la nuit")
    assert composing.make_draft(newsroom, "hebdo-sahel", SLOT) == issue
    assert sorted(headlines(issue)) == sorted(FIVE)
    assert (issue.number, issue.state, issue.slot) == (1, IssueState.DRAFT, SLOT)


def test_an_unknown_newsletter_is_refused_with_the_nearest(newsroom: Newsroom) -> None:
    with pytest.raises(ConfigError, match=r"'hebdo' \(did you mean 'hebdo-sahel'\?\)"):
        composing.make_draft(newsroom, "hebdo", SLOT)


def test_the_next_issue_tells_only_what_is_new(newsroom: Newsroom) -> None:
    first = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    composing.approve(newsroom, first.id, "Awa")
    tell_of(newsroom.database, "Sommet annoncé", theme="diplomacy")
    second = composing.make_draft(newsroom, "hebdo-sahel", SLOT + timedelta(weeks=1))
    assert headlines(second) == ["Sommet annoncé"]
    assert second.number == 2


def test_an_explanation_says_what_readers_had_before(newsroom: Newsroom) -> None:
    issue = composing.make_draft(newsroom, "hebdo-sahel", NOW - timedelta(hours=1))
    article = issue.content.sections[0].briefs[0].article_ids[0]
    assert [place.told for place in explain(newsroom, article).places] == [False]
    composing.approve(newsroom, issue.id, "Awa")
    assert [place.told for place in explain(newsroom, article).places] == [True]


def test_what_was_only_drafted_is_told_in_the_next_issue(newsroom: Newsroom) -> None:
    composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    second = composing.make_draft(newsroom, "hebdo-sahel", SLOT + timedelta(weeks=1))
    assert sorted(headlines(second)) == sorted(FIVE)


def test_approval_names_who_and_is_safe_to_repeat(newsroom: Newsroom) -> None:
    issue = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    approved = composing.approve(newsroom, issue.id, "Awa")
    assert (approved.state, approved.approved_by) == (IssueState.APPROVED, "Awa")
    assert composing.approve(newsroom, issue.id, "Ben") == approved


def test_an_issue_with_errors_can_not_be_approved(database: Database) -> None:
    newsroom = a_newsroom(database)
    issue = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    with pytest.raises(ConflictError) as refused:
        composing.approve(newsroom, issue.id, "Awa")
    assert "error: sections: no story is left: take some in" in str(refused.value)


def test_real_mail_from_a_site_without_https_can_not_be_approved(newsroom: Newsroom) -> None:
    def refuse() -> Provider:
        raise ConfigError("no key")

    issue = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    with pytest.raises(ConflictError, match=r"site\.url: 'http://localhost:8000' is not https"):
        composing.approve(replace(newsroom, provider=refuse), issue.id, "Awa")


@pytest.mark.parametrize(
    ("titles", "state"), [(FIVE, IssueState.APPROVED), (FIVE[:2], IssueState.DRAFT)]
)
def test_an_automatic_newsletter_approves_all_but_thin_weeks(
    database: Database, titles: tuple[str, ...], state: IssueState
) -> None:
    tell_of(database, *titles)
    newsroom = a_newsroom(database, approval="automatic")
    issue = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    assert issue.state is state


def test_a_cancelled_issue_stays_cancelled(newsroom: Newsroom) -> None:
    issue = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    cancelled = composing.cancel(newsroom, issue.id)
    assert composing.cancel(newsroom, issue.id) == cancelled
    with pytest.raises(ConflictError, match="is cancelled: it can't become approved"):
        composing.approve(newsroom, issue.id, "Awa")
    with pytest.raises(ConflictError, match="it can't be edited"):
        composing.editable(newsroom, cancelled)


def edited(newsroom: Newsroom, change: Callable[[str], str]) -> Issue:
    issue = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    text = change(composing.editable(newsroom, issue))
    return composing.edit(newsroom, issue.id, text, file="e.yaml")


def test_an_unchanged_document_makes_no_new_version(newsroom: Newsroom) -> None:
    assert edited(newsroom, str).version == 1
    assert edited(newsroom, lambda text: text.replace("\n\n", "\n\n\n")).version == 1


def test_an_edit_of_an_approved_issue_needs_approval_again(newsroom: Newsroom) -> None:
    issue = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    composing.approve(newsroom, issue.id, "Awa")
    after = edited(newsroom, lambda text: text.replace("Djibo", "DJIBO"))
    assert (after.state, after.approved_by, after.version) == (IssueState.DRAFT, "", 3)
    assert "DJIBO coupée" in headlines(after)


def test_an_edit_of_an_older_version_is_refused(newsroom: Newsroom) -> None:
    issue = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    text = composing.editable(newsroom, issue)
    first = text.replace("Djibo coupée", "Djibo isolée")
    composing.edit(newsroom, issue.id, first, file="e.yaml")
    with pytest.raises(ConflictError, match="made from version 1, it is now version 2"):
        composing.edit(newsroom, issue.id, text.replace("Lac", "LAC"), file="e.yaml")
    with newsroom.database.read() as connection:
        assert "Djibo isolée" in headlines(issues.issue(connection, issue.id))


def test_a_wrong_document_changes_nothing(newsroom: Newsroom) -> None:
    with pytest.raises(DocumentError, match=r"e\.yaml:\d+: unknown theme 'x'"):
        edited(newsroom, lambda text: text.replace("theme: sahel-security", "theme: x"))
    assert edited(newsroom, str).version == 1


def test_an_issue_can_be_edited_when_its_theme_is_gone_from_the_schedule(
    newsroom: Newsroom,
) -> None:
    composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    left = {"diplomacy": newsroom.schedule.themes["diplomacy"]}
    plan = a_newsletter(sections=("diplomacy",))
    schedule = a_schedule(themes=left, newsletters={"hebdo-sahel": plan})
    after = replace(newsroom, schedule=schedule)
    assert "Djibo isolée" in headlines(edited(after, lambda text: text.replace("coupée", "isolée")))


@pytest.mark.parametrize("name", ["1", "hebdo-sahel/1", " 1 "])
def test_an_issue_is_found_by_its_id_or_number(newsroom: Newsroom, name: str) -> None:
    issue = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    assert composing.the_issue(newsroom, name) == issue


@pytest.mark.parametrize("name", ["2", "hebdo-sahel/2", "hebdo-sahel", "", "x/y", "-1"])
def test_an_unknown_issue_is_refused(newsroom: Newsroom, name: str) -> None:
    composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    with pytest.raises(NotFoundError, match="issue"):
        composing.the_issue(newsroom, name)


def test_a_preview_is_what_a_reader_would_see(newsroom: Newsroom, tmp_path: Path) -> None:
    issue = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    made = preview(newsroom, issue, tmp_path / "preview")
    assert [path.name for path in made.files] == ["hebdo-sahel-1.fr.html", "hebdo-sahel-1.fr.txt"]
    for path in made.files:
        text = path.read_text(encoding="utf-8")
        assert "%%" not in text
        assert "awa.diallo@example.org" in text
    assert made.findings == ()


def test_an_issue_made_late_loses_nothing_that_appeared_in_between() -> None:
    plan: Newsletter = a_newsletter(window="7 days")
    week, day = timedelta(weeks=1), timedelta(days=1)

    def since(made: datetime) -> datetime:
        return starts(plan, an_issue(created_at=made), NOW)

    assert starts(plan, None, NOW) == NOW - week
    assert since(NOW - week - day) == NOW - week - day
    assert since(NOW - day) == NOW - week
    assert since(NOW - 9 * week) == NOW - 2 * week


# --- from the command line ---------------------------------------------------------------


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
        ("approve", "1"),
        ("cancel", "1"),
    ):
        done = digest("issue", *words, "--json")
        assert done.exit_code == 0, done.exception
        assert orjson.loads(done.output)
    assert "is cancelled" in digest("issue", "cancel", "1").output
    assert isinstance(digest("issue", "list", "autre").exception, NotFoundError)


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


def test_a_proof_needs_someone_to_go_to(newsroom: Newsroom, digest: Callable[..., Any]) -> None:
    issue = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    with pytest.raises(ConfigError, match="has no editors"):
        composing.editors_of(newsroom, issue)
    with_editors = a_newsroom(newsroom.database, editors=("awa@lettre.example",))
    assert composing.editors_of(with_editors, issue) == ("awa@lettre.example",)
