"""Which sendings could do with one more pair of hands, and which are to be left alone a while?"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select, update

from digest.model.delivery import BatchState
from digest.model.issue import IssueState
from digest.storage.sendings import GOES
from digest.storage.tables import batches, issues, sendings
from subscribers.upserts import insert_if_absent

_LEASED = (BatchState.CLAIMED, BatchState.CALLING)
_HOLDERS = select(batches.c.worker).where(batches.c.state.in_(_LEASED)).distinct()
_IDLE = (BatchState.READY, BatchState.CLAIMED, BatchState.FAILED)


def wanting(connection: Connection, now: datetime, dead: Callable[[str], bool]) -> list[int]:
    """Give the issues that a worker should join, oldest first.

    Something of them can be done now: a batch is due, its holder is `dead` or its lease past, or
    the last step, after all batches, was not done. Those that are paused or rest are left out.
    """
    left_alone = exists().where(
        sendings.c.issue_id == issues.c.id,
        or_(sendings.c.paused_at.is_not(None), sendings.c.rests_until > now),
    )
    gone = [worker for worker in connection.scalars(_HOLDERS) if dead(worker)]
    work = or_(
        and_(GOES, _has(BatchState.READY, when=_is_due(now))),
        _has(*_LEASED, when=or_(batches.c.lease_until <= now, batches.c.worker.in_(gone))),
        and_(issues.c.state == IssueState.SENDING, ~_has(BatchState.READY, *_LEASED)),
        and_(issues.c.state == IssueState.CANCELLED, _has(*_IDLE)),
    )
    question = select(issues.c.id).where(work, ~left_alone).order_by(issues.c.id)
    return list(connection.scalars(question))


def rest(connection: Connection, issue_id: int, until: datetime) -> None:
    """Let the workers leave an issue alone for a while: a fault stopped its sending."""
    if not insert_if_absent(connection, sendings, issue_id=issue_id, rests_until=until):
        mine = update(sendings).where(sendings.c.issue_id == issue_id)
        connection.execute(mine.values(rests_until=until))


def wake(connection: Connection, issue_id: int) -> None:
    """End an issue's rest: somebody goes on with it."""
    resting = sendings.c.rests_until.is_not(None)
    mine = update(sendings).where(sendings.c.issue_id == issue_id, resting)
    connection.execute(mine.values(rests_until=None))


def _has(*states: BatchState, when: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
    found = exists().where(batches.c.issue_id == issues.c.id, batches.c.state.in_(states))
    return found if when is None else found.where(when)


def _is_due(now: datetime) -> ColumnElement[bool]:
    return or_(batches.c.not_before.is_(None), batches.c.not_before <= now)
