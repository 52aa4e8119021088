"""The digest command: a module per group; heavy imports stay inside the commands."""

import os
import signal
from typing import Any

import typer
from typer.core import TyperGroup

from digest.cli import (
    adding,
    auditing,
    bounces,
    collecting,
    dkim,
    doubts,
    exchanging,
    grouping,
    issues,
    keeping,
    running,
    schedule,
    segments,
    sending,
    sources,
    steering,
    stories,
    subscribers,
    themes,
    working,
)
from digest.cli.failures import fail
from digest.cli.output import speak_any_language
from digest.config import read_log


class Commands(TyperGroup):
    """All commands; how a failure ends one is settled here: Typer swallows Ctrl-C further out."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - Typer and Click each have a type for it
        """Run a command; expected failures end in one sentence and an exit code."""
        try:
            _write_logs(read_log(os.environ))
            return super().invoke(ctx)
        except (Exception, KeyboardInterrupt) as failure:
            fail(failure)


app = typer.Typer(
    name="digest",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="From many sources to one edited, themed email that its readers asked for.",
)

for group in (
    running,
    schedule,
    working,
    collecting,
    sources,
    adding,
    exchanging,
    grouping,
    stories,
    themes,
    issues,
    sending,
    steering,
    doubts,
    auditing,
    dkim,
    subscribers,
    segments,
    bounces,
    keeping,
):
    group.register(app)


def _write_logs(form: str) -> None:
    """Write log lines to stderr if they are wished for; else only what runs for long does."""
    if form:
        from digest.cli.logs import write_logs

        write_logs(json_logs=form == "json")


def run() -> None:
    """Run the command line. A service's stop does as Ctrl-C does: calls in hand are settled."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    speak_any_language()
    app()


if __name__ == "__main__":
    run()
