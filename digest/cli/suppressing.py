"""`digest subscribers suppress`, `unsuppress`: who is never mailed again, on a person's word."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from digest.cli.output import AsJson, emit, say

if TYPE_CHECKING:
    from subscribers.database import Database
    from subscribers.model import Suppression
    from subscribers.seats import Witness

Address = Annotated[str, typer.Argument(help="Any email address.", show_default=False)]
Note = Annotated[str, typer.Option(help="Who asked for it and how; kept as evidence.")]


def register(group: typer.Typer) -> None:
    """Add this module's commands to those about readers."""
    group.command()(suppress)
    group.command()(unsuppress)


def suppress(
    address: Address,
    reason: Annotated[
        Literal["admin", "bounce", "complaint"], typer.Option(help="Why: it counts in reports.")
    ] = "admin",
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Never mail an address again, on any list, even when it is imported anew."""
    from digest.pipeline.readership import suppress_address
    from subscribers.model import SuppressionReason

    database, witness = _witnessed(note)
    changed, ban = suppress_address(database, witness, address, SuppressionReason(reason))
    value = {"address": address, "suppressed": True, "changed": changed, "suppression": ban}
    emit(value, lambda: _tell_suppressed(address, ban, changed=changed), as_json=as_json)


def unsuppress(address: Address, note: Note = "", as_json: AsJson = False) -> None:
    """Allow an address to be mailed again. Events that were told before count no more."""
    from digest.pipeline.readership import unsuppress_address

    database, witness = _witnessed(note)
    lifted = unsuppress_address(database, witness, address)
    value = {"address": address, "suppressed": False, "changed": lifted is not None}
    value["suppression"] = lifted
    emit(value, lambda: _tell_lifted(address, lifted), as_json=as_json)


def _witnessed(note: str) -> "tuple[Database, Witness]":
    """Open the database alone, as long as schedule.yaml is broken too; say who speaks, and when."""
    from digest.app import open_database
    from digest.clock import system_clock
    from digest.config import read_settings
    from subscribers.model import Evidence
    from subscribers.seats import Witness
    from subscribers.texts import one_line

    settings = read_settings()
    evidence = Evidence(origin="cli", wording=one_line(note))
    key = settings.secret_key
    return open_database(settings), Witness(secret_key=key, evidence=evidence, now=system_clock())


def _tell_suppressed(address: str, ban: "Suppression | None", *, changed: bool) -> None:
    before = "" if changed or ban is None else f", as before: {ban.reason}, since {ban.at:%Y-%m-%d}"
    say(f"{address} will never be mailed again{before}")


def _tell_lifted(address: str, lifted: "Suppression | None") -> None:
    if lifted is None:
        return say(f"{address} was not suppressed: nothing changed")
    say(f"{address} may be mailed again; it was suppressed since {lifted.at:%Y-%m-%d}")
    if lifted.origin.startswith("event of "):
        say("The provider may have it on a list of its own: take it off there too.")
    return None
