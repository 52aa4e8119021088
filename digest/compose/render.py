"""How does an issue become the HTML and the text that its readers get?"""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from digest.compose.brand import Brand
from digest.compose.dressing import PLAIN, Dressing
from digest.compose.environment import environment, place_of
from digest.compose.layout import lay_out
from digest.compose.mjml import compile_mjml
from digest.compose.note import Note
from digest.compose.page import Page
from digest.errors import RenderError
from digest.model.issue import Issue, RenderedEdition, Variant
from digest.schedule.values import Newsletter, Site


def render(
    issue: Issue,
    newsletter: Newsletter,
    site: Site,
    brand: Brand,
    templates: Path,
    *,
    variant: Variant | None = None,
    since: datetime | None = None,
    web_url: str = "",
    dressing: Dressing = PLAIN,
) -> RenderedEdition:
    """Render an edition, PLACEHOLDERS still in it: without a variant, the one with everything.

    The issue's content is the edition's; `since` makes it a month's best (compose.page).

    `web_url` is where anyone can read the issue; empty: nowhere.

    Raises:
        RenderError: a template is missing or broken; names file and line.
    """
    variant = variant or Variant(language=newsletter.language)
    spoken = newsletter.model_copy(update={"language": variant.language})
    page = lay_out(issue, spoken, site, brand, since=since, dressing=dressing)
    page = replace(page, web_url=web_url)
    return RenderedEdition(
        key=variant.key,
        language=variant.language,
        tracked=variant.tracked,
        subject=page.subject,
        html=compile_mjml(fill(templates, "issue.mjml", page, brand)),
        text=fill(templates, "issue.txt", page, brand),
    )


def render_note(note: Note, brand: Brand, templates: Path) -> RenderedEdition:
    """Render a mail to one reader.

    Raises:
        RenderError: a template is missing or broken; names file and line.
    """
    return RenderedEdition(
        key=note.language,
        language=note.language,
        subject=note.subject,
        html=compile_mjml(fill(templates, "notice.mjml", note, brand)),
        text=fill(templates, "notice.txt", note, brand),
    )


def fill(templates: Path, name: str, page: Page | Note, brand: Brand) -> str:
    """Fill in one of the templates of email/.

    Raises:
        RenderError: it is missing or broken; names file and line.
    """
    filler = environment(templates / "email", page.language)
    try:
        return filler.get_template(name).render(page=page, brand=brand)
    except Exception as failure:  # whatever an editor's own code raises
        place = place_of(failure, str(templates / "email" / name))
        raise RenderError(f"{place}: {failure}; `digest check` tells more") from failure
