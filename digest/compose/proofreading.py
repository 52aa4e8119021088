"""Which slips of the pen will readers see? What typesetting does not mend, story by story."""

from collections.abc import Iterator

from digest.compose.draft import briefs_of
from digest.compose.typography.lint import lint
from digest.model.issue import Brief, IssueContent

_SHOWN = 4
"""Slips named of one text: who sees these reads it again."""


def proofread(content: IssueContent, language: str) -> Iterator[tuple[str, str, str]]:
    """Give where, what and the cure of each slip; `language` is the newsletter's own."""
    briefs = briefs_of(content.sections)
    if content.subject not in {brief.headline for brief in briefs}:
        yield from _slips("subject", content.subject, language, headline=True)
    yield from _slips("preheader", content.preheader, language)
    yield from _slips("introduction", content.introduction, language)
    for section in content.sections:
        yield from _slips(f"section {section.theme}", section.title, language)
    for brief in briefs:
        yield from _story(brief)


def _story(brief: Brief) -> Iterator[tuple[str, str, str]]:
    where = f"story {brief.story_id}"
    spoken = brief.headline_language or brief.language
    yield from _slips(f"{where}, headline", brief.headline, spoken, headline=True)
    spoken = brief.summary_language or brief.language
    yield from _slips(f"{where}, summary", brief.summary, spoken)
    yield from _slips(f"{where}, news", brief.news, brief.news_language or brief.language)


def _slips(
    where: str, text: str, language: str, *, headline: bool = False
) -> Iterator[tuple[str, str, str]]:
    for slip in lint(text, language, headline=headline)[:_SHOWN]:
        found = " ".join(slip.found.split()) or slip.found
        yield where, f"{slip.why}: {found!r} in {slip.where!r}", slip.proposal
