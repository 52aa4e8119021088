"""Which issues may anyone read? Those that went out to a whole list, the latest due first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select

from digest.model.issue import Issue, IssueState
from digest.storage import issues
from digest.storage.tables import issues as table

WENT_OUT = (IssueState.SENDING, IssueState.SENT)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a public issue stands, and since when it says what it says."""

    newsletter: str
    number: int
    changed_at: datetime


def count(connection: Connection, newsletter: str) -> int:
    """Count a newsletter's public issues."""
    question = select(func.count()).select_from(table).where(_public([newsletter]))
    return connection.execute(question).scalar_one()


def latest(connection: Connection, newsletter: str, most: int, *, skip: int = 0) -> list[Issue]:
    """Give a newsletter's public issues, the latest due first."""
    question = select(table.c.id).where(_public([newsletter])).order_by(table.c.slot.desc())
    ids = connection.execute(question.limit(most).offset(skip)).scalars()
    return [issues.issue(connection, id_) for id_ in ids.all()]


def published(connection: Connection, newsletter: str, number: int) -> Issue | None:
    """Give a public issue by its number; nothing when it is not public or not there."""
    question = select(table.c.id).where(_public([newsletter]), table.c.number == number)
    id_ = connection.execute(question).scalar_one_or_none()
    return None if id_ is None else issues.issue(connection, id_)


def number_before(connection: Connection, issue: Issue) -> int | None:
    """Give the number of the public issue that was due before this one."""
    earlier = select(table.c.number).where(_public([issue.newsletter]), table.c.slot < issue.slot)
    return connection.execute(earlier.order_by(table.c.slot.desc()).limit(1)).scalar_one_or_none()


def number_after(connection: Connection, issue: Issue) -> int | None:
    """Give the number of the public issue that was due after this one."""
    later = select(table.c.number).where(_public([issue.newsletter]), table.c.slot > issue.slot)
    return connection.execute(later.order_by(table.c.slot).limit(1)).scalar_one_or_none()


def places(connection: Connection, newsletters: Collection[str], most: int) -> list[Place]:
    """Give where the public issues of these newsletters stand, the latest due first."""
    question = select(table.c.newsletter, table.c.number, table.c.changed_at)
    question = question.where(_public(newsletters)).order_by(table.c.slot.desc()).limit(most)
    return [Place(**row) for row in connection.execute(question).mappings()]


def _public(newsletters: Collection[str]) -> ColumnElement[bool]:
    """An issue for a segment is meant for few: it stays with them."""
    return and_(
        table.c.newsletter.in_(newsletters), table.c.state.in_(WENT_OUT), table.c.segment == ""
    )
