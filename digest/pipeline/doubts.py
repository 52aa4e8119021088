"""Of whom does nobody know whether they were mailed, and what does a person say who does?"""

from dataclasses import dataclass

from sqlalchemy import Connection

from digest.model.delivery import Batch, Doubt
from digest.model.issue import Issue
from digest.pipeline.newsroom import Newsroom
from digest.storage import issues, ledger, tallies
from subscribers import lists
from subscribers.model import Addressee


@dataclass(frozen=True, kw_only=True)
class DoubtReport:
    """A batch in doubt with the readers that it concerns."""

    issue: Issue
    doubt: Doubt
    recipients: tuple[Addressee, ...]
    """Those who may still be mailed."""


def doubts(newsroom: Newsroom, issue_id: int | None = None) -> list[DoubtReport]:
    """Give the batches of which nobody knows whether they were mailed, and whom they concern."""
    with newsroom.database.read() as connection:
        return [_doubt_report(connection, doubt) for doubt in tallies.doubts(connection, issue_id)]


def resolve(newsroom: Newsroom, batch_id: int, *, sent: bool) -> Batch:
    """Settle a doubt by the word of a person: it was sent, or it goes again when resumed.

    Raises:
        NotFoundError: there is no such batch.
        ConflictError: it is not in doubt.
    """
    with newsroom.database.write() as connection:
        return ledger.resolve(connection, batch_id, sent=sent, now=newsroom.clock())


def _doubt_report(connection: Connection, doubt: Doubt) -> DoubtReport:
    issue = issues.issue(connection, doubt.batch.issue_id)
    present, _ = lists.recipients(connection, doubt.batch.list_name, doubt.recipient_ids)
    return DoubtReport(issue=issue, doubt=doubt, recipients=tuple(present))
