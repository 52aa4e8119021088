"""In which language did an editor rewrite a story? Desks tell foreign reports in their own."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from digest.compose.draft import briefs_of
from digest.model.issue import Brief, IssueContent, Section

Detect: TypeAlias = Callable[[str], str]
"""Gives the language of a text, the readers' own when that can't be told."""


def in_its_language(after: IssueContent, before: IssueContent, detect: Detect) -> IssueContent:
    """Note the language of each headline, summary and news that the editor changed.

    A rewritten summary is the editor's: what was said of where it came from goes.
    """
    known = {brief.story_id: brief for brief in briefs_of((*before.sections, *before.left_out))}

    def sections(of: tuple[Section, ...]) -> tuple[Section, ...]:
        return tuple(replace(one, briefs=_briefs(one.briefs, known, detect)) for one in of)

    return replace(after, sections=sections(after.sections), left_out=sections(after.left_out))


def _briefs(
    briefs: tuple[Brief, ...], known: Mapping[int, Brief], detect: Detect
) -> tuple[Brief, ...]:
    return tuple(_brief(brief, known[brief.story_id], detect) for brief in briefs)


def _brief(brief: Brief, before: Brief, detect: Detect) -> Brief:
    if brief.headline != before.headline:
        brief = replace(brief, headline_language=detect(brief.headline))
    if brief.summary != before.summary:
        brief = replace(
            brief,
            summary_language=detect(brief.summary),
            summary_source="",
            machine_written=False,
        )
    if brief.essential != before.essential:
        brief = replace(brief, essential_language=detect(brief.essential))
    if brief.news != before.news:
        brief = replace(brief, news_language=detect(brief.news))
    return brief
