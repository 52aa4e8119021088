"""`digest subscribers …`: who reads."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from digest.cli import growth, history, suppressing
from digest.cli import lists as lists_commands
from digest.cli.arguments import Address, ListName
from digest.cli.output import AsJson, counted, emit, say, table

if TYPE_CHECKING:
    from datetime import datetime

    from digest.config import Settings
    from digest.pipeline.erasing import Erasure
    from subscribers.database import Database
    from subscribers.model import Consent, Membership
    from subscribers.people import Holding
    from subscribers.subscriptions import Added

_JSON_ROWS = 1_000

Consent_ = Annotated[
    str,
    typer.Option(
        help="Where they agreed to be mailed: 'form on our site, 2024'. Without it they wait as"
        " pending and get no issue."
    ),
]
group = typer.Typer(no_args_is_help=True, help="Readers: import, export, add, remove, forget.")


def register(app: typer.Typer) -> None:
    """Add this module's commands, and those about lists."""
    app.add_typer(group, name="subscribers")
    suppressing.register(group)
    growth.register(group)
    history.register(group)
    lists_commands.register(app)


@group.command("import")
def import_readers(
    file: Annotated[Path, typer.Argument(help="CSV whose first line names the columns.")],
    *,
    list_name: ListName = "",
    consent: Consent_ = "",
    dry_run: Annotated[bool, typer.Option(help="Say what would happen, change nothing.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write what became of every row into this CSV file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add the people of a CSV file to a list: all its valid rows, or none if it can't be read.

    Exports of listmonk, Mailchimp, Ghost, Brevo and Substack are known by their headers.
    """
    from digest.app import open_newsroom
    from digest.cli.importing import asked, steps, tell_import
    from digest.cli.rows import RowLog
    from digest.pipeline.readership import Terms, import_file

    newsroom = open_newsroom()
    terms = Terms(list_name=list_name, consent=asked(consent, as_json=as_json), dry_run=dry_run)
    with RowLog(report, imported=file, keep=_JSON_ROWS) as log, steps(as_json=as_json) as step:
        done = import_file(newsroom, file, terms, log.tell, all_rows=report is not None, step=step)
    value = {"report": done, "dry_run": dry_run, "rows": log.kept, "rows_left_out": log.left_out}
    emit(value, lambda: tell_import(done, log.kept, dry_run=dry_run), as_json=as_json)


@group.command()
def export(
    list_name: ListName = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write here instead of to the screen.")
    ] = None,
    everybody: Annotated[
        bool, typer.Option("--all", help="Also who waits, has left or is suppressed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write all who are mailed on a list as CSV that can be imported again."""
    from digest.pipeline.readership import export_file, readers_of
    from subscribers.exporting import MAILED
    from subscribers.model import SubscriptionState

    _, database = _open()
    if as_json and output is None:
        return emit(readers_of(database, list_name), lambda: None, as_json=True)
    states = SubscriptionState if everybody else MAILED
    name, count = export_file(database, list_name, output, sys.stdout, states)
    value = {"list": name, "file": output, "count": count}
    if output:
        emit(
            value,
            lambda: say(f"{output} holds {counted(count, 'reader')} of {name}"),
            as_json=as_json,
        )
    return None


@group.command()
def add(
    address: Address,
    *,
    list_name: ListName = "",
    name: Annotated[str, typer.Option(help="The reader's name.")] = "",
    language: Annotated[Literal["fr", "en"], typer.Option(help="Of their mail.")] = "fr",
    consent: Consent_ = "",
    as_json: AsJson = False,
) -> None:
    """Add one reader; who has yet to agree is mailed a link to confirm."""
    from digest.app import open_newsroom
    from digest.pipeline.readership import Terms, add_reader
    from subscribers.seats import Profile

    terms = Terms(list_name=list_name, consent=consent)
    profile = Profile(name=name, language=language)
    where, added = add_reader(open_newsroom(), address, terms, profile)
    value = {"address": address, "list": where, "result": added.verdict}
    value["state"] = "pending" if added.confirmation else added.verdict
    emit(value, lambda: _tell_added(address, where, added), as_json=as_json)


@group.command()
def remove(address: Address, list_name: ListName = "", as_json: AsJson = False) -> None:
    """Unsubscribe a reader from one list, as if they had done it themselves."""
    from digest.pipeline.readership import remove_reader

    settings, database = _open()
    where, left = remove_reader(database, settings.secret_key, address, list_name, _now())
    value = {"address": address, "list": where, "unsubscribed": left}
    done = "is unsubscribed from" if left else "was not on"
    emit(value, lambda: say(f"{address} {done} {where}"), as_json=as_json)


@group.command()
def show(address: Address, as_json: AsJson = False) -> None:
    """Print everything that is held of an address."""
    from subscribers.people import known

    settings, database = _open()
    with database.read() as connection:
        holding = known(connection, secret_key=settings.secret_key, address=address)
    emit(holding, lambda: _tell_holding(holding), as_json=as_json)


@group.command()
def forget(
    address: Address,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person; what proves that they left stays, as a keyed hash."""
    from digest.pipeline.erasing import forget_reader

    if not yes:
        typer.confirm(f"Erase {address}? This can't be undone.", abort=True, err=True)
    settings, database = _open()
    done = forget_reader(database, settings.secret_key, address, "cli", _now())
    emit(done, lambda: _tell_forgotten(address, done), as_json=as_json)


def _open() -> "tuple[Settings, Database]":
    """Open the database alone: leaving must work while schedule.yaml is broken."""
    from digest.app import open_database
    from digest.config import read_settings

    settings = read_settings()
    return settings, open_database(settings)


def _now() -> "datetime":
    from digest.clock import system_clock

    return system_clock()


def _tell_added(address: str, where: str, added: "Added") -> None:
    from subscribers.model import Verdict

    match added.verdict:
        case Verdict.SUPPRESSED:
            say(f"{address} is suppressed: digest subscribers unsuppress {address}")
        case Verdict.ALREADY_THERE:
            say(f"{address} is on {where} already")
        case _ if added.confirmation:
            left = added.verdict is Verdict.UNSUBSCRIBED
            why = "has left before and must agree again" if left else "has yet to agree"
            say(f"{address} {why}: pending on {where}; `digest serve` mails them a link to confirm")
        case _:
            say(f"{address} is on {where}")


def _tell_holding(holding: "Holding") -> None:
    person, ban = holding.subscriber, holding.suppression
    if person:
        fields = ", ".join(f"{name}: {value}" for name, value in person.fields.items())
        say(f"{person.address} · {person.name or 'no name'} · {person.language} · id {person.id}")
        say(f"here since {person.created_at:%Y-%m-%d}{' · ' + fields if fields else ''}")
    if ban:
        say(f"suppressed since {ban.at:%Y-%m-%d}: {ban.reason}")
    _tell_places(holding.memberships)
    _tell_evidence(holding.consents)


def _tell_places(places: "tuple[Membership, ...]") -> None:
    if places:
        rows = [(place.list, place.state, f"{place.asked_at:%Y-%m-%d}") for place in places]
        table("Lists", ("list", "state", "asked"), rows)


def _tell_evidence(consents: "tuple[Consent, ...]") -> None:
    if consents:
        rows = [
            (f"{one.at:%Y-%m-%d %H:%M}", one.list, one.action, one.origin, one.wording)
            for one in consents
        ]
        table("Evidence (UTC)", ("when", "list", "what", "origin", "words"), rows)


def _tell_forgotten(address: str, done: "Erasure") -> None:
    kept, search = done.forgotten, done.search
    say(f"{address} is erased" if kept.erased else f"nothing that names {address} was there")
    if kept.evidence_kept or kept.suppression_kept:
        ban = ", and the suppression" if kept.suppression_kept else ""
        say(f"kept as keyed hashes: {kept.evidence_kept} rows of evidence{ban}")
    if done.blotted:
        say(f"taken out of what others wrote: {counted(done.blotted, 'row')}")
    say(
        f"looked for in {counted(search.rows, 'row')}, {search.columns} columns of text in"
        f" {search.tables} tables: nothing is left"
    )
