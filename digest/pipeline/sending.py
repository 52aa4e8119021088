"""How does an approved issue reach its readers, and what became of it?

Planned once, mailed batch by batch (digest.pipeline.delivering). Each function here can be called
again after anything, by anyone, at once: nobody is mailed twice.
"""

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from digest.deliver.batches import Patience
from digest.deliver.pace import Manner
from digest.deliver.provider import Letter, Provider
from digest.errors import ConflictError, DeliveryError
from digest.model.delivery import Tally
from digest.model.issue import Issue, IssueState
from digest.model.pace import Wait
from digest.pipeline.delivering import Progress, deliver
from digest.pipeline.letters import letter_of
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.pacing import paused_at, provider_if_usable, terms_of, wait_of
from digest.pipeline.planning import check_links, plan
from digest.pipeline.rounds import Brake, Round
from digest.pipeline.settling import settle_doubts
from digest.storage import editions, issues, lanes, ledger, sendings, tallies

_BEGUN = (IssueState.SENDING, IssueState.SENT)


@dataclass(frozen=True, kw_only=True)
class SendReport:
    """What became of an issue's recipients."""

    issue_id: int
    name: str
    """`hebdo-sahel/12`."""
    state: IssueState
    tally: Tally
    doubts: int
    """Batches that a person has to look at: `digest doubts`."""
    last_error: str
    """The provider's words on what failed or waits."""
    where: str
    """Where the mail went: a page to look at, or who took it."""
    seconds: float
    paused_at: datetime | None = None
    """Since when nobody goes on with it, until somebody says `digest resume`."""
    waits: Wait | None = None
    """What it waits for, if it was left to be gone on with later."""


@dataclass(frozen=True, kw_only=True)
class IssueStatus:
    """How far an issue is."""

    issue: Issue
    tally: Tally
    doubts: int
    paused_at: datetime | None = None
    waits: Wait | None = None


def begin(newsroom: Newsroom, issue_id: int) -> None:
    """Plan an approved issue, unless it is paused: workers can join before the first call is made.

    Raises:
        ConflictError: it was changed at this moment.
        DeliveryError: it can't be sent.
    """
    issue, paused = _issue_and_pause(newsroom, issue_id)
    if issue.state is IssueState.APPROVED and not paused:
        with closing(newsroom.provider()) as provider:
            plan(newsroom, issue, provider)


def send(
    newsroom: Newsroom,
    issue_id: int,
    *,
    progress: Progress | None = None,
    patience: Patience | None = None,
    manner: Manner | None = None,
) -> SendReport:
    """Send an approved issue, go on with one that is being sent, report on one that was.

    One that is paused, or has to wait for longer than `manner` says, is left as it is.

    Raises:
        ConflictError: it is a draft or cancelled, or was changed at this moment.
        DeliveryError: it can't be sent, or the provider refuses our mail.
    """
    issue, paused = _issue_and_pause(newsroom, issue_id)
    with closing(newsroom.provider()) as provider:
        began = time.monotonic()
        match issue.state:
            case IssueState.APPROVED | IssueState.SENDING if not paused:
                if issue.state is IssueState.APPROVED:
                    plan(newsroom, issue, provider)
                _deliver(
                    newsroom, issue, provider, progress=progress, patience=patience, manner=manner
                )
            case IssueState.APPROVED | IssueState.SENDING | IssueState.SENT:
                pass
            case IssueState.DRAFT | IssueState.CANCELLED:
                raise ConflictError(_not_to_be_sent(issue))
        return _report(newsroom, issue, provider, time.monotonic() - began)


def resume(
    newsroom: Newsroom,
    issue_id: int | None = None,
    *,
    again: bool = False,
    progress: Progress | None = None,
    patience: Patience | None = None,
    manner: Manner | None = None,
) -> list[SendReport]:
    """Go on with one issue, or all that are not finished; `again` tries what failed once more.

    Raises:
        ConflictError: that issue was never begun.
        DeliveryError: the provider refuses our mail.
    """
    settle_doubts(newsroom)
    reports = []
    for issue in _unfinished(newsroom, issue_id):
        if again:
            with newsroom.database.write() as connection:
                ledger.revive(connection, issue.id)
        with closing(newsroom.provider()) as provider:
            began = time.monotonic()
            _deliver(newsroom, issue, provider, progress=progress, patience=patience, manner=manner)
            reports.append(_report(newsroom, issue, provider, time.monotonic() - began))
    return reports


def status(newsroom: Newsroom, issue_id: int | None = None) -> list[IssueStatus]:
    """Say how far one issue is, or all that were approved, latest first."""
    with provider_if_usable(newsroom) as provider, newsroom.database.read() as connection:
        known = (
            issues.issues(connection) if issue_id is None else [issues.issue(connection, issue_id)]
        )
        counted = tallies.tallies(connection, issue_id)
        doubted = [doubt.batch.issue_id for doubt in tallies.doubts(connection, issue_id)]
        return [
            IssueStatus(
                issue=issue,
                tally=counted.get(issue.id, Tally()),
                doubts=doubted.count(issue.id),
                paused_at=paused_at(connection, issue),
                waits=wait_of(connection, newsroom, issue, provider, newsroom.clock()),
            )
            for issue in known
            if issue_id is not None or issue.id in counted or issue.state is IssueState.APPROVED
        ]


def _deliver(
    newsroom: Newsroom,
    issue: Issue,
    provider: Provider,
    *,
    progress: Progress | None,
    patience: Patience | None,
    manner: Manner | None,
) -> None:
    check_links(newsroom, provider)
    with newsroom.database.write() as connection:
        lanes.wake(connection, issue.id)
    patience, manner = patience or Patience(), manner or Manner()
    round_ = Round(
        newsroom=newsroom,
        issue=issue,
        letters=_letters(newsroom, issue),
        provider=provider,
        patience=patience,
        brake=Brake(patience),
        terms=terms_of(newsroom, issue, provider, manner),
        manner=manner,
    )
    try:
        deliver(round_, progress)
    except DeliveryError as stopped:
        raise DeliveryError(_stopped(newsroom, issue, str(stopped))) from stopped
    _finish(newsroom, issue.id)


def _letters(newsroom: Newsroom, issue: Issue) -> Mapping[int, Letter]:
    with newsroom.database.read() as connection:
        kept = editions.of_issue(connection, issue.id)
    return {edition.id: letter_of(newsroom, issue, edition) for edition in kept}


def _finish(newsroom: Newsroom, issue_id: int) -> None:
    with newsroom.database.write() as connection:
        issue = issues.locked(connection, issue_id)
        if issue.state is IssueState.CANCELLED:
            ledger.cancel(connection, issue_id)
        elif issue.state is IssueState.SENDING and not tallies.goes_on(connection, issue_id):
            sendings.lift(connection, issue_id, newsroom.clock())
            issues.change(connection, issue, state=IssueState.SENT, now=newsroom.clock())


def _report(newsroom: Newsroom, issue: Issue, provider: Provider, seconds: float) -> SendReport:
    with newsroom.database.read() as connection:
        now = issues.issue(connection, issue.id)
        return SendReport(
            issue_id=issue.id,
            name=issues.named(issue),
            state=now.state,
            tally=tallies.tally(connection, issue.id),
            doubts=len(tallies.doubts(connection, issue.id)),
            last_error=tallies.last_error(connection, issue.id),
            where=provider.where,
            seconds=round(seconds, 3),
            paused_at=paused_at(connection, now),
            waits=wait_of(connection, newsroom, now, provider, newsroom.clock()),
        )


def _issue(newsroom: Newsroom, issue_id: int) -> Issue:
    return _issue_and_pause(newsroom, issue_id)[0]


def _issue_and_pause(newsroom: Newsroom, issue_id: int) -> tuple[Issue, datetime | None]:
    with newsroom.database.read() as connection:
        issue = issues.issue(connection, issue_id)
        return issue, paused_at(connection, issue)


def _unfinished(newsroom: Newsroom, issue_id: int | None) -> list[Issue]:
    with newsroom.database.read() as connection:
        if issue_id is None:
            return [issues.issue(connection, one) for one in tallies.unfinished_issues(connection)]
        issue = issues.issue(connection, issue_id)
        if issue.state not in _BEGUN and issue_id not in tallies.unfinished_issues(connection):
            raise ConflictError(
                f"issue {issues.named(issue)} is {issue.state}: there is nothing to resume"
            )
        return [issue]


def _not_to_be_sent(issue: Issue) -> str:
    cure = (
        "" if issue.state is IssueState.CANCELLED else f"; `digest issue approve {issue.id}` first"
    )
    return f"issue {issues.named(issue)} is {issue.state}: it can't be sent{cure}"


def _stopped(newsroom: Newsroom, issue: Issue, why: str) -> str:
    with newsroom.database.read() as connection:
        tally = tallies.tally(connection, issue.id)
    return (
        f"sending {issues.named(issue)} stopped: {why}\n"
        f"{tally.sent} were sent, {tally.in_doubt + tally.held} are in doubt (`digest doubts`),"
        f" {tally.waiting + tally.failed} were not mailed: put it right, then"
        f" `digest resume {issue.id}`"
    )
