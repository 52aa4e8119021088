"""`digest segments …`: saved filters of readers, and how many each means."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import AsJson, counted, emit, say, table

if TYPE_CHECKING:
    from digest.pipeline.newsroom import Newsroom
    from digest.pipeline.segmenting import Shown
    from subscribers.segments import SegmentSize

Name = Annotated[str, typer.Argument(help="Small letters, digits, hyphens.", show_default=False)]
RuleText = Annotated[
    str,
    typer.Argument(help="'language = fr and theme = diplomacy and joined < 2026-01-01'"),
]
NameOrRule = Annotated[str, typer.Argument(help="A segment's name, or a rule to try.")]
group = typer.Typer(no_args_is_help=True, help="Saved filters of readers, for issues to go to.")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(group, name="segments")


@group.command("list")
def list_segments(as_json: AsJson = False) -> None:
    """List all segments with their rules and sizes."""
    from digest.pipeline import segmenting

    found = segmenting.everyone(_open())
    emit(found, lambda: _tell_all(found), as_json=as_json)


@group.command()
def create(name: Name, rule: RuleText, as_json: AsJson = False) -> None:
    """Save a rule under a name; print whom it means and how many they are."""
    from digest.pipeline import segmenting

    made = segmenting.create(_open(), name, rule)
    emit(made, lambda: _tell(made), as_json=as_json)


@group.command()
def edit(name: Name, rule: RuleText, as_json: AsJson = False) -> None:
    """Give a segment another rule; unsent issues that go to it follow."""
    from digest.pipeline import segmenting

    made = segmenting.edit(_open(), name, rule)
    emit(made, lambda: _tell(made), as_json=as_json)


@group.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Print a segment: its rule, in words too, its sizes and the issues that go to it."""
    from digest.pipeline import segmenting

    found = segmenting.shown(_open(), name)
    emit(found, lambda: _tell(found), as_json=as_json)


@group.command()
def remove(name: Name, as_json: AsJson = False) -> None:
    """Forget a segment; refused while an unsent issue or a newsletter goes to it."""
    from digest.pipeline import segmenting

    gone = segmenting.remove(_open(), name)
    emit(gone, lambda: say(f"segment '{gone.name}' is gone; it was: {gone.rule}"), as_json=as_json)


@group.command()
def size(which: NameOrRule, as_json: AsJson = False) -> None:
    """Count whom a segment, or a rule that is not saved yet, means on each list."""
    from digest.pipeline import segmenting

    found = segmenting.shown(_open(), which)
    emit(found.sizes, lambda: _tell_sizes(found.sizes), as_json=as_json)


@group.command()
def explain(which: NameOrRule, as_json: AsJson = False) -> None:
    """Say in words whom a segment, or a rule that is not saved yet, means."""
    from digest.pipeline import segmenting

    found = segmenting.shown(_open(), which)
    value = {"name": found.name, "rule": found.rule, "words": found.words.split("\n")}
    emit(value, lambda: say(found.words), as_json=as_json)


def _open() -> "Newsroom":
    from digest.app import open_newsroom

    return open_newsroom()


def _tell(found: "Shown") -> None:
    say(f"{found.name}: {found.rule}")
    say(found.words)
    _tell_sizes(found.sizes)
    if found.issues:
        say(f"unsent issues that go to it: {', '.join(found.issues)}")


def _tell_sizes(sizes: "tuple[SegmentSize, ...]") -> None:
    if not sizes:
        say("no list is in use: nobody to count")
    for one in sizes:
        say(f"{one.list}: {one.matching} of {counted(one.mailed, 'reader')}")


def _tell_all(found: "list[Shown]") -> None:
    if not found:
        return say("no segments yet: `digest segments create NAME RULE` makes one")
    rows = [
        (
            one.name,
            one.rule,
            ", ".join(f"{size.list} {size.matching}/{size.mailed}" for size in one.sizes),
            ", ".join(one.issues),
        )
        for one in found
    ]
    table("Segments", ("name", "rule", "readers", "unsent issues"), rows)
    return None
