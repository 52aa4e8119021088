"""`digest sources …`: how the sources stand."""

from typing import TYPE_CHECKING

import typer

from digest.cli.output import AsJson, emit, table

if TYPE_CHECKING:
    from datetime import datetime

    from digest.pipeline.sources import SourceStanding

group = typer.Typer(invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(group, name="sources")


@group.callback()
def sources_command(context: typer.Context, as_json: AsJson = False) -> None:
    """List the sources: last success, trouble in words, when each is asked next."""
    if context.invoked_subcommand:
        return
    from digest.app import open_newsroom
    from digest.pipeline.sources import standing

    stand = standing(open_newsroom())
    emit(stand, lambda: _say_standing(stand), as_json=as_json)


def _next(one: "SourceStanding") -> str:
    return "never: gone" if one.stopped else _moment(one.next_time, "at the next run")


def _moment(at: "datetime | None", otherwise: str) -> str:
    return f"{at:%d %b %H:%M}" if at else otherwise


def _say_standing(stand: "tuple[SourceStanding, ...]") -> None:
    rows = [
        (one.source, _moment(one.last_success, "never"), _next(one), one.error) for one in stand
    ]
    table("Sources (times in UTC)", ("source", "last success", "next time", "trouble"), rows)
