"""`digest send`, `status`, `resume`, `doubts`: who got an issue, and who did not."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import steering
from digest.cli.arguments import LARGEST_ID, IssueName
from digest.cli.output import AsJson, emit, say, table
from digest.cli.steering import Rate

if TYPE_CHECKING:
    from digest.model.delivery import Tally
    from digest.pipeline.delivering import Progress
    from digest.pipeline.doubts import DoubtReport
    from digest.pipeline.newsroom import Newsroom
    from digest.pipeline.sending import IssueStatus, SendReport

MaybeName = Annotated[
    str, typer.Argument(metavar="[ISSUE]", help="Its id, or e.g. hebdo-sahel/12; else all.")
]
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
group = typer.Typer(help="List mail that nobody knows the fate of, and say what became of it.")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("send")(send)
    app.command("status")(status)
    app.command("resume")(resume)
    app.add_typer(group, name="doubts", invoke_without_command=True, callback=doubts)


def send(
    issue: IssueName,
    rate: Rate = None,
    over: Annotated[
        str, typer.Option("--over", help="Spread what is left over so long: '2 hours'.")
    ] = "",
    now: Annotated[bool, typer.Option("--now", help="Mail in quiet hours too.")] = False,
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
    steering.set_pace(newsroom, found, rate, span)
    manner = Manner(through_quiet=now, tell=steering.teller(newsroom, found.newsletter))
    progress = _progress(as_json=as_json)
    report = sending.send(newsroom, found.id, progress=progress, manner=manner)
    emit(report, lambda: _tell(newsroom, report), as_json=as_json)
    end(report)


def resume(issue: MaybeName = "", rate: Rate = None, as_json: AsJson = False) -> None:
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
    progress, manner = _progress(as_json=as_json), Manner(longest=timedelta(minutes=1))
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
    reports = go_on(newsroom, found.id, progress=_progress(as_json=as_json), manner=manner)

    def tell() -> None:
        _tell(newsroom, *reports) if reports else steering.tell_lifted(newsroom, found)

    emit(reports, tell, as_json=as_json)
    end(*reports)


def status(issue: MaybeName = "", as_json: AsJson = False) -> None:
    """Show how far sendings are: who was mailed, skipped, refused, and of whom nobody knows."""
    from digest.app import open_newsroom
    from digest.pipeline import sending
    from digest.pipeline.composing import the_issue

    newsroom = open_newsroom()
    only = the_issue(newsroom, issue).id if issue else None
    found = sending.status(newsroom, only)
    emit(found, lambda: _tell_status(newsroom, found), as_json=as_json)


def doubts(context: typer.Context, as_json: AsJson = False) -> None:
    """List batches of which nobody knows whether they were mailed, and whom they concern."""
    if context.invoked_subcommand is not None:
        return
    from digest.app import open_newsroom
    from digest.pipeline.doubts import doubts as ask

    found = ask(open_newsroom())
    emit(found, lambda: _tell_doubts(found), as_json=as_json)


@group.command()
def resolve(
    batch: Annotated[int, typer.Argument(max=LARGEST_ID, help="Its number in `digest doubts`.")],
    sent: Annotated[
        bool,
        typer.Option(
            "--sent/--again",
            help="It was mailed; or it was not, and goes again at the next `digest resume`.",
            show_default=False,
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Settle a doubt, by what the provider's own records say."""
    from digest.app import open_newsroom
    from digest.pipeline.doubts import resolve as settle

    settled = settle(open_newsroom(), batch, sent=sent)
    people = f"{len(settled.recipient_ids)} recipients"
    word = f"batch {batch} counts as sent: {people}"
    again = f"batch {batch} goes again: `digest resume {settled.issue_id}` mails {people}"
    emit(settled, lambda: say(word if sent else again), as_json=as_json)


def _progress(*, as_json: bool) -> "Progress | None":
    """Show how far it is, on a terminal only."""
    from rich.console import Console

    console = Console(stderr=True)
    if as_json or not console.is_terminal:
        return None

    def show(tally: "Tally") -> None:
        done = tally.planned - tally.waiting
        console.print(f"{done} of {tally.planned} recipients", end="\r")

    return show


def _tell(newsroom: "Newsroom", *reports: "SendReport") -> None:
    for report in reports:
        say(
            f"{report.name} is {report.state} ({report.seconds:.1f} s); mail goes to {report.where}"
        )
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


def _tell_tally(name: str, tally: "Tally") -> None:
    fates = [fate for fate in _FATES if _shown(fate, tally)]
    table(name, ["fate", "#recipients"], [(_words(fate), getattr(tally, fate)) for fate in fates])


def _shown(fate: str, tally: "Tally") -> bool:
    return fate in {"planned", "sent"} or bool(getattr(tally, fate))


def _words(fate: str) -> str:
    return fate.replace("_", " ")


def _tell_doubts(found: "list[DoubtReport]") -> None:
    if not found:
        return say("Nothing is in doubt.")
    rows = [
        (
            one.doubt.batch.id,
            f"{one.issue.newsletter}/{one.issue.number}",
            f"{one.doubt.attempt.intent_at:%Y-%m-%d %H:%M:%S} UTC",
            one.doubt.attempt.provider,
            one.doubt.attempt.id,
            len(one.doubt.recipient_ids),
            ", ".join(reader.address for reader in one.recipients[:3]),
            one.doubt.batch.last_error,
        )
        for one in found
    ]
    columns = ["#batch", "issue", "called at", "provider", "attempt", "#people", "first", "why"]
    table("In doubt", columns, rows)
    return say(
        "Look the attempt up at the provider, then: digest doubts resolve BATCH --sent | --again"
    )


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
