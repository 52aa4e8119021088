"""An issue's rows: fenced changes, kept versions, numbers, editions frozen once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select, update

from digest.errors import ConflictError, NotFoundError
from digest.model.issue import (
    ISSUE_STEPS,
    Issue,
    IssueContent,
    IssueState,
    Mention,
    RenderedEdition,
    Section,
)
from digest.storage import editions, issues
from digest.storage.tables import issues as table
from subscribers.database import Database
from tests.builders import a_brief, an_issue
from tests.conftest import NOW

SLOT = NOW + timedelta(hours=13)
CONTENT = IssueContent(
    subject="Sujet",
    preheader="Aperçu",
    introduction="Un.\n\nDeux.",
    sections=(
        Section(
            theme="diplomacy",
            title="Diplomatie",
            briefs=(
                a_brief(
                    also=(
                        Mention(source="RFI", title="T", url="https://rfi.example", language="fr"),
                    )
                ),
            ),
        ),
    ),
    left_out=(Section(theme="sahel", title="Sahel", briefs=(a_brief(story_id=9),)),),
)


def insert(connection: Connection, *, week: int = 0, newsletter: str = "hebdo-sahel") -> Issue:
    slot = SLOT + timedelta(weeks=week)
    return issues.insert(connection, newsletter=newsletter, slot=slot, content=CONTENT, now=NOW)


def test_an_issue_comes_back_as_it_was_kept(database: Database) -> None:
    with database.write() as connection:
        made = insert(connection)
    with database.read() as connection:
        assert issues.issue(connection, made.id) == made
    assert made.content == CONTENT
    assert (made.number, made.version, made.state) == (1, 1, IssueState.DRAFT)


def test_an_issue_from_before_stories_had_a_lineage_can_be_read(database: Database) -> None:
    with database.write() as connection:
        made = insert(connection)
        content = connection.scalars(select(table.c.content).where(table.c.id == made.id)).one()
        for section in (*content["sections"], *content["left_out"]):
            for brief in section["briefs"]:
                del brief["lineage"], brief["news"], brief["news_language"]
        connection.execute(update(table).where(table.c.id == made.id).values(content=content))
        assert issues.issue(connection, made.id) == made


def test_an_issue_from_before_summaries_had_marks_still_loads(database: Database) -> None:
    marks = ("machine_written", "summary_source", "lead_id")
    with database.write() as connection:
        issue = insert(connection)
        kept = connection.execute(select(table.c.content)).scalar_one()
        for section in kept["sections"]:
            for brief in section["briefs"]:
                for mark in marks:
                    del brief[mark]
        connection.execute(update(table).values(content=kept))
        assert issues.issue(connection, issue.id) == issue


def test_a_due_moment_has_one_issue_however_often_it_is_made(database: Database) -> None:
    with database.write() as connection:
        assert insert(connection) == insert(connection)
        assert len(issues.issues(connection)) == 1


def test_numbers_count_within_each_newsletter(database: Database) -> None:
    with database.write() as connection:
        insert(connection)
        assert insert(connection, week=1).number == 2
        assert insert(connection, newsletter="lettre").number == 1
        assert issues.numbered(connection, "hebdo-sahel", 2).slot == SLOT + timedelta(weeks=1)
        assert [one.number for one in issues.issues(connection, "hebdo-sahel")] == [2, 1]


def test_an_unknown_issue_is_refused_with_the_known_ones(database: Database) -> None:
    with database.write() as connection:
        with pytest.raises(NotFoundError, match="none was made yet"):
            issues.issue(connection, 7)
        made = insert(connection)
        with pytest.raises(
            NotFoundError, match=rf"no issue 7: there are {made.id} \(hebdo-sahel/1\)"
        ):
            issues.issue(connection, 7)
        with pytest.raises(NotFoundError, match="no issue hebdo-sahel/9"):
            issues.numbered(connection, "hebdo-sahel", 9)


def test_a_change_keeps_the_former_content(database: Database) -> None:
    other = replace(CONTENT, subject="Autre")
    with database.write() as connection:
        changed = issues.change(connection, insert(connection), content=other, now=NOW)
        assert (changed.version, changed.content.subject) == (2, "Autre")
        kept = issues.versions(connection, changed.id)
    assert [(one.version, one.content) for one in kept] == [(1, CONTENT)]


def test_a_change_of_what_was_read_too_long_ago_is_refused(database: Database) -> None:
    with database.write() as connection:
        read = insert(connection)
        issues.change(connection, read, state=IssueState.APPROVED, approved_by="Awa", now=NOW)
        with pytest.raises(ConflictError, match="version 1 was read, it is now version 2"):
            issues.change(connection, read, content=CONTENT, now=NOW)
        assert issues.issue(connection, read.id).state is IssueState.APPROVED
        assert [one.version for one in issues.versions(connection, read.id)] == [1]


def test_an_edit_takes_an_approved_issue_back_to_draft(database: Database) -> None:
    with database.write() as connection:
        approved = issues.change(
            connection, insert(connection), state=IssueState.APPROVED, approved_by="Awa", now=NOW
        )
        assert approved.approved_by == "Awa"
        edited = issues.change(connection, approved, content=CONTENT, now=NOW)
    assert (edited.state, edited.approved_by) == (IssueState.DRAFT, "")


@pytest.mark.parametrize("state", IssueState)
@pytest.mark.parametrize("after", IssueState)
def test_only_the_steps_of_the_model_are_taken(
    database: Database, state: IssueState, after: IssueState
) -> None:
    with database.write() as connection:
        issue = _in_state(connection, state)
        if after is state or after in ISSUE_STEPS[state]:
            assert issues.change(connection, issue, state=after, now=NOW).state is after
        else:
            with pytest.raises(ConflictError, match=f"is {state}: it can't become {after}") as told:
                issues.change(connection, issue, state=after, now=NOW)
            final = not ISSUE_STEPS[state]
            assert str(told.value).endswith(", that is final") is final


def _in_state(connection: Connection, state: IssueState) -> Issue:
    ways = {
        IssueState.DRAFT: (),
        IssueState.APPROVED: (IssueState.APPROVED,),
        IssueState.SENDING: (IssueState.APPROVED, IssueState.SENDING),
        IssueState.SENT: (IssueState.APPROVED, IssueState.SENDING, IssueState.SENT),
        IssueState.CANCELLED: (IssueState.CANCELLED,),
    }
    issue = insert(connection)
    for step in ways[state]:
        issue = issues.change(connection, issue, state=step, now=NOW)
    return issue


@pytest.mark.parametrize("state", [IssueState.SENDING, IssueState.SENT, IssueState.CANCELLED])
def test_what_is_being_sent_can_not_be_edited(database: Database, state: IssueState) -> None:
    with database.write() as connection:
        issue = _in_state(connection, state)
        with pytest.raises(ConflictError, match="its content can't change"):
            issues.change(connection, issue, content=CONTENT, now=NOW)


def test_a_sent_issue_says_when(database: Database) -> None:
    with database.write() as connection:
        assert _in_state(connection, IssueState.SENT).sent_at == NOW


def test_what_was_told_before_is_what_readers_had_or_will_have(database: Database) -> None:
    with database.write() as connection:
        first, second = insert(connection), insert(connection, week=1)
        insert(connection, week=2)  # stays a draft
        for issue in (first, second):
            issues.change(connection, issue, state=IssueState.APPROVED, now=NOW)
        told = issues.told_before(connection, "hebdo-sahel", SLOT + timedelta(weeks=3))
        assert [one.number for one in told] == [2, 1]
        assert [
            one.number for one in issues.told_before(connection, "hebdo-sahel", second.slot)
        ] == [1]


def test_editions_are_frozen_once(database: Database) -> None:
    def rendered(html: str) -> RenderedEdition:
        return RenderedEdition(key="fr", language="fr", subject="S", html=html, text="t")

    with database.write() as connection:
        issue = insert(connection)
        assert editions.of_issue(connection, issue.id) == []
        assert editions.freeze(connection, issue.id, ()) == []
        first = editions.freeze(connection, issue.id, (rendered("<p>un"),))
        again = editions.freeze(connection, issue.id, (rendered("<p>deux"),))
    assert first == again
    assert first[0].html == "<p>un"


def test_the_name_of_an_issue_is_what_a_person_says() -> None:
    assert issues.named(an_issue(number=12)) == "hebdo-sahel/12"
