"""`digest send`, `status`, `resume`: who got an issue, and who did not."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.arguments import IssueName, MaybeIssue
from digest.cli.output import AsJson, emit, say, table
from digest.cli.progress import follow, progress_of

if TYPE_CHECKING:
    from digest.model.delivery import Tally
    from digest.pipeline.sending import IssueStatus, SendReport

_FATES = (
    "planned",
    "sent",
    "skipped",
    "refused",
    "in_doubt",
    "held",
    "failed",
    "waiting",
    "cancelled",
)


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("send")(send)
    app.command("status")(status)
    app.command("resume")(resume)


def send(issue: IssueName, as_json: AsJson = False) -> None:
    """Send an approved issue; again goes on where it stopped, and mails nobody twice."""
    from digest.app import open_newsroom
    from digest.pipeline import sending
    from digest.pipeline.composing import the_issue

    newsroom = open_newsroom()
    found = the_issue(newsroom, issue)
    with progress_of(newsroom, found.id, as_json=as_json) as progress:
        report = sending.send(newsroom, found.id, progress=progress)
    emit(report, lambda: _tell(report), as_json=as_json)
    end(report)


def resume(issue: MaybeIssue = "", as_json: AsJson = False) -> None:
    """Go on with sendings that stopped, and try once more what was refused for sure."""
    from digest.app import open_newsroom
    from digest.pipeline import sending
    from digest.pipeline.composing import the_issue

    newsroom = open_newsroom()
    only = the_issue(newsroom, issue).id if issue else None
    with progress_of(newsroom, only, as_json=as_json) as progress:
        reports = sending.resume(newsroom, only, again=True, progress=progress)
    emit(reports, lambda: _tell(*reports), as_json=as_json)
    end(*reports)


def status(
    issue: MaybeIssue = "",
    *,
    watch: Annotated[
        bool, typer.Option("--watch", help="Follow it to its end; with --json a line a second.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show how far sendings are: who was mailed, skipped, refused, and of whom nobody knows."""
    from digest.app import open_newsroom
    from digest.pipeline import sending
    from digest.pipeline.composing import the_issue

    newsroom = open_newsroom()
    only = the_issue(newsroom, issue).id if issue else None
    if watch:
        return follow(newsroom, only, as_json=as_json)
    found = sending.status(newsroom, only)
    emit(found, lambda: _tell_status(found), as_json=as_json)
    return None


def _tell(*reports: "SendReport") -> None:
    if not reports:
        say("Nothing to resume: every sending is finished.")
    for report in reports:
        say(
            f"{report.name} is {report.state} ({report.seconds:.1f} s); mail goes to {report.where}"
        )
        _tell_tally(report.name, report.tally)
        if report.last_error:
            say(f"The provider's last word: {report.last_error}")


def _tell_status(found: "list[IssueStatus]") -> None:
    if not found:
        return say("No issue was approved or sent yet.")
    fates = [fate for fate in _FATES if any(_shown(fate, one.tally) for one in found)]
    rows = [
        (
            f"{one.issue.newsletter}/{one.issue.number}",
            one.issue.state,
            *(getattr(one.tally, fate) for fate in fates),
        )
        for one in found
    ]
    return table("Sendings", ["issue", "state", *(f"#{_words(fate)}" for fate in fates)], rows)


def _tell_tally(name: str, tally: "Tally") -> None:
    fates = [fate for fate in _FATES if _shown(fate, tally)]
    table(name, ["fate", "#recipients"], [(_words(fate), getattr(tally, fate)) for fate in fates])


def _shown(fate: str, tally: "Tally") -> bool:
    return fate in {"planned", "sent"} or bool(getattr(tally, fate))


def _words(fate: str) -> str:
    return fate.replace("_", " ")


def end(*reports: "SendReport") -> None:
    """End with the exit code of what is left to do, if anything is.

    Raises:
        DeliveryError: some were refused for sure, too often or for good.
        DoubtError: of some nobody knows.
    """
    from digest.errors import DeliveryError, DoubtError

    failed = sum(report.tally.failed for report in reports)
    doubtful = sum(report.tally.in_doubt + report.tally.held for report in reports)
    if failed:
        raise DeliveryError(f"{failed} recipients were not mailed: `digest resume` tries again")
    if doubtful:
        raise DoubtError(f"of {doubtful} recipients nobody knows: see `digest doubts`")
