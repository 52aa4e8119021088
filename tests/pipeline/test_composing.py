"""The editor's week on a database: drafted once, edited with nothing lost, approved when fit."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.compose.draft import briefs_of
from digest.deliver.provider import Provider
from digest.errors import ConfigError, ConflictError, DocumentError, NotFoundError
from digest.model.article import Entry
from digest.model.issue import Issue, IssueState
from digest.pipeline import composing, preflight
from digest.pipeline.drafting import starts
from digest.pipeline.explaining import explain
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.previewing import preview
from digest.schedule.values import Newsletter
from digest.storage import articles, issues
from subscribers.database import Database
from tests.builders import an_issue
from tests.compose.desk import a_newsletter, a_schedule
from tests.conftest import NOW
from tests.pipeline.editorial import FIVE, SLOT, a_newsroom, a_newsroom_with_news, tell_of


@pytest.fixture
def newsroom(database: Database) -> Newsroom:
    return a_newsroom_with_news(database)


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
    assert [place.verdict for place in explain(newsroom, article).places] == ["taken"]
    composing.approve(newsroom, issue.id, "Awa")
    assert [place.why for place in explain(newsroom, article).places] == [
        "left out: told in n° 1, nothing new since"
    ]


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


def test_editors_hear_of_a_doubtful_date(database: Database, newsroom: Newsroom) -> None:
    issue = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    with database.write() as connection:
        known = articles.article(connection, 1)
        values = {name: getattr(known, name) for name in Entry.__dataclass_fields__}
        doubtful = replace(known.published, doubt="the text speaks of 20 septembre")
        entry = Entry(**values | {"published": doubtful})
        articles.update_article(connection, 1, entry, now=NOW)
    findings = [str(finding) for finding in preflight.check(newsroom, issue)]
    assert [one for one in findings if "the text speaks of 20 septembre" in one]


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


def test_a_rewritten_headline_has_the_language_it_was_rewritten_in(newsroom: Newsroom) -> None:
    english = "Drone strike near Djibo leaves several soldiers wounded"
    told = edited(newsroom, lambda text: text.replace("Djibo coupée", english))
    assert {b.headline: b.headline_language for b in briefs_of(told.content.sections)} == {
        **dict.fromkeys(headlines(told), ""),
        english: "en",
    }


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
    names = [path.name for path in made.files]
    assert names[:4] == [
        f"hebdo-sahel-1.{key}" for key in ("fr.html", "fr.txt", "en.html", "en.txt")
    ]
    assert made.page.name == "hebdo-sahel-1.html"
    for path in (made.page, *made.files):
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


def test_a_proof_needs_someone_to_go_to(newsroom: Newsroom) -> None:
    issue = composing.make_draft(newsroom, "hebdo-sahel", SLOT)
    with pytest.raises(ConfigError, match="has no editors"):
        composing.editors_of(newsroom, issue)
    with_editors = a_newsroom(newsroom.database, editors=("awa@lettre.example",))
    assert composing.editors_of(with_editors, issue) == ("awa@lettre.example",)
