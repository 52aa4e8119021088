"""`digest lists …`: the lists that readers join."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import AsJson, emit, say, table

if TYPE_CHECKING:
    from digest.pipeline.listing import ListShown
    from subscribers.model import ListSize

ListName = Annotated[str, typer.Argument(help="Name of the list.", show_default=False)]
group = typer.Typer(no_args_is_help=True, help="The lists that readers join.")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(group, name="lists")


@group.command("list")
def list_lists(as_json: AsJson = False) -> None:
    """List all lists, with how many are on them."""
    from digest.app import open_database
    from digest.config import read_settings
    from subscribers import lists

    with open_database(read_settings()).read() as connection:
        sizes = lists.sizes(connection)
    emit(sizes, lambda: _tell(sizes), as_json=as_json)


@group.command()
def create(
    name: Annotated[str, typer.Argument(help="Small letters, digits, hyphens: hebdo-sahel.")],
    title: Annotated[str, typer.Option(help="As readers see it; the name when left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a list. Those that schedule.yaml names are made by themselves."""
    from digest.app import open_database
    from digest.clock import system_clock
    from digest.config import read_settings
    from subscribers import lists

    with open_database(read_settings()).write() as connection:
        made = lists.create(connection, name, title or name, system_clock())
    emit(made, lambda: say(f"list '{made.name}' is ready"), as_json=as_json)


@group.command()
def show(name: ListName, as_json: AsJson = False) -> None:
    """Print a list: who is on it, which newsletters go to it, whether it is archived."""
    from digest.app import open_newsroom
    from digest.pipeline.listing import shown

    found = shown(open_newsroom(), name)
    emit(found, lambda: _tell_one(found), as_json=as_json)


@group.command()
def archive(
    name: ListName,
    undo: Annotated[bool, typer.Option("--undo", help="Open it again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Close a list: nobody joins it or is mailed on it any more; who is on it stays on it."""
    from digest.app import open_database
    from digest.clock import system_clock
    from digest.config import read_settings
    from subscribers import lists

    with open_database(read_settings()).write() as connection:
        changed = lists.archive(connection, name, system_clock(), undo=undo)
    value = {"list": name, "archived": not undo, "changed": changed}
    state = "is open again" if undo else "is archived: nobody joins it or is mailed on it"
    before = "" if changed else ", as before"
    emit(value, lambda: say(f"list '{name}' {state}{before}"), as_json=as_json)


def _tell_one(found: "ListShown") -> None:
    size = found.size
    say(f"{size.name} · {size.title}")
    if size.archived_at:
        say(f"archived since {size.archived_at:%Y-%m-%d}: nobody joins it or is mailed on it")
    say(f"{size.confirmed} confirmed, {size.pending} pending, {size.unsubscribed} unsubscribed")
    say(f"mailed: {found.mailed}, without the suppressed")
    say(f"newsletters that go to it: {', '.join(found.newsletters) or 'none'}")


def _tell(sizes: "list[ListSize]") -> None:
    if not sizes:
        return say("no lists yet: `digest subscribers import` or `digest lists create` makes one")
    rows = [
        (one.name, one.title, one.confirmed, one.pending, one.unsubscribed, _archived(one))
        for one in sizes
    ]
    columns = ("name", "title", "#confirmed", "#pending", "#unsubscribed", "archived")
    table("Lists", columns, rows)
    return None


def _archived(one: "ListSize") -> str:
    return f"{one.archived_at:%Y-%m-%d}" if one.archived_at else ""
