"""`digest send`, `status`, `resume`: who got an issue, and who did not."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import steering
from digest.cli.arguments import IssueName, MaybeIssue
from digest.cli.foreseeing import tell_plan
from digest.cli.output import AsJson, emit, say, table
from digest.cli.progress import follow, progress_of
from digest.cli.sources import tell_gaps
from digest.cli.steering import Rate

if TYPE_CHECKING:
    from digest.model.delivery import Tally
    from digest.pipeline.newsroom import Newsroom
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


def send(
    issue: IssueName,
    rate: Rate = None,
    over: Annotated[
        str, typer.Option("--over", help="Spread what is left over so long: '2 hours'.")
    ] = "",
    now: Annotated[bool, typer.Option("--now", help="Mail in quiet hours too.")] = False,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say who would get which edition; mail nobody.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send an approved issue; again goes on where it stopped, and mails nobody twice."""
    from digest.app import open_newsroom
    from digest.deliver.pace import Manner
    from digest.pipeline import sending
    from digest.pipeline.composing import the_issue

    span = steering.read_over(over)
    newsroom = open_newsroom()
    found = the_issue(newsroom, issue)
    if dry_run:
        return tell_plan(newsroom, found, as_json=as_json)
    steering.set_pace(newsroom, found, rate, span)
    manner = Manner(through_quiet=now, tell=steering.teller(newsroom, found.newsletter))
    with progress_of(newsroom, found.id, as_json=as_json) as progress:
        report = sending.send(newsroom, found.id, progress=progress, manner=manner)
    was_sent = found.sent_at is not None
    emit(report, lambda: _tell(newsroom, report, was_sent=was_sent), as_json=as_json)
    return end(report)


def resume(issue: MaybeIssue = "", rate: Rate = None, as_json: AsJson = False) -> None:
    """Go on with sendings that stopped, and try once more what was refused for sure.

    With an issue it lifts that one's pause; without, paused ones stay paused, and those that have
    to wait for more than a minute are left to `digest serve`.
    """
    from digest.app import open_newsroom
    from digest.deliver.pace import Manner
    from digest.pipeline import sending

    newsroom = open_newsroom()
    if issue:
        return _resume_one(newsroom, issue, rate, as_json=as_json)
    if rate is not None:
        raise typer.BadParameter("--rate needs an issue")
    manner = Manner(longest=timedelta(minutes=1))
    with progress_of(newsroom, None, as_json=as_json) as progress:
        reports = sending.resume(newsroom, again=True, progress=progress, manner=manner)
    emit(reports, lambda: _tell_all(newsroom, reports), as_json=as_json)
    return end(*reports)


def _resume_one(newsroom: "Newsroom", name: str, rate: float | None, *, as_json: bool) -> None:
    from digest.deliver.pace import Manner
    from digest.pipeline.composing import the_issue
    from digest.pipeline.steering import go_on

    found = the_issue(newsroom, name)
    steering.set_pace(newsroom, found, rate)
    manner = Manner(tell=steering.teller(newsroom, found.newsletter))
    with progress_of(newsroom, found.id, as_json=as_json) as progress:
        reports = go_on(newsroom, found.id, progress=progress, manner=manner)

    def tell() -> None:
        _tell(newsroom, *reports) if reports else steering.tell_lifted(newsroom, found)

    emit(reports, tell, as_json=as_json)
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
    emit(found, lambda: _tell_status(newsroom, found), as_json=as_json)
    return None if as_json or issue else _tell_around(newsroom)


def _tell(newsroom: "Newsroom", *reports: "SendReport", was_sent: bool = False) -> None:
    for report in reports:
        now = f"is {report.state} ({report.seconds:.1f} s); mail goes to {report.where}"
        say(f"{report.name} {'was sent before: nobody was mailed now' if was_sent else now}")
        _tell_tally(report.name, report.tally)
        if report.last_error:
            say(f"The provider's last word: {report.last_error}")
        if words := steering.remark(newsroom, report, report.name.rpartition("/")[0]):
            say(f"{report.name}: {words}")


def _tell_all(newsroom: "Newsroom", reports: "list[SendReport]") -> None:
    _tell(newsroom, *reports)
    if not steering.tell_paused(newsroom) and not reports:
        say("Nothing to resume: every sending is finished.")


def _tell_status(newsroom: "Newsroom", found: "list[IssueStatus]") -> None:
    if not found:
        return say("No issue was approved or sent yet.")
    fates = [fate for fate in _FATES if any(_shown(fate, one.tally) for one in found)]
    rows = [
        (
            f"{one.issue.newsletter}/{one.issue.number}",
            one.issue.state,
            *(getattr(one.tally, fate) for fate in fates),
            steering.remark(newsroom, one, one.issue.newsletter),
        )
        for one in found
    ]
    columns = ["issue", "state", *(f"#{_words(fate)}" for fate in fates), "remark"]
    shown = len(columns) if any(row[-1] for row in rows) else -1
    return table("Sendings", columns[:shown], (row[:shown] for row in rows))


def _tell_around(newsroom: "Newsroom") -> None:
    """Tell what is no sending: mails to single readers, and what sources lack."""
    _tell_notices(newsroom)
    tell_gaps(newsroom)


def _tell_notices(newsroom: "Newsroom") -> None:
    """Tell of the mails to single readers that were not mailed, where there are any."""
    from digest.pipeline.notices import unmailed

    left = unmailed(newsroom)
    if any(left.values()):
        counts = ", ".join(f"{number} {_words(state)}" for state, number in left.items() if number)
        say(f"Confirmations and other mails to single readers: {counts}.")


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
        DeliveryError: some were refused for sure, too often or for good; or it is paused.
        DoubtError: of some nobody knows.
    """
    from digest.errors import DeliveryError, DoubtError

    failed = sum(report.tally.failed for report in reports)
    doubtful = sum(report.tally.in_doubt + report.tally.held for report in reports)
    if failed:
        raise DeliveryError(f"{failed} recipients were not mailed: `digest resume` tries again")
    for report in reports:
        if report.paused_at is not None:
            raise DeliveryError(steering.stopped(report.name, report.paused_at))
    if doubtful:
        raise DoubtError(f"of {doubtful} recipients nobody knows: see `digest doubts`")
