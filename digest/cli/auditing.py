"""`digest verify`, `digest proof-of-sending`: does the ledger add up, and who was sent what?"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from digest.cli.arguments import IssueName
from digest.cli.output import AsJson, counted, emit, say, table
from digest.errors import LedgerError

if TYPE_CHECKING:
    from digest.pipeline.proving import Proof
    from digest.pipeline.verifying import Verification


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("verify")(verify)
    app.command("proof-of-sending")(proof_of_sending)


def verify(issue: IssueName, as_json: AsJson = False) -> None:
    """Recount an issue's ledger row by row; says where it contradicts itself, if it does."""
    from digest.app import open_newsroom
    from digest.pipeline.composing import the_issue
    from digest.pipeline.verifying import verify as recount

    newsroom = open_newsroom()
    found = recount(newsroom, the_issue(newsroom, issue).id)
    emit(found, lambda: _tell(found), as_json=as_json)
    _end(found)


def proof_of_sending(
    issue: IssueName,
    *,
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write here instead of to the screen.")
    ] = None,
    form: Annotated[
        Literal["csv", "jsonl"], typer.Option("--format", help="CSV, or a JSON object a line.")
    ] = "csv",
    as_json: AsJson = False,
) -> None:
    """Write who was sent what, when, under which id; the last line has the SHA-256 of the rest."""
    from digest.app import open_newsroom
    from digest.pipeline.composing import the_issue
    from digest.pipeline.proving import Form, prove, proven

    newsroom = open_newsroom()
    issue_id = the_issue(newsroom, issue).id
    if as_json and to is None:
        return emit(proven(newsroom, issue_id), lambda: None, as_json=True)
    proof = prove(newsroom, issue_id, to, sys.stdout, Form(form))
    if to is not None:
        emit({"file": to, "proof": proof}, lambda: _tell_proof(to, proof), as_json=as_json)
    return None


def _tell(found: "Verification") -> None:
    rows = [
        (check.name, "yes" if not check.faults else f"NO: {check.faults}") for check in found.checks
    ]
    table(
        f"{found.name}: {counted(found.batches, 'batch', 'batches')}",
        ("what must hold", "holds"),
        rows,
    )
    for check in found.checks:
        for example in check.examples:
            say(example)
        if check.faults > len(check.examples):
            say(f"… and {check.faults - len(check.examples)} more: {check.name}")
    fates = ", ".join(f"{number} {fate}" for fate, number in _fates(found))
    say(f"{found.name} is {found.state}: {fates}")


def _fates(found: "Verification") -> list[tuple[str, int]]:
    recount = found.recount
    names = [*recount.__dataclass_fields__]
    told = [(name.replace("_", " "), getattr(recount, name)) for name in names]
    return [(name, number) for name, number in told if number or name == "planned"]


def _tell_proof(file: Path, proof: "Proof") -> None:
    fates = ", ".join(f"{number} {fate}" for fate, number in proof.fates.items())
    say(f"{proof.rows} recipients of {proof.issue} are in {file}: {fates}")
    say(f"SHA-256 of all before its last line: {proof.sha256}")


def _end(found: "Verification") -> None:
    """End with an exit code of its own when something does not hold.

    Raises:
        LedgerError: names the batches.
    """
    if found.sound:
        return
    broken = [check for check in found.checks if check.faults]
    batches = sorted({batch for check in broken for batch in check.batches})
    where = f"batches {', '.join(map(str, batches[:20]))}" if batches else "no single batch"
    raise LedgerError(
        f"the ledger of {found.name} does not add up: {len(broken)} of {len(found.checks)} checks"
        f" fail, {where}"
    )
