"""The digest command: a module per group; heavy imports stay inside the commands."""

import typer

from digest.cli import collecting, grouping, issues, running, schedule, sending, subscribers
from digest.cli.failures import fail

app = typer.Typer(
    name="digest",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="From many sources to one edited, themed email that its readers asked for.",
)

for group in (running, schedule, collecting, grouping, issues, sending, subscribers):
    group.register(app)


def run() -> None:
    """Run the command line; expected failures end in one sentence and an exit code."""
    try:
        app()
    except (Exception, KeyboardInterrupt) as failure:
        fail(failure)


if __name__ == "__main__":
    run()
