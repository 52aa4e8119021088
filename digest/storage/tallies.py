"""How far is a sending, and of whom does nobody know? The questions one can ask the ledger."""

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, func, select

from digest.model.delivery import Attempt, BatchState, Doubt, Outcome, Tally
from digest.model.issue import IssueState
from digest.storage.ledger import DOUBTED, batch_of
from digest.storage.sendings import GOES, PAUSED
from digest.storage.tables import attempts, batches, issues, skips

_UNDER_WAY = (BatchState.READY, BatchState.CLAIMED, BatchState.CALLING)
_REFUSED = skips.c.reason.startswith("refused:")
_SKIPPED = select(skips.c.subscriber_id).where(skips.c.batch_id == bindparam("of_batch"))


def goes_on(connection: Connection, issue_id: int) -> bool:
    """Say whether anything of an issue is still ready, claimed or calling, and may go."""
    question = (
        select(batches.c.id)
        .join(issues, issues.c.id == batches.c.issue_id)
        .where(batches.c.issue_id == issue_id, batches.c.state.in_(_UNDER_WAY), GOES)
    )
    return connection.scalar(question.limit(1)) is not None


def skipped(connection: Connection, batch_id: int) -> frozenset[int]:
    """Give a batch's recipients that are not to be mailed, for whatever reason."""
    return frozenset(connection.scalars(_SKIPPED, {"of_batch": batch_id}))


def tally(connection: Connection, issue_id: int) -> Tally:
    """Count an issue's recipients by fate."""
    return tallies(connection, issue_id).get(issue_id, Tally())


def tallies(connection: Connection, issue_id: int | None = None) -> dict[int, Tally]:
    """Count recipients by fate, for one issue or each that was ever planned.

    Whoever was skipped or refused counts as such and nowhere else, so that the fates add up.
    """
    planned = select(batches.c.issue_id, batches.c.state, func.sum(batches.c.recipients))
    refused = func.count().filter(_REFUSED)
    missed = select(batches.c.issue_id, batches.c.state, func.count(), refused).join_from(
        skips, batches
    )
    if issue_id is not None:
        planned = planned.where(batches.c.issue_id == issue_id)
        missed = missed.where(batches.c.issue_id == issue_id)
    by = (batches.c.issue_id, batches.c.state)
    counts: dict[int, dict[str, int]] = {}
    for issue, state, number in connection.execute(planned.group_by(*by)):
        _add(counts, issue, {"planned": number, _FIELD[BatchState(state)]: number})
    for issue, state, number, refusals in connection.execute(missed.group_by(*by)):
        away = {"refused": refusals, "skipped": number - refusals}
        _add(counts, issue, away | {_FIELD[BatchState(state)]: -number})
    return {issue: Tally(**fields) for issue, fields in counts.items()}


def doubts(connection: Connection, issue_id: int | None = None) -> list[Doubt]:
    """Give the batches that only news from the provider, or a person, can settle."""
    question = (
        select(batches)
        .where(batches.c.state.in_(DOUBTED))
        .order_by(batches.c.issue_id, batches.c.seq)
    )
    if issue_id is not None:
        question = question.where(batches.c.issue_id == issue_id)
    found = [batch_of(row) for row in connection.execute(question).mappings()]
    return [
        Doubt(
            batch=batch,
            attempt=_attempt(connection, batch.attempt_id),
            recipient_ids=_left(batch.recipient_ids, skipped(connection, batch.id)),
        )
        for batch in found
    ]


def unfinished_issues(connection: Connection) -> list[int]:
    """Give the issues that a resumed sending has to look at, oldest first; no paused ones.

    A cancelled one among them: of a call that was cut short somebody has to be told.
    """
    open_states = (*_UNDER_WAY, BatchState.FAILED)
    has_open = (
        select(batches.c.id)
        .where(batches.c.issue_id == issues.c.id, batches.c.state.in_(open_states))
        .exists()
    )
    over = issues.c.state.in_((IssueState.SENT, IssueState.CANCELLED))
    left = (issues.c.state == IssueState.SENDING) | (over & has_open)
    at_rest = PAUSED & (issues.c.state != IssueState.CANCELLED)
    question = select(issues.c.id).where(left, ~at_rest).order_by(issues.c.id)
    return list(connection.scalars(question))


def last_error(connection: Connection, issue_id: int) -> str:
    """Give the provider's words on a batch that failed or waits, or nothing."""
    question = select(batches.c.last_error).where(
        batches.c.issue_id == issue_id,
        batches.c.state.in_((BatchState.READY, BatchState.FAILED)),
        batches.c.last_error != "",
    )
    return connection.scalar(question.order_by(batches.c.id).limit(1)) or ""


_FIELD: Mapping[BatchState, str] = {
    BatchState.READY: "waiting",
    BatchState.CLAIMED: "waiting",
    BatchState.CALLING: "waiting",
    BatchState.SENT: "sent",
    BatchState.IN_DOUBT: "in_doubt",
    BatchState.HELD: "held",
    BatchState.FAILED: "failed",
    BatchState.CANCELLED: "cancelled",
}


def _add(counts: dict[int, dict[str, int]], issue_id: int, more: Mapping[str, int]) -> None:
    fields = counts.setdefault(issue_id, {})
    for name, number in more.items():
        fields[name] = fields.get(name, 0) + number


def _attempt(connection: Connection, attempt_id: str) -> Attempt:
    question = select(attempts).where(attempts.c.id == attempt_id)
    row = dict(connection.execute(question).mappings().one())
    return Attempt(**row | {"outcome": Outcome(row["outcome"])})


def _left(ids: tuple[int, ...], gone: frozenset[int]) -> tuple[int, ...]:
    return tuple(id_ for id_ in ids if id_ not in gone)
