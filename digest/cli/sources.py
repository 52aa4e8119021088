"""`digest sources …`: how the sources stand."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import AsJson, emit, say, table

if TYPE_CHECKING:
    from datetime import datetime

    from digest.compose.gaps import Gap
    from digest.pipeline.newsroom import Newsroom
    from digest.pipeline.source_views import Given, SourceView
    from digest.pipeline.sources import SourceStanding

Name = Annotated[str, typer.Argument(help="A source's name in schedule.yaml.", show_default=False)]
group = typer.Typer(invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(group, name="sources")


@group.callback()
def sources_command(context: typer.Context, as_json: AsJson = False) -> None:
    """List the sources, those in trouble first: silence, errors, rhythm, what of them was used."""
    if context.invoked_subcommand:
        return
    from digest.app import open_newsroom
    from digest.pipeline.sources import standing

    newsroom = open_newsroom()
    stand, lacks = standing(newsroom), all_gaps(newsroom)

    def tell() -> None:
        _say_standing(stand)
        tell_gaps(newsroom)

    emit({"sources": stand, "gaps": lacks}, tell, as_json=as_json)


@group.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Show one source: its latest articles, its trouble and what to do about it."""
    from digest.app import open_newsroom
    from digest.pipeline.source_views import view

    found = view(open_newsroom(), name)
    emit(found, lambda: _say_view(found), as_json=as_json)


def all_gaps(newsroom: "Newsroom") -> "tuple[Gap, ...]":
    """Give what sources lack for any newsletter, each once."""
    from digest.pipeline.warning import gaps

    found = (gap for name in newsroom.schedule.newsletters for gap in gaps(newsroom, name))
    return tuple(dict.fromkeys(found))


def tell_gaps(newsroom: "Newsroom") -> None:
    """Say what sources lack for any newsletter."""
    from digest.pipeline.warning import told

    lines = (line for name in newsroom.schedule.newsletters for line in told(newsroom, name, "en"))
    for line in dict.fromkeys(lines):
        say(f"Sources: {line}")


def _say_standing(stand: "tuple[SourceStanding, ...]") -> None:
    rows = [
        (
            f"{one.source}{' (matters)' if one.matters else ''}",
            one.kind,
            _moment(one.last_success, "never"),
            rhythm_words(one.rhythm_hours),
            _moment(one.last_article, "never") if one.silent else "",
            _share(one),
            f"{one.used} of {one.received}",
            _next(one),
            one.error,
        )
        for one in stand
    ]
    columns = ("source", "kind", "last success", "rhythm", "silent since", "#full text", "#used")
    title = "Sources, trouble first (times in UTC, articles of 90 days)"
    table(title, (*columns, "next time", "trouble"), rows)


def _say_view(found: "SourceView") -> None:
    one = found.standing
    say(f"{one.source}: {one.kind} {found.place}{', matters' if one.matters else ''}")
    say(f"  last success: {_moment(one.last_success, 'never')} UTC; next time: {_next(one)}")
    rhythm = rhythm_words(one.rhythm_hours) or "not known yet"
    silent = "silent since" if one.silent else "last article"
    say(f"  rhythm: {rhythm}; {silent}: {_moment(one.last_article, 'none ever')}")
    say(
        f"  90 days: {one.received} articles, {one.whole} with full text, {one.used} used in issues"
    )
    if one.error:
        say(f"  trouble: {one.error} ({one.failures} times in a row)")
    for words in found.to_do:
        say(f"  to do: {words}")
    if found.latest:
        columns = ("#article", "appeared (UTC)", "title", "")
        table("The latest", columns, map(_row, found.latest))


def _row(one: "Given") -> tuple[object, ...]:
    first = (f"first from {one.first_from}",) if one.first_from else ()
    return one.id, f"{one.published_at:%d %b %Y %H:%M}", one.title, ", ".join((*one.marks, *first))


def rhythm_words(hours: float | None) -> str:
    """Say a rhythm: `every 4 hours`, `every 7 days`; nothing when it is not known."""
    if hours is None:
        return ""
    if hours <= 1:
        return "every hour or less"
    return f"every {hours:.0f} hours" if hours < 48 else f"every {hours / 24:.0f} days"


def _share(one: "SourceStanding") -> str:
    return f"{one.whole / one.received:.0%}" if one.received else ""


def _next(one: "SourceStanding") -> str:
    return "never: gone" if one.stopped else _moment(one.next_time, "at the next run")


def _moment(at: "datetime | None", otherwise: str) -> str:
    return f"{at:%d %b %H:%M}" if at else otherwise
