"""How does an import look while it runs, and afterwards?"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from digest.cli.output import say, table

if TYPE_CHECKING:
    from subscribers.transfer import ImportReport, RowReport, Step

_SHOWN_ROWS = 20
_ASK = "Where did they agree to be mailed? (empty: they wait as pending)"


def asked(consent: str, *, as_json: bool) -> str:
    """Give the origin of consent: what was said, else what a person at the terminal says."""
    if consent or as_json or not sys.stdin.isatty():
        return consent
    return str(typer.prompt(_ASK, default="", show_default=False, err=True))


@contextmanager
def steps(*, as_json: bool) -> "Iterator[Step]":
    """Show on a terminal how far an import is; elsewhere, nothing."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if as_json or not console.is_terminal:
        yield lambda _what, _part: None
        return
    with Progress(console=console) as progress:
        bars = {what: progress.add_task(what, total=1.0) for what in ("reading", "admitting")}
        yield lambda what, part: progress.update(bars[what], completed=part)


def tell_import(done: "ImportReport", rows: "list[RowReport]", *, dry_run: bool) -> None:
    """Print what became of a file."""
    if done.program:
        say(f"{done.file} was written by {done.program}")
    if done.resumed_after:
        say(f"an earlier import was interrupted after line {done.resumed_after}: this one went on")
    if rows:
        cells = [(row.line, row.address, row.verdict, row.reason) for row in rows[:_SHOWN_ROWS]]
        table("Rows not accepted", ("#line", "email", "result", "reason"), cells)
    refused = done.already_there + done.suppressed + done.unsubscribed + done.invalid
    if refused > _SHOWN_ROWS:
        say(f"and {refused - _SHOWN_ROWS} more: --report FILE writes them all")
    would = "would be accepted" if dry_run else "accepted"
    say(
        f"{done.file} → {done.list}: {done.accepted} {would}, {done.already_there} already there,"
        f" {done.suppressed} suppressed, {done.unsubscribed} unsubscribed, {done.invalid} invalid"
    )
    if done.accepted and not done.consent:
        say("They are pending and get no mail: --consent 'where they agreed' would confirm them")
