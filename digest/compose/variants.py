"""What does one edition of an issue say? Its content, cut to what the edition's readers chose."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from digest.compose.draft import briefs_of, preheader_of, section_title, subject_of
from digest.compose.essentials import FEWEST, lines_of, with_essentials
from digest.compose.wording import catalogue
from digest.model.issue import Brief, Issue, IssueContent, Section, Variant
from digest.schedule.values import Newsletter, Schedule


def themes_of(content: IssueContent) -> tuple[str, ...]:
    """Give the themes of the sections that have a story, in the issue's order."""
    return tuple(dict.fromkeys(one.theme for one in content.sections if one.briefs))


def content_of(
    content: IssueContent, variant: Variant, newsletter: Newsletter, schedule: Schedule
) -> IssueContent:
    """Cut an issue's content, or a month's best, to an edition's sections, and title them.

    What an editor wrote stays: a title of their own, and subject and preheader as long as the story
    that they lead with is in the edition.
    """
    sections = tuple(
        replace(one, title=_title(one, variant.language, newsletter, schedule))
        for one in content.sections
        if one.briefs and (not variant.themes or one.theme in variant.themes)
    )
    if lines_of(sections) < FEWEST <= lines_of(content.sections):
        sections = with_essentials(sections, variant.language)
    if briefs_of(sections)[:1] == briefs_of(content.sections)[:1]:
        subject, preheader = content.subject, content.preheader
    else:
        subject = subject_of(sections, newsletter.title)
        preheader = preheader_of(sections, variant.language)
    if variant.monthly:
        named = catalogue(variant.language).gettext("The best of the month: %(headline)s")
        subject = named % {"headline": subject_of(sections, newsletter.title)}
    return replace(content, subject=subject, preheader=preheader, sections=sections)


def best_of(issues: Sequence[Issue], language: str) -> IssueContent:
    """Put the lead stories of some issues' sections together, the latest issue's first.

    A story that led twice is told once, as it was told last.
    """
    leads: dict[str, dict[int, Brief]] = {}
    titles: dict[str, str] = {}
    for issue in sorted(issues, key=lambda one: one.slot, reverse=True):
        for section in issue.content.sections:
            if section.briefs:
                lead = section.briefs[0]
                leads.setdefault(section.theme, {}).setdefault(lead.story_id, lead)
                titles.setdefault(section.theme, section.title)
    sections = tuple(
        Section(theme=theme, title=titles[theme], briefs=tuple(briefs.values()))
        for theme, briefs in leads.items()
    )
    return IssueContent(
        subject=subject_of(sections, ""),
        preheader=preheader_of(sections, language),
        sections=sections,
    )


def months_of(issue: Issue, earlier: Sequence[Issue], timezone: str) -> list[Issue] | None:
    """Give the issues whose best is due with this one, itself among them; None: none is.

    It is due with the first issue of a month, and reaches back to the one it was due with before.
    `earlier` are the issues that readers had, or will have, before this one, in any order.
    """
    here = _month(issue.slot, timezone)
    months = {one.id: _month(one.slot, timezone) for one in earlier}
    if here in months.values():
        return None
    last = max(months.values(), default=None)
    of_last = sorted((one for one in earlier if months[one.id] == last), key=lambda one: one.slot)
    return [*of_last[1:], issue]


def _month(slot: datetime, timezone: str) -> tuple[int, int]:
    local = slot.astimezone(ZoneInfo(timezone))
    return local.year, local.month


def _title(section: Section, language: str, newsletter: Newsletter, schedule: Schedule) -> str:
    if section.theme not in schedule.themes:
        return section.title
    if section.title != section_title(section.theme, schedule, newsletter.language):
        return section.title  # an editor's own
    return section_title(section.theme, schedule, language)
