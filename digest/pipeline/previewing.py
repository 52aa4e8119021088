"""How does an issue look before anyone gets it? A page to open, and each edition's two parts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from digest.compose.preflight.finding import Finding
from digest.compose.viewing import preview_page, view_of, with_pictures
from digest.model.issue import Issue, RenderedEdition
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.preflight import check
from digest.pipeline.sharing import full_editions, told_in
from digest.pipeline.showing import as_data

EXAMPLES = {
    "NAME": "Awa Diallo",
    "NAME_HTML": "Awa Diallo",
    "ADDRESS": "awa.diallo@example.org",
    "ADDRESS_HTML": "awa.diallo@example.org",
}
"""The made-up reader of a preview."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What was written, and what is not as it should be."""

    issue: Issue
    page: Path
    """Shows every edition at several widths, light and dark."""
    files: tuple[Path, ...]
    """The HTML, then the text, of each edition."""
    findings: tuple[Finding, ...]


def preview(newsroom: Newsroom, issue: Issue, folder: Path) -> Preview:
    """Write an issue's editions into a folder as a reader would see them.

    Raises:
        RenderError: a template is broken.
        ConfigError: brand.yaml is wrong.
    """
    folder.mkdir(parents=True, exist_ok=True)
    own = {f"{page}_URL": f"{newsroom.site_url}/preview" for page in ("UNSUBSCRIBE", "PREFERENCES")}
    values = {**EXAMPLES, **own}
    plan = newsroom.newsletter(issue.newsletter)
    rendered = full_editions(newsroom, issue, plan).values()
    editions = [_filled(edition, values) for _, edition in rendered]
    stem = f"{issue.newsletter}-{issue.number}"
    kept = as_data(newsroom, told_in(newsroom, issue, plan))
    files = [path for one in editions for path in _write(folder, f"{stem}.{one.key}", one, kept)]
    page = folder / f"{stem}.html"
    views = [view_of(one, one.key) for one in editions]
    name = f"{issue.newsletter}/{issue.number}"
    written = preview_page(name, views, plan.language, newsroom.templates, kept)
    page.write_text(written, encoding="utf-8")
    findings = tuple(check(newsroom, issue))
    return Preview(issue=issue, page=page, files=tuple(files), findings=findings)


def _write(
    folder: Path, stem: str, edition: RenderedEdition, kept: Mapping[str, str]
) -> list[Path]:
    """Write an edition; our own pictures stand in it, since our site may not be reached yet."""
    html, text = folder / f"{stem}.html", folder / f"{stem}.txt"
    html.write_text(with_pictures(edition.html, kept), encoding="utf-8")
    text.write_text(edition.text, encoding="utf-8")
    return [html, text]


def _filled(edition: RenderedEdition, values: Mapping[str, str]) -> RenderedEdition:
    def fill(text: str) -> str:
        for name, value in values.items():
            text = text.replace(f"%%{name}%%", value)
        return text

    html, text, subject = map(fill, (edition.html, edition.text, edition.subject))
    return replace(edition, html=html, text=text, subject=subject)
