"""What was under way when a database was copied, and how is it kept from being done twice?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from digest.model.delivery import Batch, BatchState, Outcome
from digest.model.issue import IssueState
from digest.storage import asking_tables, issues, ledger, notices, runs, tables
from digest.storage.tables import attempts, batches, clocks
from subscribers.tables import consents, subscribers

UNPROVEN = "unproven"
"""Stands for the provider of an attempt that was perhaps made, by a database that is gone."""
WHY = "restored from a backup: it may have been mailed since"

_HELD = (BatchState.CLAIMED, BatchState.CALLING)
_MAY_GO = (BatchState.READY, *_HELD, BatchState.FAILED, BatchState.IN_DOUBT)
"""FAILED too: whoever resumes the sending makes it ready again. IN_DOUBT too: that its one known
attempt was refused proves nothing of another, made since.
"""
_SEEN = (
    tables.articles.c.updated_at,
    tables.issues.c.changed_at,
    tables.runs.c.taken_at,
    asking_tables.sources.c.checked_at,
    attempts.c.intent_at,
    consents.c.at,
    subscribers.c.changed_at,
)


@dataclass(frozen=True, kw_only=True)
class HeldBack:
    """What may have been done already by the database that a backup was made of."""

    batches: int
    recipients: int
    """Of those batches."""
    issues: tuple[str, ...]
    """`hebdo-sahel/12`: they were approved, and are drafts again."""


def in_hand(connection: Connection) -> list[tuple[Batch, str]]:
    """Give the batches that workers hold, each with its worker."""
    question = select(batches).where(batches.c.state.in_(_HELD)).order_by(batches.c.id)
    rows = connection.execute(question).mappings()
    return [(ledger.batch_of(row), row["worker"]) for row in rows]


def newest(connection: Connection) -> datetime | None:
    """Give the moment of the last thing that was written down."""
    moments = [connection.scalar(select(func.max(column))) for column in _SEEN]
    return max((moment for moment in moments if moment is not None), default=None)


def hold_back(connection: Connection, *, now: datetime, new_id: Callable[[], str]) -> HeldBack:
    """Let nothing go by itself that may have gone since this state of the database was saved.

    Batches wait for a person as doubts, approved issues for another approval, no missed strike of a
    clock from before `now` is caught up, and mails to single readers are given up.
    """
    question = select(batches.c.id, batches.c.recipients).where(batches.c.state.in_(_MAY_GO))
    waiting = connection.execute(question).all()
    for batch in waiting:
        _hold(connection, batch.id, now=now, attempt_id=new_id())
    notices.doubt_all(connection, WHY, now)
    _forget_clocks(connection, now)
    return HeldBack(
        batches=len(waiting),
        recipients=sum(batch.recipients for batch in waiting),
        issues=tuple(_disapproved(connection, now)),
    )


def _hold(connection: Connection, batch_id: int, *, now: datetime, attempt_id: str) -> None:
    ended = {"outcome": Outcome.UNKNOWN, "ended_at": now, "detail": WHY}
    live = attempts.c.outcome.in_((Outcome.OPEN, Outcome.UNKNOWN))
    own = (attempts.c.batch_id == batch_id, live)
    values = {"state": BatchState.HELD, "last_error": WHY, "not_before": None}
    free = values | {"lease_until": None, "worker": ""}
    if connection.execute(update(attempts).where(*own).values(ended)).rowcount == 0:
        free["attempt_id"] = attempt_id
        perhaps = {"id": attempt_id, "batch_id": batch_id, "provider": UNPROVEN}
        connection.execute(insert(attempts).values(**perhaps, intent_at=now, deadline=now, **ended))
    connection.execute(update(batches).where(batches.c.id == batch_id).values(free))


def _disapproved(connection: Connection, now: datetime) -> list[str]:
    approved = [one for one in issues.issues(connection) if one.state is IssueState.APPROVED]
    for issue in approved:
        issues.change(connection, issue, state=IssueState.DRAFT, now=now)
    return [issues.named(issue) for issue in approved]


def _forget_clocks(connection: Connection, now: datetime) -> None:
    """What was due earlier may have been done: it is no missed run."""
    connection.execute(update(clocks).values(since=now))
    for record in runs.unfinished(connection):
        runs.finish(connection, record.run, now, "given up: restored from a backup")
