"""How is a reader's page made? Templates, the newsletter's own looks, the reader's language."""

from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from digest.compose.brand import Brand, read_brand
from digest.errors import ConfigError
from digest.pipeline.newsroom import Newsroom
from digest.resources import shipped
from digest.web.words import LANGUAGES, Words, choose

_BRAND = "brand.yaml"


@dataclass(frozen=True, kw_only=True)
class Pages:
    """The templates, and whose pages they are."""

    newsroom: Newsroom
    templates: Environment

    def language(self, request: Request, reader: str = "") -> str:
        """Choose the reader's own language, else the browser's, else the newsletter's."""
        if reader in LANGUAGES:
            return reader
        newsletters = self.newsroom.schedule.newsletters.values()
        default = next(iter(newsletters)).language
        return choose(request.headers.get("accept-language", ""), default)

    def page(
        self, template: str, language: str, *, status: int = 200, **values: str
    ) -> HTMLResponse:
        """Render a page."""
        text = self.templates.get_template(template).render(
            words=LANGUAGES[language],
            language=language,
            site=self.newsroom.schedule.site,
            brand=brand_of(self.newsroom),
            **values,
        )
        return HTMLResponse(text, status, headers={"Content-Language": language})

    def notice(self, request: Request, status: int, kind: str) -> HTMLResponse:
        """Render a page that only says something: `not_found`, `bad_link`, `refused`, `failed`."""
        language = self.language(request)
        words: Words = LANGUAGES[language]
        title, text = getattr(words, kind), getattr(words, f"{kind}_text")
        return self.page("notice.html", language, status=status, title=title, text=text)

    def style(self) -> str:
        """Render the style sheet."""
        return self.templates.get_template("style.css").render(brand=brand_of(self.newsroom))


def open_pages(newsroom: Newsroom) -> Pages:
    """Prepare the templates: the newsroom's own where it has them, else ours."""
    folders = [newsroom.templates / "web", shipped("templates") / "web"]
    templates = Environment(
        loader=FileSystemLoader(folders),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return Pages(newsroom=newsroom, templates=templates)


def brand_of(newsroom: Newsroom) -> Brand:
    """Give the newsletter's looks; a broken brand.yaml must not keep anybody from leaving."""
    try:
        return read_brand(newsroom.templates / _BRAND)
    except (ConfigError, OSError):
        return read_brand(shipped("templates") / _BRAND)
