"""Commands that collect, and that say how the sources stand."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import AsJson, counted, emit, say, table

if TYPE_CHECKING:
    from datetime import datetime

    from digest.pipeline.collecting import SourceReport, SourceStanding


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("collect")(collect_command)
    app.command("sources")(sources_command)


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


def sources_command(as_json: AsJson = False) -> None:
    """List the sources: last success, trouble in words, when each is asked next."""
    from digest.app import open_newsroom
    from digest.pipeline.collecting import standing

    stand = standing(open_newsroom())
    emit(stand, lambda: _say_standing(stand), as_json=as_json)


def _say_reports(reports: "tuple[SourceReport, ...]") -> None:
    rows = [(one.source, one.found, one.new, one.changed, _words(one)) for one in reports]
    table("Collected", ("source", "#found", "#new", "#changed", ""), rows)
    total = sum(one.new for one in reports)
    down = sum(bool(one.error) for one in reports)
    new, asked = counted(total, "new article"), counted(len(reports), "source")
    say(f"{new} from {asked}, {down} of them in trouble")


def _words(report: "SourceReport") -> str:
    return "\n".join(filter(None, (report.error, *report.notes)))


def _next(one: "SourceStanding") -> str:
    return "never: gone" if one.stopped else _moment(one.next_time, "at the next run")


def _moment(at: "datetime | None", otherwise: str) -> str:
    return f"{at:%d %b %H:%M}" if at else otherwise


def _say_standing(stand: "tuple[SourceStanding, ...]") -> None:
    rows = [
        (one.source, _moment(one.last_success, "never"), _next(one), one.error) for one in stand
    ]
    table("Sources (times in UTC)", ("source", "last success", "next time", "trouble"), rows)
