"""The whole product on one page: collect, group, draft, approve, send."""

from dataclasses import dataclass

from digest.deliver.pace import Manner
from digest.engine.slots import next_slots
from digest.errors import ConfigError, unknown
from digest.model.issue import Issue, IssueState
from digest.pipeline.collecting import SourceReport, collect
from digest.pipeline.composing import approve, make_draft
from digest.pipeline.due import due_issue
from digest.pipeline.grouping import GroupReport, group
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.pictures import keep_pictures
from digest.pipeline.sending import SendReport, send
from digest.schedule.values import Newsletter
from digest.storage import issues

SENDABLE = frozenset({IssueState.APPROVED, IssueState.SENDING, IssueState.SENT})


@dataclass(frozen=True, kw_only=True)
class RunReport:
    """What one run of everything did."""

    sources: tuple[SourceReport, ...]
    groups: GroupReport
    issue: Issue
    sending: SendReport | None
    """None when the issue waits for an editor's approval."""


def run(
    newsroom: Newsroom, newsletter: str, *, approved_by: str = "", manner: Manner | None = None
) -> RunReport:
    """Make and send the issue that is due next; running it again mails nobody twice.

    `approved_by` approves the draft in that person's name; without it an issue that needs approval
    is left as a draft.

    Raises:
        ConfigError: schedule.yaml has no newsletter of that name.
        DeliveryError: the issue can't be sent.
    """
    _plan(newsroom, newsletter)
    sources = collect(newsroom)
    groups = group(newsroom)
    issue = draft_next(newsroom, newsletter)
    if issue.state is IssueState.DRAFT and approved_by:
        issue = approve(newsroom, issue.id, approved_by, asks=True)
    sends = issue.state in SENDABLE
    sending = send(newsroom, issue.id, manner=manner) if sends else None
    with newsroom.database.read() as connection:
        issue = issues.issue(connection, issue.id)
    return RunReport(sources=sources, groups=groups, issue=issue, sending=sending)


def draft_next(newsroom: Newsroom, newsletter: str) -> Issue:
    """Give the issue of the next due moment, made if it is not there yet.

    One that was made is left as it is, but that a draft's missing pictures are asked for again.
    """
    plan = _plan(newsroom, newsletter)
    slot = next_slots(plan.send, plan.timezone, newsroom.clock(), 1)[0]
    made = due_issue(newsroom, newsletter, slot)
    if made is None:
        return make_draft(newsroom, newsletter, slot)
    keep_pictures(newsroom, made)
    return made


def _plan(newsroom: Newsroom, newsletter: str) -> Newsletter:
    plan = newsroom.schedule.newsletters.get(newsletter)
    if plan is None:
        raise ConfigError(unknown("newsletter", newsletter, newsroom.schedule.newsletters))
    return plan
