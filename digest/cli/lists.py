"""`digest lists …`: the lists that readers join."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import AsJson, emit, say, table

if TYPE_CHECKING:
    from subscribers.model import ListSize

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


def _tell(sizes: "list[ListSize]") -> None:
    if not sizes:
        return say("no lists yet: `digest subscribers import` or `digest lists create` makes one")
    rows = [(one.name, one.title, one.confirmed, one.pending, one.unsubscribed) for one in sizes]
    table("Lists", ("name", "title", "#confirmed", "#pending", "#unsubscribed"), rows)
    return None
