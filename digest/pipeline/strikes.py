"""What happens when a clock strikes? Safe to do again: what is done already is found done."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from digest.compose.policies import Verdict, approves_itself, at_send_time
from digest.deliver.pace import JOB, in_words
from digest.engine.slots import next_slots
from digest.model.issue import Issue, IssueState
from digest.model.run import Run, RunClock
from digest.pipeline.collecting import Occasion, collect
from digest.pipeline.composing import approve, approve_automatic, make_draft
from digest.pipeline.due import OVER, due_issue
from digest.pipeline.grouping import group
from digest.pipeline.lanes import Lanes
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.pictures import keep_pictures
from digest.pipeline.preflight import errors
from digest.pipeline.proofing import send_proof
from digest.pipeline.sending import begin, send
from digest.pipeline.warning import told as told_of_sources
from digest.pipeline.warning import warn_editors
from digest.schedule.values import Newsletter
from digest.storage import issues, runs

_LOG = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Struck:
    """What came of a strike."""

    done: bool
    """False when it waits for a person, and is worth trying again."""
    words: str


def strike(newsroom: Newsroom, run: Run, lanes: Lanes) -> Struck:
    """Do what is due; all workers are called to a sending."""
    match run.clock:
        case RunClock.WARN:
            return Struck(done=True, words=warn_editors(newsroom, run.newsletter))
        case RunClock.DRAFT:
            return _draft(newsroom, run)
        case RunClock.SEND:
            return _send(newsroom, run, lanes)


def issue_slot(plan: Newsletter, run: Run) -> datetime:
    """Give the moment at which a run's issue is due to be sent: its identity."""
    if run.clock is not RunClock.DRAFT:
        return run.slot
    return next_slots(plan.send, plan.timezone, run.slot, 1)[0]


def _draft(newsroom: Newsroom, run: Run) -> Struck:
    issue = _issue(newsroom, run)
    told = _tell_editors(newsroom, issue) if issue.state not in OVER else 0
    words = f"{issues.named(issue)} drafted, {told} editors told{_what_is_wrong(newsroom, issue)}"
    lacks = told_of_sources(newsroom, run.newsletter, "en")
    return Struck(done=True, words="; ".join((words, *lacks)))


def _send(newsroom: Newsroom, run: Run, lanes: Lanes) -> Struck:
    plan = newsroom.schedule.newsletters[run.newsletter]
    issue = approve_automatic(newsroom, _issue(newsroom, run), plan)
    verdict = at_send_time(issue, plan)
    if not verdict.send:
        return _leave(newsroom, run, issue, verdict)
    if issue.state is IssueState.DRAFT:
        issue = _approve(newsroom, issue, verdict)
    with lanes.at(issue.id):
        begin(newsroom, issue.id)
        lanes.offer(issue.id)
        report = send(newsroom, issue.id, manner=JOB)
        lanes.leave(issue.id, report.waits)
    words = f"{report.name} {report.state}, {report.tally.sent} of {report.tally.planned} mailed"
    wait = report.waits
    return Struck(
        done=report.state is not IssueState.APPROVED,
        words=words if wait is None else f"{words}; {in_words(wait, plan.timezone)}",
    )


def _issue(newsroom: Newsroom, run: Run) -> Issue:
    """Give the run's issue; collect, group and make it when it is not there yet."""
    slot = issue_slot(newsroom.schedule.newsletters[run.newsletter], run)
    made = due_issue(newsroom, run.newsletter, slot)
    if made is not None:
        if run.clock is RunClock.DRAFT:  # who was killed meanwhile had not kept all of them
            keep_pictures(newsroom, made)
        return made
    collect(newsroom, occasion=Occasion.DRAFT)
    _group(newsroom)
    return make_draft(newsroom, run.newsletter, slot)


def _group(newsroom: Newsroom) -> None:
    note = group(newsroom).note
    if note:
        _LOG.warning("themes don't score as chosen", why=note)


def _leave(newsroom: Newsroom, run: Run, issue: Issue, verdict: Verdict) -> Struck:
    """Leave an issue unsent; editors hear of a held one once, not at every look."""
    words = f"{issues.named(issue)} {verdict.reason}{_what_is_wrong(newsroom, issue)}"
    if issue.state in OVER:
        return Struck(done=True, words=words)
    with newsroom.database.read() as connection:
        known = runs.record(connection, run)
    if known is None or known.result != words:
        _tell_editors(newsroom, issue)
    return Struck(done=False, words=words)


def _what_is_wrong(newsroom: Newsroom, issue: Issue) -> str:
    """Name what alone kept a draft from approving itself: no person will look for it."""
    plan = newsroom.schedule.newsletters[issue.newsletter]
    if issue.state is not IssueState.DRAFT or not approves_itself(issue.content, plan):
        return ""
    return "".join(f"; {finding}" for finding in errors(newsroom, issue))


def _approve(newsroom: Newsroom, issue: Issue, verdict: Verdict) -> Issue:
    """Approve by policy what nobody did, cut short where the policy says so."""
    if verdict.content != issue.content:
        with newsroom.database.write() as connection:
            now = newsroom.clock()
            issue = issues.change(connection, issue, content=verdict.content, now=now)
    return approve(newsroom, issue.id, f"schedule ({verdict.reason})")


def _tell_editors(newsroom: Newsroom, issue: Issue) -> int:
    """Mail them the newsletter's own edition: `digest issue proof` has the others."""
    plan = newsroom.schedule.newsletters[issue.newsletter]
    if plan.editors:
        send_proof(newsroom, issue.id, plan.editors, only=[plan.language])
    return len(plan.editors)
