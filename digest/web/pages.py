"""How is a reader's page made? Templates, the newsletter's own looks, the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from digest.compose.brand import Brand, read_brand
from digest.compose.environment import Sandbox
from digest.compose.typography import typeset
from digest.compose.wording import direction, speak
from digest.errors import ConfigError
from digest.pipeline.newsroom import Newsroom
from digest.resources import shipped
from digest.schedule.fields import LANGUAGES
from digest.web.language import choose

_BRAND = "brand.yaml"


@dataclass(frozen=True, kw_only=True)
class Pages:
    """The templates, and whose pages they are."""

    newsroom: Newsroom
    templates: Mapping[str, Environment]
    """By language."""

    def language(self, request: Request, reader: str = "") -> str:
        """Choose the reader's own language, else the browser's, else the newsletter's."""
        if reader in LANGUAGES:
            return reader
        newsletters = self.newsroom.schedule.newsletters.values()
        default = next(iter(newsletters)).language
        return choose(request.headers.get("accept-language", ""), default)

    def page(
        self, template: str, language: str, *, status: int = 200, **values: object
    ) -> HTMLResponse:
        """Render a page; `values` come typeset, the template escapes them."""
        text = (
            self.templates[language]
            .get_template(template)
            .render(
                language=language,
                direction=direction(language),
                **_imprint(self.newsroom, language),
                **values,
            )
        )
        return HTMLResponse(text, status, headers={"Content-Language": language})

    def notice(self, request: Request, status: int, kind: str) -> HTMLResponse:
        """Render a page that only says something: `not_found`, `bad_link`, `refused`, `failed`."""
        return self.page(f"{kind}.html", self.language(request), status=status)

    def style(self, sheet: str = "style.css") -> str:
        """Render a style sheet."""
        templates = next(iter(self.templates.values()))  # it has no words
        brand = brand_of(self.newsroom)
        return templates.get_template(sheet).render(brand=brand, colours=brand.colours)


def open_pages(newsroom: Newsroom) -> Pages:
    """Prepare the templates: the newsroom's own where it has them, else ours."""
    folders = (newsroom.templates / "web", shipped("templates") / "web")
    templates = {language: _environment(folders, language) for language in LANGUAGES}
    return Pages(newsroom=newsroom, templates=templates)


def _environment(folders: Sequence[Path], language: str) -> Environment:
    environment = Sandbox(
        loader=FileSystemLoader(folders),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    speak(environment, language)
    return environment


def _imprint(newsroom: Newsroom, language: str) -> dict[str, str]:
    """Say who publishes and how to reach them, as the foot of the mail does."""
    site = newsroom.schedule.site
    return {
        "name": typeset(brand_of(newsroom).name or site.organisation, language),
        "publisher": typeset(site.organisation, language),
        "postal_address": typeset(", ".join(site.postal_address.splitlines()), language),
        "contact": site.reply_to or site.sender.address,
    }


def brand_of(newsroom: Newsroom) -> Brand:
    """Give the newsletter's looks; a broken brand.yaml must not keep anybody from leaving."""
    try:
        return read_brand(newsroom.templates / _BRAND)
    except (ConfigError, OSError):
        return read_brand(shipped("templates") / _BRAND)
