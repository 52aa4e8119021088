"""How far are sendings, and what keeps them? Cheap questions, asked every second or few."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from digest.model.delivery import BatchState, Outcome
from digest.model.issue import IssueState
from digest.storage.ledger import DOUBTED
from digest.storage.tables import attempts, batches, events, issues, paces, sendings, skips
from subscribers import tables as readership

_HELD_BY_SOMEONE = (BatchState.CLAIMED, BatchState.CALLING)
_PLANNED = (IssueState.SENDING, IssueState.SENT, IssueState.CANCELLED)


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What goes on at an issue's batches at one moment."""

    in_hand: int
    """Batches that a worker holds."""
    due: int
    """Batches that are ready, and not put off."""
    put_off: int
    next_at: datetime | None
    """When the first of those put off is due."""
    paused_at: datetime | None
    free_at: datetime | None
    """When a call may begin, by the issue's own pace and the providers'."""


def traffic(connection: Connection, issue_id: int, now: datetime) -> Traffic:
    """Say who works on an issue, and what its batches wait for."""
    later = (batches.c.state == BatchState.READY) & (batches.c.not_before > now)
    row = connection.execute(
        select(
            func.count().filter(batches.c.state.in_(_HELD_BY_SOMEONE)).label("in_hand"),
            func.count().filter(batches.c.state == BatchState.READY).label("ready"),
            func.count().filter(later).label("put_off"),
            func.min(batches.c.not_before).filter(later).label("next_at"),
        ).where(
            batches.c.issue_id == issue_id,
            batches.c.state.in_((BatchState.READY, *_HELD_BY_SOMEONE)),
        )
    ).one()
    rows = or_(paces.c.name == f"issue:{issue_id}", paces.c.name.startswith("provider:"))
    return Traffic(
        in_hand=row.in_hand,
        due=row.ready - row.put_off,
        put_off=row.put_off,
        next_at=row.next_at,
        paused_at=_paused_at(connection, issue_id),
        free_at=connection.scalar(select(func.max(paces.c.free_at)).where(rows)),
    )


def shown_issues(connection: Connection, *, last: int, most: int) -> list[tuple[int, str]]:
    """Give id and name of the issues that are being sent and of the `last` planned, newest first.

    At most `most`: whoever draws a line for each should not be flooded.
    """
    recent = select(issues.c.id).where(issues.c.state.in_(_PLANNED))
    newest = recent.order_by(issues.c.id.desc()).limit(last)
    question = (
        select(issues.c.id, issues.c.newsletter, issues.c.number)
        .where(or_(issues.c.state == IssueState.SENDING, issues.c.id.in_(newest)))
        .order_by(issues.c.id.desc())
        .limit(most)
    )
    return [(row.id, f"{row.newsletter}/{row.number}") for row in connection.execute(question)]


def batches_by_state(
    connection: Connection, issue_ids: Sequence[int]
) -> list[tuple[int, str, int]]:
    """Count the batches of some issues by state."""
    by = (batches.c.issue_id, batches.c.state)
    question = select(*by, func.count()).where(batches.c.issue_id.in_(issue_ids)).group_by(*by)
    return [(issue, state, n) for issue, state, n in connection.execute(question)]


def unsettled(connection: Connection) -> dict[BatchState, int]:
    """Count the recipients of all issues of whom nobody knows, by in_doubt and held."""
    people = select(batches.c.state, func.sum(batches.c.recipients))
    gone = select(batches.c.state, func.count()).join_from(skips, batches)
    away = _counts(connection, gone)
    found = _counts(connection, people)
    return {state: found.get(state, 0) - away.get(state, 0) for state in DOUBTED}


def _counts(connection: Connection, question: Select[Any]) -> dict[BatchState, int]:
    within = question.where(batches.c.state.in_(DOUBTED)).group_by(batches.c.state)
    return {BatchState(state): int(number) for state, number in connection.execute(within)}


def last_call_at(connection: Connection) -> datetime | None:
    """Give when the last call of any issue was begun."""
    latest: datetime | None = connection.scalar(select(func.max(attempts.c.intent_at)))
    return latest


def doubled_since(connection: Connection, since: datetime) -> int:
    """Count the attempts, begun since then, that may have mailed their readers a second time."""
    twice = attempts.c.outcome == Outcome.DOUBLED
    question = select(func.count()).where(attempts.c.intent_at >= since, twice)
    return connection.execute(question).scalar_one()


def paused_among(connection: Connection, issue_ids: Sequence[int]) -> set[int]:
    """Give those of some issues that are paused."""
    paused = sendings.c.paused_at.is_not(None) & sendings.c.issue_id.in_(issue_ids)
    return set(connection.scalars(select(sendings.c.issue_id).where(paused)))


def events_between(connection: Connection, since: datetime, until: datetime) -> dict[str, int]:
    """Count by kind the news of providers that arrived after `since`, up to and with `until`."""
    received = events.c.received_at
    question = select(events.c.kind, func.count()).where(received > since, received <= until)
    return {kind: n for kind, n in connection.execute(question.group_by(events.c.kind))}  # noqa: C416


def suppressions_by_reason(connection: Connection) -> dict[str, int]:
    """Count the addresses that are never mailed again."""
    ban = readership.suppressions.c
    question = select(ban.reason, func.count()).group_by(ban.reason)
    return {reason: n for reason, n in connection.execute(question)}  # noqa: C416


def _paused_at(connection: Connection, issue_id: int) -> datetime | None:
    return connection.scalar(select(sendings.c.paused_at).where(sendings.c.issue_id == issue_id))
