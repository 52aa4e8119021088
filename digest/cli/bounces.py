"""`digest bounces read`: mail that came back to the address that bounces go to."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import AsJson, counted, emit, say, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.deliver.bounces.reading import Reading
    from digest.pipeline.bounces import BounceReport, Mail

_MOST_ROWS = 1_000
_SILENT = ("other mail", "auto-reply")
Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Maildirs, mbox files, .eml files or folders of them; without any, or for -, what"
        " comes in is read: one mail, or an mbox.",
    ),
]
group = typer.Typer(no_args_is_help=True, help="Mail that came back: who can't be reached.")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(group, name="bounces")


@group.callback()
def bounces() -> None:
    """Mail that came back: who can't be reached, who called it spam."""


@group.command("read")
def read(paths: Paths = None, as_json: AsJson = False) -> None:
    """Read bounces and complaints; suppress whose address is none, or who called our mail spam.

    Nothing is moved or deleted, and reading again changes nothing.
    """
    from digest.app import open_newsroom
    from digest.pipeline.bounces import read_bounces

    rows: list[dict[str, object]] = []

    def tell(where: str, reading: "Reading") -> None:
        if reading.what not in _SILENT and len(rows) < _MOST_ROWS:
            reader = reading.event.subscriber_id if reading.event else None
            row: dict[str, object] = {"file": where, "what": reading.what, "subscriber": reader}
            rows.append({**row, "words": reading.words})

    report = read_bounces(open_newsroom(), _mails(paths or [Path("-")]), tell)
    value = {"report": report, "rows": rows}
    emit(value, lambda: _tell(report, rows), as_json=as_json)


def _mails(paths: list[Path]) -> "Iterator[Mail]":
    from digest.pipeline.bounces import mails_in, mails_of

    for path in paths:
        if str(path) == "-":
            yield from mails_of(sys.stdin.buffer, "-")
        else:
            yield from mails_in(path)


def _tell(report: "BounceReport", rows: list[dict[str, object]]) -> None:
    if rows:
        columns = ("mail", "what", "#reader", "words")
        cells = ((row["file"], row["what"], row["subscriber"], row["words"]) for row in rows)
        table("Came back", columns, cells)
    found = ", ".join(f"{what}: {number}" for what, number in report.found.items())
    say(f"{counted(report.mails, 'mail')} read; {found or 'nothing'}")
    say(f"{counted(report.new, 'event')} new: who is suppressed by them is never mailed again")
    if "unproved" in report.found:
        say("Unproved are reports of mails that are not ours, or can't be known as ours: no effect")
