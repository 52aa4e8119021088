"""Which slips of the pen will readers see? What typesetting does not mend, story by story."""

from collections.abc import Iterator

from digest.compose.draft import briefs_of
from digest.compose.preflight.finding import Code, Finding, warning
from digest.compose.typography.lint import lint
from digest.model.issue import Brief, IssueContent

_SHOWN = 4
"""Slips named of one text: who sees these reads it again."""


def slips(content: IssueContent, language: str) -> Iterator[Finding]:
    """Name each slip; `language` is the newsletter's own."""
    briefs = briefs_of(content.sections)
    if content.subject not in {brief.headline for brief in briefs}:
        yield from _slips("subject", content.subject, language, headline=True)
    yield from _slips("preheader", content.preheader, language)
    yield from _slips("introduction", content.introduction, language)
    for section in content.sections:
        yield from _slips(f"section {section.theme}", section.title, language)
    for appointment in content.agenda:
        yield from _slips("agenda", appointment.text, language)
    for brief in briefs:
        yield from _story(brief)


def _story(brief: Brief) -> Iterator[Finding]:
    spoken = brief.headline_language or brief.language
    yield from _slips("headline", brief.headline, spoken, headline=True, story=brief)
    if brief.essential != brief.headline:
        spoken = brief.essential_language or brief.language
        yield from _slips("essential", brief.essential, spoken, story=brief)
    spoken = brief.summary_language or brief.language
    yield from _slips("summary", brief.summary, spoken, story=brief)
    yield from _slips("news", brief.news, brief.news_language or brief.language, story=brief)


def _slips(
    where: str, text: str, language: str, *, headline: bool = False, story: Brief | None = None
) -> Iterator[Finding]:
    at = f"story {story.story_id}, {where}" if story else where
    story_id = story.story_id if story else None
    for slip in lint(text, language, headline=headline)[:_SHOWN]:
        found = " ".join(slip.found.split()) or slip.found
        what = f"{slip.why}: {found!r} in {slip.where!r}"
        yield warning(Code.TYPOGRAPHY, at, what, slip.proposal, story_id=story_id)
