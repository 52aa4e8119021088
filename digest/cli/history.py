"""`digest subscribers history`: each mail and each choice of one reader."""

from typing import TYPE_CHECKING

import typer

from digest.cli.arguments import Address
from digest.cli.output import AsJson, emit, say, table

if TYPE_CHECKING:
    from digest.pipeline.histories import History, Moment


def register(group: typer.Typer) -> None:
    """Add this command to those about readers."""
    group.command()(history)


def history(address: Address, as_json: AsJson = False) -> None:
    """Print each mail of a reader (planned, sent, delivered, bounced, skipped) and each choice."""
    from digest.app import open_database
    from digest.config import read_settings
    from digest.pipeline.histories import history_of

    settings = read_settings()
    found = history_of(open_database(settings), settings.secret_key, address)
    emit(found, lambda: _tell(found), as_json=as_json)


def _tell(found: "History") -> None:
    whose = f"id {found.subscriber_id}" if found.subscriber_id else "no reader (any more)"
    say(f"{found.address} · {whose}")
    rows = [
        (f"{one.at:%Y-%m-%d %H:%M}", one.what, one.of, one.detail, _ids(one))
        for one in found.moments
    ]
    table("History (UTC)", ("when", "what", "of", "detail", "ids"), rows)


def _ids(one: "Moment") -> str:
    ids = {
        "issue": one.issue_id,
        "batch": one.batch_id,
        "attempt": one.attempt_id,
        "notice": one.notice_id,
    }
    return " ".join(f"{name} {id_}" for name, id_ in ids.items() if id_)
