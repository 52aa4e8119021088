"""`digest subscribers history`: what happened to one person, mail by mail."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import AsJson, emit, say, table

if TYPE_CHECKING:
    from digest.pipeline.histories import Happening, History


def register(group: typer.Typer) -> None:
    """Add this command to those about readers."""
    group.command()(history)


def history(
    address: Annotated[str, typer.Argument(help="The reader's email address.")],
    as_json: AsJson = False,
) -> None:
    """Print a person's mails, consents and choices in order, with the ledger's ids."""
    from digest.app import open_database
    from digest.config import read_settings
    from digest.pipeline.histories import history_of

    settings = read_settings()
    told = history_of(open_database(settings), settings.secret_key, address)
    emit(told, lambda: _tell(told), as_json=as_json)


def _tell(told: "History") -> None:
    who = f"reader {told.reader}" if told.reader is not None else "no reader, or erased"
    say(f"{told.address} · {who}")
    heads = ("when (UTC)", "what", "of", "why, by whom", "#issue", "#batch", "attempt")
    table("History", heads, map(_cells, told.happenings))


def _cells(one: "Happening") -> tuple[object, ...]:
    return (
        f"{one.at:%Y-%m-%d %H:%M}" if one.at else "to come",
        one.what,
        one.of,
        one.detail,
        one.issue or "",
        one.batch or "",
        one.attempt,
    )
