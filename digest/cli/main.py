"""The digest command. Each module of this folder holds one group; heavy imports stay inside the commands."""

import typer

from digest.cli.failures import fail

app = typer.Typer(
    name="digest",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="From many sources to one edited, themed email that its readers asked for.",
)


def run() -> None:
    """Run the command line; expected failures end in one sentence on stderr and a documented exit code."""
    try:
        app()
    except (Exception, KeyboardInterrupt) as failure:  # noqa: BLE001 - fail() re-raises surprises
        fail(failure)


if __name__ == "__main__":
    run()
