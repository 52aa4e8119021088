"""Did something stay that was never meant for readers: template code, filler, broken letters?"""

import re
from collections.abc import Iterator

from ftfy.badness import is_bad

from digest.compose.draft import briefs_of
from digest.compose.preflight.finding import Code, Finding, error, warning
from digest.model.issue import PLACEHOLDERS, IssueContent, RenderedEdition

ADDRESSES = ("UNSUBSCRIBE_URL", "PREFERENCES_URL")
"""Tokens that are a whole link: the same in HTML as in text."""
_CODE = ("{{", "{%", "\\u{")
_FILLER = re.compile(
    r"\b(?:lorem ipsum|TODO|FIXME|XXX+)\b|(?i:\blorem ipsum\b)|\N{REPLACEMENT CHARACTER}"
)
_TEMPLATE = re.compile(r"\{\{|\{%|\\u\{|%%\w+%%")
_TAG = re.compile(r"<[^>]*>")


def edition_residue(edition: RenderedEdition) -> Iterator[Finding]:
    """Refuse template code in what readers get, and tokens that nobody fills in."""
    for part, text in (("HTML", edition.html), ("text", edition.text)):
        for mark in (one for one in _CODE if one in text):
            what = f"{mark!r} stands in it, near {_near(text, text.index(mark))!r}"
            where = f"edition {edition.key}, {part}"
            yield error(Code.RESIDUE, where, what, "correct the template")
    yield from _placeholders(edition)


def template_residue(edition: RenderedEdition, content: IssueContent) -> Iterator[Finding]:
    """Find filler that a template put there, none of the issue's own words."""
    own = "\n".join(text for _, _, text in _words(content))
    for part, text in (("HTML", _TAG.sub(" ", edition.html)), ("text", edition.text)):
        for found in _FILLER.finditer(text):
            if found[0].casefold() not in own.casefold():
                where = f"edition {edition.key}, {part}"
                what = f"{found[0]!r} stands in it, near {_near(text, found.start())!r}"
                yield warning(Code.RESIDUE, where, what, "correct the template")
                break


def word_residue(content: IssueContent) -> Iterator[Finding]:
    """Find the same in the issue's own words: readers would see it as it stands."""
    for where, story_id, text in _words(content):
        cure = "correct it with `digest issue edit`"
        if found := _FILLER.search(text) or _TEMPLATE.search(text):
            what = f"{found[0]!r} stands in it, near {_near(text, found.start())!r}"
            filler = found[0].casefold() == "lorem ipsum"
            say = error if filler else warning
            yield say(Code.RESIDUE_WORDS, where, what, cure, story_id=story_id)
        elif is_bad(text):
            what = f"its letters look broken: {_short(text)!r}"
            yield warning(Code.RESIDUE_WORDS, where, what, cure, story_id=story_id)


def _words(content: IssueContent) -> Iterator[tuple[str, int | None, str]]:
    """Give each text of an issue's own, where it stands and of which story it is."""
    for name in ("subject", "preheader", "introduction"):
        yield name, None, getattr(content, name)
    for appointment in content.agenda:
        yield "agenda", None, appointment.text
    for brief in briefs_of(content.sections):
        for part in ("headline", "summary", "news", "follows", "essential"):
            where = f"story {brief.story_id}, {part}"
            yield where, brief.story_id, getattr(brief, part)


def _placeholders(edition: RenderedEdition) -> Iterator[Finding]:
    """Refuse tokens nobody fills in; those with _HTML are for the HTML alone, the bare ones not."""
    for part, text in (
        ("HTML", edition.html),
        ("text", edition.text),
        ("subject", edition.subject),
    ):
        known = {name for name in PLACEHOLDERS if _fits(name, html=part == "HTML")}
        for name in sorted(set(re.findall(r"%%([A-Za-z_]+)%%", text)) - known):
            what = f"nobody fills in %%{name}%%"
            cure = f"correct the template: there is {', '.join(sorted(known))}"
            where = f"edition {edition.key}, {part}"
            yield error(Code.PLACEHOLDER_UNKNOWN, where, what, cure)


def _fits(name: str, *, html: bool) -> bool:
    return name in ADDRESSES or name.endswith("_HTML") is html


def _near(text: str, at: int) -> str:
    return text[max(0, at - 20) : at + 30]


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
