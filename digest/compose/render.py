"""How does an issue become the HTML and the text that its readers get?"""

import textwrap
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from digest.compose.brand import Brand
from digest.compose.mjml import compile_mjml
from digest.compose.page import Page, lay_out
from digest.compose.wording import speak
from digest.errors import RenderError
from digest.model.issue import Issue, RenderedEdition
from digest.schedule.values import Newsletter, Site

WIDTH = 72
"""Columns of the text part."""


def render(
    issue: Issue,
    newsletter: Newsletter,
    site: Site,
    brand: Brand,
    templates: Path,
    *,
    web_url: str = "",
) -> RenderedEdition:
    """Render the edition that the newsletter's readers get, PLACEHOLDERS still in it.

    `web_url` is where anyone can read the issue; empty: nowhere.

    Raises:
        RenderError: a template is missing or broken; names file and line.
    """
    page = replace(lay_out(issue, newsletter, site, brand), web_url=web_url)
    return RenderedEdition(
        key=newsletter.language,
        language=newsletter.language,
        subject=page.subject,
        html=compile_mjml(fill(templates, "issue.mjml", page, brand)),
        text=fill(templates, "issue.txt", page, brand),
    )


def fill(templates: Path, name: str, page: Page, brand: Brand) -> str:
    """Fill in one of the templates of email/.

    Raises:
        RenderError: it is missing or broken; names file and line.
    """
    environment = _environment(templates / "email", page.language)
    try:
        return environment.get_template(name).render(page=page, brand=brand)
    except TemplateSyntaxError as failure:
        raise RenderError(f"{failure.filename or name}:{failure.lineno}: {failure}") from failure
    except (TemplateError, UnicodeDecodeError) as failure:
        raise RenderError(f"{templates / 'email' / name}: {failure}") from failure


@lru_cache(maxsize=8)
def _environment(folder: Path, language: str) -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        loader=FileSystemLoader(folder),
        autoescape=lambda name: name is not None and name.endswith(".mjml"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["fold"] = fold
    speak(environment, language)
    return environment


def fold(text: str, indent: int = 0, first: str = "") -> str:
    """Break a text into lines of WIDTH columns, `indent` spaces or `first` before them."""
    space = " " * indent
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=first or space,
        subsequent_indent=space,
        break_long_words=False,
        break_on_hyphens=False,
    )
