"""A newsroom with issues in every state: what readers had, and what they must not see."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from digest.model.issue import Brief, Issue, IssueContent, IssueState, Mention, Section
from digest.storage import issues
from digest.storage.tables import issues as table
from subscribers.database import Database
from tests.builders import NOON, a_brief

FIRST = datetime.fromisoformat("2006-01-06T05:53:00+00:00")
_WAY = {
    IssueState.DRAFT: (),
    IssueState.APPROVED: (IssueState.APPROVED,),
    IssueState.SENDING: (IssueState.APPROVED, IssueState.SENDING),
    IssueState.SENT: (IssueState.APPROVED, IssueState.SENDING, IssueState.SENT),
    IssueState.CANCELLED: (IssueState.CANCELLED,),
}


def briefs() -> tuple[Brief, ...]:
    """A French lead with other voices, and an English story."""
    also = (
        Mention(source="RFI", title="Chez RFI", url="https://rfi.example/1", language="fr"),
        Mention(source="BBC", title="On BBC", url="https://bbc.example/1", language="en"),
    )
    english = a_brief(
        story_id=2,
        headline="Niger: talks resume",
        summary="Talks resumed on Tuesday.",
        url="https://wire.example/2",
        source="The Wire",
        language="en",
    )
    return a_brief(also=also, follows="L'accord d'avant", news="Il dure."), english


def a_content(title: str, **changes: Any) -> IssueContent:
    section = Section(theme="diplomacy", title="Diplomatie", briefs=briefs())
    content = IssueContent(
        subject=title,
        preheader=f"Aperçu : {title}",
        introduction="Une semaine de pourparlers.\n\nBonne lecture.",
        sections=(section,),
    )
    return replace(content, **changes)


def put(
    database: Database,
    state: IssueState,
    number: int = 1,
    *,
    newsletter: str = "hebdo-sahel",
    segment: str = "",
    **changes: Any,
) -> Issue:
    """Make the newsletter's next issue, due `number` weeks after the first, and bring it there."""
    slot = FIRST + timedelta(weeks=number)
    content = a_content(f"Sujet {number}", **changes)
    with database.write() as connection:
        issue = issues.insert(
            connection, newsletter=newsletter, slot=slot, content=content, now=NOON
        )
        for step in _WAY[state]:
            issue = issues.change(
                connection, issue, state=step, now=NOON + timedelta(minutes=number)
            )
        connection.execute(update(table).where(table.c.id == issue.id).values(segment=segment))
        return issues.issue(connection, issue.id)
