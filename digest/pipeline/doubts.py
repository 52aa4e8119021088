"""Of whom does nobody know whether they were mailed, and what does a person say who does?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.deliver.batches import Patience
from digest.deliver.evidence import Judgement, Terms, judge, missing
from digest.errors import ConflictError
from digest.model.delivery import Attempt, Batch, Doubt
from digest.model.event import EventKind
from digest.model.issue import Issue
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.settling import case_of, settle_doubts
from digest.storage import events, issues, ledger, proofs, tallies
from subscribers import lists
from subscribers.model import Addressee


@dataclass(frozen=True, kw_only=True)
class DoubtReport:
    """A batch in doubt, or one that was mailed twice, with the readers that it concerns."""

    issue: Issue
    doubt: Doubt
    recipients: tuple[Addressee, ...]
    """Those who may still be mailed."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known about a doubt, and what is missing to settle it."""

    judgement: Judgement
    kinds: Mapping[EventKind, int]
    """Events of the attempt."""
    heard: int
    """Readers that they name."""
    gap: int | None
    """Readers without an event, of the later call that lacks the fewest; None: no such call."""
    proof_from: datetime
    """The first moment at which a lack of events may prove a refusal."""
    held_from: datetime
    """When it is left to a person."""


@dataclass(frozen=True, kw_only=True)
class BatchStory:
    """Everything that is known of a batch's calls."""

    issue: Issue
    batch: Batch
    attempts: tuple[Attempt, ...]
    """Oldest first."""
    people: int
    recipients: tuple[Addressee, ...]
    """Those of them who may still be mailed."""
    evidence: Evidence | None
    """None when it is not in doubt."""


def doubts(newsroom: Newsroom, issue_id: int | None = None) -> list[DoubtReport]:
    """Give the batches of which nobody knows whether they were mailed, and whom they concern."""
    with newsroom.database.read() as connection:
        return [_doubt_report(connection, doubt) for doubt in tallies.doubts(connection, issue_id)]


def mailed_twice(newsroom: Newsroom, issue_id: int | None = None) -> list[DoubtReport]:
    """Give the attempts that mailed, or may have mailed, their readers a second time."""
    with newsroom.database.read() as connection:
        return [_doubt_report(connection, doubt) for doubt in proofs.doubled(connection, issue_id)]


def story(newsroom: Newsroom, batch_id: int, terms: Terms | None = None) -> BatchStory:
    """Tell all that is known of a batch.

    Raises:
        NotFoundError: there is no such batch.
    """
    with newsroom.database.read() as connection:
        batch = proofs.batch(connection, batch_id)
        gone = tallies.skipped(connection, batch_id)
        ids = [id_ for id_ in batch.recipient_ids if id_ not in gone]
        found = [one for one in tallies.doubts(connection, batch.issue_id) if one.batch == batch]
        return BatchStory(
            issue=issues.issue(connection, batch.issue_id),
            batch=batch,
            attempts=tuple(proofs.attempts_of(connection, batch_id)),
            people=len(ids),
            recipients=tuple(lists.recipients(connection, batch.list_name, ids)[0]),
            evidence=_evidence(connection, newsroom, found[0], terms or Terms()) if found else None,
        )


def resolve(newsroom: Newsroom, batch_id: int, *, sent: bool) -> Batch:
    """Settle a doubt by the word of a person: it was sent, or it goes again when resumed.

    Raises:
        NotFoundError: there is no such batch.
        ConflictError: it is not in doubt, or its call may still be under way.
    """
    if not sent:
        settle_doubts(newsroom)  # an event knows better
    with newsroom.database.write() as connection:
        if not sent:
            _refuse_early(connection, batch_id, newsroom.clock())
        return ledger.resolve(connection, batch_id, sent=sent, now=newsroom.clock())


def _refuse_early(connection: Connection, batch_id: int, now: datetime) -> None:
    """Refuse to mail again beside a call that a slow worker may still make."""
    for doubt in tallies.doubts(connection):
        over = doubt.attempt.deadline + timedelta(seconds=Patience().slack)
        if doubt.batch.id == batch_id and now < over:
            raise ConflictError(
                f"batch {batch_id}: its call may be under way until {over:%Y-%m-%d %H:%M:%S} UTC,"
                " and go through; say --again after that"
            )


def _evidence(connection: Connection, newsroom: Newsroom, doubt: Doubt, terms: Terms) -> Evidence:
    case = case_of(connection, newsroom, doubt, terms)
    return Evidence(
        judgement=judge(case, newsroom.clock(), terms),
        kinds=events.kinds(connection, doubt.attempt.origin_id or doubt.attempt.id),
        heard=len(case.recipient_ids & case.traces.readers),
        gap=missing(case.witnesses),
        proof_from=doubt.attempt.deadline + terms.settle,
        held_from=doubt.attempt.deadline + terms.patience,
    )


def _doubt_report(connection: Connection, doubt: Doubt) -> DoubtReport:
    issue = issues.issue(connection, doubt.batch.issue_id)
    present, _ = lists.recipients(connection, doubt.batch.list_name, doubt.recipient_ids)
    return DoubtReport(issue=issue, doubt=doubt, recipients=tuple(present))
