"""How does an issue look before anyone gets it? Two files to open, placeholders filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from digest.compose.checks import Finding
from digest.model.issue import Issue, RenderedEdition
from digest.pipeline.composing import check, render_editions
from digest.pipeline.newsroom import Newsroom

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
    files = [
        path
        for edition in render_editions(newsroom, issue)
        for path in _write(folder, issue, edition, values)
    ]
    return Preview(issue=issue, files=tuple(files), findings=tuple(check(newsroom, issue)))


def _write(
    folder: Path, issue: Issue, edition: RenderedEdition, values: Mapping[str, str]
) -> list[Path]:
    stem = f"{issue.newsletter}-{issue.number}.{edition.key}"
    html, text = folder / f"{stem}.html", folder / f"{stem}.txt"
    html.write_text(_filled(edition.html, values), encoding="utf-8")
    text.write_text(_filled(edition.text, values), encoding="utf-8")
    return [html, text]


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"%%{name}%%", value)
    return text
