"""Which issues are there, what do they say, and may they change? Nothing is replaced for good."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Insert, RowMapping, func, select, update
from sqlalchemy import insert as insert_into
from sqlalchemy.sql.dml import ReturningInsert

from digest.errors import ConflictError, NotFoundError
from digest.model.issue import ISSUE_STEPS, Issue, IssueContent, IssueState
from digest.storage.tables import issue_versions
from digest.storage.tables import issues as table
from subscribers.database import alone

_CONTENT: TypeAdapter[IssueContent] = TypeAdapter(IssueContent)
_TELLS = (IssueState.APPROVED, IssueState.SENDING, IssueState.SENT)
_EDITABLE = (IssueState.DRAFT, IssueState.APPROVED)


@dataclass(frozen=True, kw_only=True)
class Version:
    """A former content of an issue."""

    version: int
    content: IssueContent
    replaced_at: datetime


def issue(connection: Connection, issue_id: int) -> Issue:
    """Give an issue.

    Raises:
        NotFoundError: there is none; names those that there are.
    """
    row = connection.execute(select(table).where(table.c.id == issue_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"no issue {issue_id}: {_known(connection)}")
    return _issue(row)


def locked(connection: Connection, issue_id: int) -> Issue:
    """Give an issue that nobody else changes before this transaction ends.

    Raises:
        NotFoundError: there is none.
    """
    connection.execute(select(table.c.id).where(table.c.id == issue_id).with_for_update())
    return issue(connection, issue_id)


def issues(connection: Connection, newsletter: str | None = None) -> list[Issue]:
    """Give all issues, or those of one newsletter, the latest due first."""
    question = select(table).order_by(table.c.slot.desc(), table.c.id.desc())
    if newsletter is not None:
        question = question.where(table.c.newsletter == newsletter)
    return [_issue(row) for row in connection.execute(question).mappings()]


def unsent_of_segment(connection: Connection, segment: str) -> list[Issue]:
    """Give the issues that still are to go to a segment, the latest due first."""
    return [one for one in issues(connection) if one.segment == segment and one.state in _EDITABLE]


def find(connection: Connection, newsletter: str, slot: datetime) -> Issue | None:
    """Give the issue due at that moment, if it was made."""
    question = select(table).where(table.c.newsletter == newsletter, table.c.slot == slot)
    row = connection.execute(question).mappings().one_or_none()
    return None if row is None else _issue(row)


def numbered(connection: Connection, newsletter: str, number: int) -> Issue:
    """Give an issue by what readers call it.

    Raises:
        NotFoundError: there is none; names those that there are.
    """
    question = select(table).where(table.c.newsletter == newsletter, table.c.number == number)
    row = connection.execute(question).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"no issue {newsletter}/{number}: {_known(connection)}")
    return _issue(row)


def told_before(connection: Connection, newsletter: str, slot: datetime) -> list[Issue]:
    """Give the newsletter's issues that readers had, or will have, before `slot`; latest first."""
    earlier = issues(connection, newsletter)
    return [one for one in earlier if one.slot < slot and one.state in _TELLS]


def told_since(connection: Connection, since: datetime) -> list[Issue]:
    """Give the issues of all newsletters, due since then, that readers had or will have."""
    told = select(table).where(table.c.slot >= since, table.c.state.in_(_TELLS))
    return [_issue(row) for row in connection.execute(told.order_by(table.c.id)).mappings()]


def insert(
    connection: Connection,
    *,
    newsletter: str,
    slot: datetime,
    content: IssueContent,
    now: datetime,
    segment: str = "",
) -> Issue:
    """Keep a new draft under the newsletter's next number, or give the one made for `slot`."""
    alone(connection, f"make an issue of {newsletter}")
    existing = find(connection, newsletter, slot)
    if existing is not None:
        return existing
    made = connection.execute(_insertion(newsletter, slot, content, segment, now))
    return issue(connection, made.scalar_one())


def change(
    connection: Connection,
    issue: Issue,
    *,
    state: IssueState | None = None,
    content: IssueContent | None = None,
    segment: str | None = None,
    approved_by: str | None = None,
    now: datetime,
) -> Issue:
    """Change an issue that nobody else changed since it was read; its former content is kept.

    New content takes an approved issue back to draft, unless `state` says otherwise.

    Raises:
        ConflictError: it changed since it was read, or its state forbids the step.
    """
    after = _state_after(issue, state, content)
    values = {
        "state": after.value,
        "version": issue.version + 1,
        "changed_at": now,
        "approved_by": _approver(issue, after, approved_by),
        "sent_at": now if after is IssueState.SENT else issue.sent_at,
    }
    if segment is not None:
        values["segment"] = segment
    if content is not None:
        values["content"] = _CONTENT.dump_python(content, mode="json")
    fenced = update(table).where(table.c.id == issue.id, table.c.version == issue.version)
    if connection.execute(fenced.values(values)).rowcount != 1:
        raise ConflictError(_moved(connection, issue))
    connection.execute(_keeping(issue, now))
    return _reread(connection, issue.id)


def versions(connection: Connection, issue_id: int) -> list[Version]:
    """Give every former content of an issue, oldest first."""
    question = (
        select(issue_versions)
        .where(issue_versions.c.issue_id == issue_id)
        .order_by(issue_versions.c.version)
    )
    return [
        Version(
            version=row.version,
            content=_CONTENT.validate_python(row.content),
            replaced_at=row.replaced_at,
        )
        for row in connection.execute(question)
    ]


def drafted(connection: Connection, issue: Issue) -> IssueContent:
    """Give the content that an issue was made with."""
    question = select(issue_versions.c.content).where(issue_versions.c.issue_id == issue.id)
    first = connection.scalars(question.order_by(issue_versions.c.version).limit(1)).first()
    return issue.content if first is None else _CONTENT.validate_python(first)


def named(issue: Issue) -> str:
    """Give the name a person uses: `hebdo-sahel/12`."""
    return f"{issue.newsletter}/{issue.number}"


def _state_after(
    issue: Issue, state: IssueState | None, content: IssueContent | None
) -> IssueState:
    if content is not None and issue.state not in _EDITABLE:
        raise ConflictError(f"issue {named(issue)} is {issue.state}: its content can't change")
    if state is not None and state is not issue.state:
        return _step(issue, state)
    back = content is not None and state is None and issue.state is IssueState.APPROVED
    return IssueState.DRAFT if back else issue.state


def _step(issue: Issue, state: IssueState) -> IssueState:
    if state not in ISSUE_STEPS[issue.state]:
        allowed = " or ".join(sorted(ISSUE_STEPS[issue.state]))
        only = f" (only {allowed})" if allowed else ", that is final"
        raise ConflictError(f"issue {named(issue)} is {issue.state}: it can't become {state}{only}")
    return state


def _approver(issue: Issue, after: IssueState, approved_by: str | None) -> str:
    if after is IssueState.DRAFT:
        return ""
    return issue.approved_by if approved_by is None else approved_by


def _moved(connection: Connection, issue: Issue) -> str:
    current = _reread(connection, issue.id)
    return (
        f"issue {named(issue)} changed meanwhile: version {issue.version} was read, it is now"
        f" version {current.version} ({current.state}, changed {current.changed_at:%Y-%m-%d %H:%M}"
        " UTC): read it again and repeat the change"
    )


def _keeping(issue: Issue, now: datetime) -> Insert:
    return insert_into(issue_versions).values(
        issue_id=issue.id,
        version=issue.version,
        content=_CONTENT.dump_python(issue.content, mode="json"),
        replaced_at=now,
    )


def _insertion(
    newsletter: str, slot: datetime, content: IssueContent, segment: str, now: datetime
) -> ReturningInsert[int]:
    number = select(func.coalesce(func.max(table.c.number), 0) + 1).where(
        table.c.newsletter == newsletter
    )
    row = insert_into(table).values(
        newsletter=newsletter,
        number=number.scalar_subquery(),
        slot=slot,
        state=IssueState.DRAFT.value,
        version=1,
        content=_CONTENT.dump_python(content, mode="json"),
        segment=segment,
        created_at=now,
        changed_at=now,
        approved_by="",
    )
    return row.returning(table.c.id)


def _reread(connection: Connection, issue_id: int) -> Issue:
    return issue(connection, issue_id)


def _issue(row: RowMapping) -> Issue:
    values: dict[str, Any] = dict(row)
    content = _CONTENT.validate_python(values.pop("content"))
    return Issue(**values | {"content": content, "state": IssueState(values["state"])})


def _known(connection: Connection) -> str:
    question = select(table.c.id, table.c.newsletter, table.c.number).order_by(table.c.id.desc())
    rows = connection.execute(question.limit(10)).all()
    return _listed(f"{row.id} ({row.newsletter}/{row.number})" for row in rows)


def _listed(names: Iterable[str]) -> str:
    known = ", ".join(names)
    return f"there are {known}" if known else "none was made yet; `digest draft` makes one"
