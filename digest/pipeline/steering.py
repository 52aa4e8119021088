"""How does a person slow, pause or go on with a sending? Said once, it holds on all machines."""

from datetime import datetime, timedelta

from digest.deliver.pace import Manner
from digest.deliver.quiet import after_open_time
from digest.errors import ConflictError
from digest.model.issue import Issue, IssueState
from digest.pipeline import sending
from digest.pipeline.delivering import Progress
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.pacing import paused_at, terms_of
from digest.pipeline.sending import IssueStatus, SendReport
from digest.storage import issues, sendings, tallies

_MAY_BE_SENT = frozenset({IssueState.APPROVED, IssueState.SENDING, IssueState.SENT})


def pause(newsroom: Newsroom, issue_id: int) -> IssueStatus:
    """Let no further call of an issue begin, on any machine; calls under way end. Again: no change.

    What was not sent yet is held too, when its moment comes.

    Raises:
        ConflictError: nothing of it is left to send.
    """
    with newsroom.database.write() as connection:
        issue = issues.issue(connection, issue_id)
        over = issue.state in {IssueState.SENT, IssueState.CANCELLED}
        if over and not tallies.goes_on(connection, issue_id):
            raise ConflictError(
                f"issue {issues.named(issue)} is {issue.state}: there is nothing to pause"
            )
        sendings.pause(connection, issue_id, newsroom.clock())
    [standing] = sending.status(newsroom, issue_id)
    return standing


def set_pace(
    newsroom: Newsroom, issue_id: int, *, rate: float | None = None, over: timedelta | None = None
) -> None:
    """Send an issue at so many recipients a second, or over so long, from now on.

    A rate of 0 is none at all: as fast as the provider takes them. One word replaces the other.

    Raises:
        ConflictError: it is a draft or cancelled.
    """
    with newsroom.database.write() as connection:
        issue = issues.issue(connection, issue_id)
        if issue.state not in _MAY_BE_SENT:
            raise ConflictError(f"issue {issues.named(issue)} is {issue.state}: it is not sent")
        now = newsroom.clock()
        quiet = terms_of(newsroom, issue, None).quiet
        # No rate is written as a spread that is over: the newsletter's own is not to replace it.
        until = after_open_time(quiet, now, over) if over is not None else now
        kept = {"rate": rate} if rate else {"spread_until": until}
        sendings.wish(connection, issue_id, **kept)


def go_on(
    newsroom: Newsroom,
    issue_id: int,
    *,
    progress: Progress | None = None,
    manner: Manner | None = None,
) -> list[SendReport]:
    """Lift an issue's pause and go on with it; one whose moment is to come waits for that.

    Raises:
        ConflictError: it was neither begun nor paused.
        DeliveryError: the provider refuses our mail.
    """
    issue, paused = _lifted(newsroom, issue_id)
    if paused and issue.state is IssueState.APPROVED and issue.slot <= newsroom.clock():
        return [sending.send(newsroom, issue_id, progress=progress, manner=manner)]
    if paused and issue.state in {IssueState.DRAFT, IssueState.APPROVED}:
        return []
    return sending.resume(newsroom, issue_id, again=True, progress=progress, manner=manner)


def paused(newsroom: Newsroom) -> list[Issue]:
    """Give the issues that are paused, latest due first."""
    with newsroom.database.read() as connection:
        known = issues.issues(connection)
        return [issue for issue in known if paused_at(connection, issue) is not None]


def _lifted(newsroom: Newsroom, issue_id: int) -> tuple[Issue, datetime | None]:
    with newsroom.database.write() as connection:
        issue = issues.issue(connection, issue_id)
        return issue, sendings.lift(connection, issue_id, newsroom.clock())
