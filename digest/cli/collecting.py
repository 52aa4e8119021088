"""`digest collect`: what came in, a line for each source."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import AsJson, counted, emit, say, table

if TYPE_CHECKING:
    from digest.pipeline.collecting import SourceReport


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command("collect")(collect_command)


def collect_command(
    source: Annotated[
        str, typer.Option(help="Collect from this source alone, even before it is due.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Collect new and changed articles from all sources that are due."""
    from digest.app import open_newsroom
    from digest.pipeline.collecting import collect

    reports = collect(open_newsroom(), only=source)
    emit(reports, lambda: _say_reports(reports), as_json=as_json)


def _say_reports(reports: "tuple[SourceReport, ...]") -> None:
    rows = [(one.source, one.found, one.new, one.changed, _words(one)) for one in reports]
    table("Collected", ("source", "#found", "#new", "#changed", ""), rows)
    total = sum(one.new for one in reports)
    down = sum(bool(one.error) for one in reports)
    new, asked = counted(total, "new article"), counted(len(reports), "source")
    say(f"{new} from {asked}, {down} of them in trouble")


def _words(report: "SourceReport") -> str:
    return "\n".join(filter(None, (report.error, *report.notes)))
