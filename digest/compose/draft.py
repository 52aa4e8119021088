"""What does a new issue say before an editor has seen it?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from digest.compose.briefs import Material, tell
from digest.compose.selection import Told, choose, unheard
from digest.compose.shortening import headline
from digest.model.issue import Brief, IssueContent, Section
from digest.model.story import RankedStory, Tie
from digest.schedule.values import Newsletter, Schedule

SUBJECT = 70
"""Characters: what a phone shows of a subject, and a little more."""
PREHEADER = 110


def draft(
    ranked: Mapping[str, Sequence[RankedStory]],
    material: Material,
    newsletter: Newsletter,
    *,
    told: Told,
    ties: Iterable[Tie] = (),
) -> IssueContent:
    """Draft an issue from the stories ranked per theme.

    Stories in `told` come back only with what is new of them. Ties name the earlier event where
    readers know it: from this issue or an earlier one.
    """
    new = {theme: _unheard(ranked.get(theme, ()), told) for theme in newsletter.sections}
    choice = choose(new, newsletter.stories)
    sections = _sections(choice.taken, material)
    sections = _follow(sections, told, ties)
    return IssueContent(
        subject=subject_of(sections, newsletter.title),
        preheader=preheader_of(sections, newsletter.language),
        sections=sections,
        left_out=_sections(choice.left_out, material),
    )


def briefs_of(sections: Iterable[Section]) -> list[Brief]:
    """Give all stories of some sections in reading order."""
    return [brief for section in sections for brief in section.briefs]


def subject_of(sections: Iterable[Section], otherwise: str) -> str:
    """Make the subject from the lead story's headline."""
    briefs = briefs_of(sections)
    return headline(briefs[0].headline if briefs else otherwise, SUBJECT)


def preheader_of(sections: Iterable[Section], language: str) -> str:
    """Make the preheader from the headlines after the lead story's: whole ones, as many as fit.

    Those in the readers' language, where there are any.
    """
    rest = briefs_of(sections)[1:]
    text = ""
    for brief in [
        one for one in rest if (one.headline_language or one.language) == language
    ] or rest:
        title = headline(brief.headline, SUBJECT)
        longer = f"{text} · {title}" if text else title
        if len(longer) > PREHEADER:
            break
        text = longer
    return text


def _unheard(stories: Iterable[RankedStory], told: Told) -> list[RankedStory]:
    new = ((one, unheard(one.story, told)) for one in stories)
    return [replace(one, story=story) for one, story in new if story is not None]


def _sections(
    chosen: Mapping[str, Sequence[RankedStory]], material: Material
) -> tuple[Section, ...]:
    return tuple(
        Section(
            theme=theme,
            title=section_title(theme, material.schedule, material.language),
            briefs=tuple(tell(one.story, material) for one in stories),
        )
        for theme, stories in chosen.items()
        if stories
    )


def section_title(theme: str, schedule: Schedule, language: str) -> str:
    """Give a theme's title in the readers' language, or in any, or its name."""
    titles: Mapping[str, str] = dict(schedule.themes[theme].title.items())
    return titles.get(language) or next(iter(titles.values()), theme)


def _follow(sections: tuple[Section, ...], told: Told, ties: Iterable[Tie]) -> tuple[Section, ...]:
    known = dict(told.headlines) | {b.story_id: b.headline for b in briefs_of(sections)}
    earlier: dict[int, int] = {}
    for tie in sorted(ties, key=lambda tie: -tie.similarity):
        if tie.earlier_id in known:
            earlier.setdefault(tie.story_id, tie.earlier_id)
    names = {story_id: known[earlier_id] for story_id, earlier_id in earlier.items()}
    names |= told.headlines  # a story that comes back follows itself
    return tuple(
        replace(section, briefs=tuple(_after(brief, names) for brief in section.briefs))
        for section in sections
    )


def _after(brief: Brief, names: Mapping[int, str]) -> Brief:
    follows = names.get(brief.story_id, "")
    return brief if follows == brief.headline else replace(brief, follows=follows)
