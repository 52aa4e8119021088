"""How is an issue to be sent, is it paused, and what of it would go next?"""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, exists, func, or_, select, update

from digest.model.delivery import BatchState, Outcome
from digest.model.issue import IssueState
from digest.model.pace import Pace, Ready, Wishes
from digest.storage import paces as names
from digest.storage.tables import attempts, batches, issues, paces, sendings
from subscribers.upserts import insert_if_absent

GOES = or_(*(issues.c.state == state for state in (IssueState.SENDING, IssueState.SENT)))
"""Spelt out: a list is written anew at each asking, and every claim asks."""
PAUSED = exists().where(sendings.c.issue_id == issues.c.id, sendings.c.paused_at.is_not(None))

_OF_PROVIDER, _OF_ISSUE = paces.alias(), paces.alias()
_PACE = (
    select(
        sendings.c.rate,
        sendings.c.spread_until,
        sendings.c.paused_at,
        _OF_PROVIDER.c.free_at.label("provider_free_at"),
        _OF_ISSUE.c.free_at.label("issue_free_at"),
    )
    .select_from(issues)
    .outerjoin(sendings, sendings.c.issue_id == issues.c.id)
    .outerjoin(_OF_PROVIDER, _OF_PROVIDER.c.name == bindparam("provider_name"))
    .outerjoin(_OF_ISSUE, _OF_ISSUE.c.name == bindparam("issue_name"))
    .where(issues.c.id == bindparam("issue"))
)
"""Asked at every claim: put together once."""


def may_go(issue_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Say, inside a question, that an issue is being sent and is not paused."""
    return exists().where(issues.c.id == issue_id, GOES, ~PAUSED)


def pace(connection: Connection, issue_id: int, provider: str) -> Pace:
    """Give all that is known of an issue's pace, in one question that locks nothing."""
    asked = {
        "issue": issue_id,
        "provider_name": names.of_provider(provider),
        "issue_name": names.of_issue(issue_id),
    }
    row = connection.execute(_PACE, asked).one()
    return Pace(
        wishes=Wishes(rate=row.rate, spread_until=row.spread_until, paused_at=row.paused_at),
        provider_free_at=row.provider_free_at,
        issue_free_at=row.issue_free_at,
    )


def wishes(connection: Connection, issue_id: int) -> Wishes:
    """Give how an issue is to be sent."""
    return pace(connection, issue_id, "").wishes


def wish(
    connection: Connection,
    issue_id: int,
    *,
    rate: float | None = None,
    spread_until: datetime | None = None,
) -> None:
    """Say how fast an issue is to be sent from now on, in place of what was said before."""
    before = wishes(connection, issue_id)
    if (before.rate, before.spread_until) != (rate, spread_until):
        _set(connection, issue_id, rate=rate, spread_until=spread_until)
        names.forget(connection, names.of_issue(issue_id))


def pause(connection: Connection, issue_id: int, now: datetime) -> None:
    """Let none of an issue's batches be claimed; one that is paused stays so since when it was."""
    if wishes(connection, issue_id).paused_at is None:
        _set(connection, issue_id, paused_at=now)


def lift(connection: Connection, issue_id: int, now: datetime) -> datetime | None:
    """Undo a pause and give since when it was; a spread is put off by as long."""
    before = wishes(connection, issue_id)
    if before.paused_at is None:
        return None
    _set(connection, issue_id, paused_at=None)
    if before.spread_until is not None and before.spread_until > before.paused_at:
        later = before.spread_until + (now - before.paused_at)
        _set(connection, issue_id, spread_until=later)
    return before.paused_at


def next_ready(connection: Connection, issue_id: int, now: datetime) -> Ready | None:
    """Give the batch that a claim would take, else the one that would be due first, if any."""
    ready = select(batches.c.recipients, batches.c.not_before).where(
        batches.c.issue_id == issue_id, batches.c.state == BatchState.READY, may_go(issue_id)
    )
    due = ready.where(or_(batches.c.not_before.is_(None), batches.c.not_before <= now))
    for question in (due.order_by(batches.c.id), ready.order_by(batches.c.not_before)):
        row = connection.execute(question.limit(1)).one_or_none()
        if row is not None:
            return Ready(recipients=row.recipients, not_before=row.not_before)
    return None


def left(connection: Connection, issue_id: int) -> int:
    """Count the recipients in batches that wait to be claimed."""
    question = select(func.sum(batches.c.recipients)).where(
        batches.c.issue_id == issue_id, batches.c.state == BatchState.READY
    )
    return connection.scalar(question) or 0


def begun_since(connection: Connection, moment: datetime) -> int:
    """Count the recipients, over all issues, of calls begun since then or about to begin.

    What was refused does not count: nobody had it.
    """
    begun = (
        select(func.sum(batches.c.recipients))
        .join_from(attempts, batches)
        .where(attempts.c.intent_at >= moment, attempts.c.outcome != Outcome.REFUSED)
    )
    claimed = select(func.sum(batches.c.recipients)).where(batches.c.state == BatchState.CLAIMED)
    return (connection.scalar(begun) or 0) + (connection.scalar(claimed) or 0)


def _set(connection: Connection, issue_id: int, **values: float | datetime | None) -> None:
    if not insert_if_absent(connection, sendings, issue_id=issue_id, **values):
        mine = update(sendings).where(sendings.c.issue_id == issue_id)
        connection.execute(mine.values(**values))
