"""`digest run` and `digest demo`: everything, once."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import AsJson, emit, say, table
from digest.cli.sending import end

if TYPE_CHECKING:
    from digest.pipeline.running import RunReport


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("run")(run)
    app.command("demo")(demo)


def run(
    newsletter: Annotated[str, typer.Argument(help="Name in schedule.yaml.")],
    approved_by: Annotated[
        str, typer.Option("--approved-by", help="Approve the draft in this person's name.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Collect, group, draft and, where approved, send the issue that is due next."""
    from digest.app import open_newsroom
    from digest.cli.steering import teller
    from digest.deliver.pace import Manner
    from digest.pipeline.running import run as run_everything

    newsroom = open_newsroom()
    manner = Manner(tell=teller(newsroom, newsletter))
    report = run_everything(newsroom, newsletter, approved_by=approved_by, manner=manner)
    emit(report, lambda: _tell(report), as_json=as_json)
    if report.sending is not None:
        end(report.sending)


def demo(as_json: AsJson = False) -> None:
    """Run everything on the samples, for made-up readers, into the folder var/outbox."""
    from digest.app import open_newsroom
    from digest.pipeline.demo import demo as run_demo

    report = run_demo(open_newsroom())
    emit(report, lambda: _tell_demo(report), as_json=as_json)


def _tell(report: "RunReport") -> None:
    rows = [
        (s.source, s.found, s.new, s.changed, s.error or "; ".join(s.notes)) for s in report.sources
    ]
    table("Articles", ("source", "#found", "#new", "#changed", "remark"), rows)
    sections = report.issue.content.sections
    stories = [(s.title, len(s.briefs), s.briefs[0].headline if s.briefs else "") for s in sections]
    table("Stories", ("section", "#stories", "lead"), stories)
    _tell_sending(report)


def _tell_demo(report: "RunReport") -> None:
    _tell(report)
    say("Readers and issue are made up: for real ones start in another folder, or without var/")


def _tell_sending(report: "RunReport") -> None:
    issue = report.issue
    name = f"{issue.newsletter}/{issue.number}"
    if report.sending is None:
        waits = f"waits for approval: digest issue show {name}, then digest issue approve {name}"
        say(f"{name} {waits if issue.state == 'draft' else f'is {issue.state}: nothing is sent'}")
        return
    tally = report.sending.tally
    table(
        "Recipients",
        ("issue", "state", "#planned", "#sent", "#skipped", "#refused", "#in doubt", "#failed"),
        [
            (
                name,
                report.sending.state,
                tally.planned,
                tally.sent,
                tally.skipped,
                tally.refused,
                tally.in_doubt,
                tally.failed,
            )
        ],
    )
    say(f"Look at it: {report.sending.where}")
