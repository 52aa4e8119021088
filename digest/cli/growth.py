"""`digest subscribers stats`: how readership changes from week to week."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import AsJson, emit, say, table

if TYPE_CHECKING:
    from digest.pipeline.growth import Growth, Week
    from digest.pipeline.newsroom import Newsroom


def register(group: typer.Typer) -> None:
    """Add this command to those about readers."""
    group.command()(stats)


def stats(
    *,
    list_name: Annotated[str, typer.Option("--list", help="Only this list; else all.")] = "",
    weeks: Annotated[int, typer.Option(min=1, max=520, help="How many, with this one.")] = 12,
    page: Annotated[
        Path | None, typer.Option(help="Also write a page with plots into this HTML file.")
    ] = None,
    language: Annotated[
        str, typer.Option(help="Of the page: fr or en; else the first newsletter's.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Count sign-ups, confirmations, leaves, bounces and complaints week by week."""
    from digest.app import open_newsroom
    from digest.pipeline.growth import growth_of

    newsroom = open_newsroom()
    first = next(iter(newsroom.schedule.newsletters.values()))
    growth = growth_of(
        newsroom.database,
        newsroom.clock(),
        list_name=list_name,
        weeks=weeks,
        timezone=first.timezone,
    )
    if page is not None:
        _write(newsroom, growth, page, language or first.language)
    emit(growth, lambda: _tell(growth, page), as_json=as_json)


def _write(newsroom: "Newsroom", growth: "Growth", file: Path, language: str) -> None:
    from digest.errors import ConfigError, unknown
    from digest.schedule.fields import LANGUAGES
    from digest.web.growth import growth_page
    from digest.web.pages import open_pages

    if language not in LANGUAGES:
        raise ConfigError(unknown("language", language, LANGUAGES))
    page = growth_page(open_pages(newsroom), growth, newsroom.clock(), language)
    file.write_text(page, encoding="utf-8")


def _tell(growth: "Growth", page: Path | None) -> None:
    from digest.pipeline.growth import total

    heads = ("#sign-ups", "#confirmed", "#added", "#left", "#bounced", "#complained")
    rows = [(f"{week.monday:%Y-%m-%d}", *_cells(week)) for week in growth.weeks]
    whole = ("together", *_cells(total(growth.weeks)))
    title = f"{growth.list or 'All lists'}: {growth.readers} confirmed now"
    table(title, ("week of", *heads), [*rows, whole])
    if page is not None:
        say(f"{page} shows it with plots")


def _cells(week: "Week") -> tuple[int, ...]:
    return (
        week.asked,
        week.confirmed,
        week.added,
        week.left,
        week.bounced,
        week.complained,
    )
