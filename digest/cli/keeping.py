"""`digest migrate`, `move-to`, `backup`, `restore`: what an admin does with the database itself."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import AsJson, emit, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from digest.pipeline.keeping import Backup, Restored
    from digest.pipeline.moving import Move, Tell
    from digest.pipeline.upgrading import Step
    from digest.storage.copying import Content


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("migrate")(migrate)
    app.command("move-to")(move_to)
    app.command("backup")(backup)
    app.command("restore")(restore)


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit code 8 if something is lacking.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the database to this version's tables; on PostgreSQL nothing else does."""
    from digest.app import connect, parts_of
    from digest.config import read_settings
    from digest.errors import StorageError
    from digest.pipeline import upgrading

    url = read_settings().database_url
    steps = (upgrading.lacking if check else upgrading.bring_up)(connect(url), parts_of(url))
    emit({"steps": steps, "done": not check}, lambda: _tell_steps(steps), as_json=as_json)
    if check and steps:
        raise StorageError("the database is not of this version: `digest migrate` makes it so")


def move_to(
    url: Annotated[
        str,
        typer.Argument(metavar="[URL]", help="An empty database: postgresql://… or sqlite:///…"),
    ] = "",
    undo: Annotated[
        bool, typer.Option("--undo", help="Make the present, moved database usable again.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Copy everything into another, empty database; from then on only that can be used."""
    from digest.app import connect, parts_of
    from digest.clock import system_clock
    from digest.config import read_settings
    from digest.pipeline import moving, upgrading

    if undo is bool(url):
        raise typer.BadParameter("say where to, or --undo")
    source = connect(read_settings().database_url)
    if undo:
        mark = moving.undo(source)
        words = f"This database is usable again, as it was. Nothing may use {mark.place} any more."
        return emit(mark, lambda: say(words), as_json=as_json)
    target = connect(url, told="the address you gave")
    upgrading.bring_up(target, parts_of(url)[1:])  # jobs are hints: none of them moves
    moved = moving.move(source, target, system_clock, tell=_progress(as_json=as_json))
    return emit(moved, lambda: _tell_move(moved), as_json=as_json)


def backup(
    file: Annotated[Path, typer.Argument(help="A new file; none is overwritten.")],
    as_json: AsJson = False,
) -> None:
    """Save the whole database into a file, whoever writes meanwhile (SQLite)."""
    from digest.app import open_database
    from digest.config import read_settings
    from digest.pipeline import keeping

    saved = keeping.backup(open_database(read_settings()), file)
    emit(saved, lambda: _tell_backup(saved), as_json=as_json)


def restore(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="What `digest backup` wrote.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Even if the present database holds anything.")
    ] = False,
    hold: Annotated[
        bool,
        typer.Option(
            "--hold", help="The database was brought back by other means: hold back only."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the database's place; what may have been mailed since is held back."""
    from digest.app import open_database
    from digest.clock import system_clock
    from digest.config import read_settings
    from digest.pipeline import keeping

    settings = read_settings()
    if (file is None) is not hold:
        raise typer.BadParameter("name a file, or say --hold")
    if file is None:
        done = keeping.hold(open_database(settings), system_clock)
    else:
        done = keeping.restore(settings.database_url, file, system_clock, replace=replace)
    emit(done, lambda: _tell_restored(done), as_json=as_json)


def _tell_steps(steps: "Sequence[Step]") -> None:
    if not steps:
        say("The database is of this version: nothing to do.")
    for step in steps:
        say(str(step))


def _progress(*, as_json: bool) -> "Tell":
    """Show which table is copied, on a terminal only."""
    from rich.console import Console

    console = Console(stderr=True)
    quiet = as_json or not console.is_terminal

    def show(content: "Content") -> None:
        if not quiet:
            console.print(f"{content.table}: {content.rows} rows", highlight=False)

    return show


def _tell_move(done: "Move") -> None:
    if done.tables:
        rows = sum(content.rows for content in done.tables)
        say(f"{rows} rows of {len(done.tables)} tables were copied, read back and found equal.")
    say(f"Moved from {done.source}, which nobody can use any more, to {done.target}.")
    say("Next: set DIGEST_DATABASE_URL to it on every machine, with the same DIGEST_SECRET_KEY;")
    say("then `digest migrate` (the jobs' tables), `digest check`, and start digest again.")


def _tell_backup(saved: "Backup") -> None:
    say(f"{saved.file}: {saved.bytes / 1e6:.1f} MB, whole, for its owner only.")
    say(f"The last thing in it was written {_moment(saved.newest)}.")
    say("Keep DIGEST_SECRET_KEY (var/secret.key) with it: without it links and hashes are lost.")


def _tell_restored(done: "Restored") -> None:
    say(f"{done.database} holds what was written until {_moment(done.newest)}.")
    if done.former:
        say(f"What was there before is kept: {done.former}")
    held = done.held
    if held.batches:
        say(
            f"{held.batches} batches for {held.recipients} recipients may have been mailed since:"
            " they are held, `digest doubts` lists them."
        )
    if held.issues:
        say(f"Drafts again, for they may have been sent since: {', '.join(held.issues)}.")
    if done.carried is None:
        say("Whoever left or was suppressed since then is mailed again: see to them before.")
    else:
        gone = f"{done.carried.left} who left since and {done.carried.suppressed} suppressions"
        say(f"{gone} were carried over from what was there before.")
    say("Whoever was erased or joined since then is as before.")


def _moment(moment: "datetime | None") -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "never"
