"""What does a new issue say before an editor has seen it?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from digest.compose.briefs import Material, leading, publisher, tell
from digest.compose.selection import Alike, Company, choose, unlike
from digest.compose.shortening import headline
from digest.compose.told import Told, unheard
from digest.model.issue import Brief, IssueContent, Section
from digest.model.story import RankedStory, Tie
from digest.schedule.values import Newsletter, Schedule

SUBJECT = 70
"""Characters: what a phone shows of a subject, and a little more."""
PREHEADER = 110


@dataclass(frozen=True, kw_only=True)
class Stock:
    """What an issue can be made from."""

    ranked: Mapping[str, Sequence[RankedStory]]
    """By theme, best first; stories that readers had before are still among them."""
    told: Told
    ties: tuple[Tie, ...] = ()
    """Of the ranked stories to earlier events."""
    alike: Alike = unlike
    """How alike two stories are headed, by their ids."""


def draft(stock: Stock, material: Material, newsletter: Newsletter) -> IssueContent:
    """Draft an issue.

    What readers had comes back only with what is new of it. Ties name the earlier event where
    readers know it: from this issue or an earlier one.
    """
    new = news(stock, newsletter)
    choice = choose(new, newsletter.stories, company(stock, new, material))
    sections = _sections(choice.taken, material)
    sections = _follow(sections, stock.told, stock.ties)
    return IssueContent(
        subject=subject_of(sections, newsletter.title),
        preheader=preheader_of(sections, newsletter.language),
        sections=sections,
        left_out=_sections(choice.left_out, material),
    )


def news(stock: Stock, newsletter: Newsletter) -> dict[str, list[RankedStory]]:
    """Give what readers have not had of each section's stories, best first."""
    return {
        theme: _unheard(stock.ranked.get(theme, ()), stock.told) for theme in newsletter.sections
    }


def company(
    stock: Stock, ranked: Mapping[str, Sequence[RankedStory]], material: Material
) -> Company:
    """Tell what the stories of `ranked` have to do with each other."""
    found = {one.story.id: one.story for stories in ranked.values() for one in stories}
    return Company(
        sources={
            id_: publisher(leading(story, material), material.schedule)
            for id_, story in found.items()
        },
        sagas=frozenset((tie.story_id, tie.earlier_id) for tie in stock.ties),
        alike=stock.alike,
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
