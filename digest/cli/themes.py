"""`digest themes …`: what a person says of themes, for them to be learned from."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.arguments import LARGEST_ID
from digest.cli.output import AsJson, emit, say

if TYPE_CHECKING:
    from digest.model.correction import Correction

group = typer.Typer(no_args_is_help=True, help="Teach themes what is theirs.")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(group, name="themes")


@group.callback()
def themes() -> None:
    """Teach themes what is theirs."""


@group.command()
def teach(
    article: Annotated[int, typer.Argument(max=LARGEST_ID, help="Its id.", show_default=False)],
    theme: Annotated[str, typer.Argument(help="Name in schedule.yaml.", show_default=False)],
    as_json: AsJson = False,
    *,
    belongs: Annotated[bool, typer.Option("--yes/--no", help="It is of the theme, or it is not.")],
) -> None:
    """Say whether an article is of a theme; the theme is learned from it."""
    from digest.app import open_newsroom
    from digest.pipeline import teaching

    said = teaching.teach(open_newsroom(), article, theme, belongs=belongs)
    emit(said, lambda: _tell(said), as_json=as_json)


def _tell(said: "Correction") -> None:
    verb = "is" if said.belongs else "is not"
    say(f"article {said.article_id} {verb} of theme {said.theme}, from the next grouping on")
