"""How does an editor look at editions before they go? On one page, as each reader may see them.

A browser decides by its machine whether a mail is dark; here each appearance is a copy of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

from digest.compose.environment import environment, place_of
from digest.errors import RenderError
from digest.model.issue import RenderedEdition

WIDTHS = (320, 375, 600, 800)
"""CSS pixels: a small phone, a phone, a mail's own width, a desk."""
_DARK = "@media (prefers-color-scheme: dark)"


@dataclass(frozen=True, kw_only=True)
class View:
    """One edition in each appearance."""

    name: str
    subject: str
    light: str
    dark: str
    outlook: str
    """Dark as Outlook makes it: it marks what it repainted with data-ogsc."""
    text: str
    size: str


def view_of(edition: RenderedEdition, name: str) -> View:
    """Give each appearance of an edition whose placeholders are filled in."""
    light = edition.html.replace(_DARK, "@media not all")
    return View(
        name=name,
        subject=edition.subject,
        light=light,
        dark=edition.html.replace(_DARK, "@media all"),
        outlook=light.replace("<html ", "<html data-ogsc ", 1),
        text=edition.text,
        size=f"{len(edition.html.encode()) / 1000:.0f} kB",
    )


def with_pictures(html: str, pictures: Mapping[str, str]) -> str:
    """Let pictures stand in a mail themselves: `data:` addresses by their own."""
    for url, data in pictures.items():
        html = html.replace(f'src="{url}"', f'src="{data}"')
    return html


def preview_page(
    name: str,
    views: Sequence[View],
    language: str,
    templates: Path,
    pictures: Mapping[str, str],
) -> str:
    """Write the page; it fetches nothing but the mails' pictures and runs no script of theirs.

    `pictures` are in the page itself, once each: `data:` addresses by their own.

    Raises:
        RenderError: its template is missing or broken; names it.
    """
    try:
        template = environment(templates / "desk", language).get_template("preview.html")
        return template.render(
            name=name,
            views=views,
            pictures=pictures,
            widths=WIDTHS,
            language=language,
            nonce=token_urlsafe(16),
        )
    except Exception as failure:  # whatever an editor's own code raises
        place = place_of(failure, str(templates / "desk" / "preview.html"))
        raise RenderError(f"{place}: {failure}; `digest check` tells more") from failure
