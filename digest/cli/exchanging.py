"""`digest sources export` and `import`: lists of feeds, as feed readers exchange them (OPML)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.adding import DryRun
from digest.cli.output import AsJson, counted, emit, say, table
from digest.cli.sources import group
from digest.errors import ConfigError

if TYPE_CHECKING:
    from digest.pipeline.exchanging import Export, Import


def register(_: typer.Typer) -> None:
    """Add this module's commands to `digest sources`."""
    group.command("export")(export_command)
    group.command("import")(import_command)


def export_command(
    file: Annotated[Path | None, typer.Argument(help="Where to; else it is printed.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write all feeds as an OPML list, which other feed readers can import."""
    from digest.config import read_settings
    from digest.pipeline.exchanging import export
    from digest.schedule.reading import read_schedule

    found = export(read_schedule(read_settings().schedule))
    if file:
        file.write_text(found.opml, encoding="utf-8")
    emit(found, lambda: _tell_export(found, file), as_json=as_json)


def import_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An OPML list.")],
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Write the feeds of another feed reader's OPML list into schedule.yaml; none twice."""
    from digest.config import read_settings
    from digest.pipeline.exchanging import choose
    from digest.schedule.reading import read_schedule
    from digest.schedule.saving import add_sources

    path = read_settings().schedule
    schedule = read_schedule(path)
    chosen = choose(_content(file), schedule, file=str(file))
    if chosen.entries:
        add_sources(path, chosen.entries, dry_run=dry_run)
    emit(chosen, lambda: _tell_import(chosen, path, dry_run=dry_run), as_json=as_json)


def _content(file: Path) -> bytes:
    from digest.collect.opml import MAX_BYTES

    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{file} can't be read: {error.strerror}") from error


def _tell_export(found: "Export", file: Path | None) -> None:
    if file is None:
        return typer.echo(found.opml, nl=False)
    say(f"{counted(found.feeds, 'feed')} written to {file}")
    if found.left_out:
        say(f"no feeds, so left out: {', '.join(found.left_out)}")
    return None


def _tell_import(chosen: "Import", path: Path, *, dry_run: bool) -> None:
    if chosen.passed:
        rows = [(one.title, one.url, one.reason) for one in chosen.passed]
        table("Not taken", ("title", "address", "why"), rows)
    names = ", ".join(str(entry["name"]) for entry in chosen.entries)
    would = "would be written" if dry_run else "written"
    say(f"{counted(len(chosen.entries), 'feed')} {would} into {path}{': ' if names else ''}{names}")
    if chosen.entries and not dry_run:
        say("`digest collect` collects from them; `digest sources` shows which don't answer.")
