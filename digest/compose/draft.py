"""What does a new issue say before an editor has seen it?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from digest.compose.briefs import Material, leading, publisher, tell
from digest.compose.essentials import with_essentials
from digest.compose.following import News, Past, go_on, past_of, says_news, unread
from digest.compose.selection import Alike, Company, choose, unlike
from digest.compose.shortening import headline
from digest.compose.told import Told, unheard
from digest.model.issue import Brief, IssueContent, Section
from digest.model.story import Lineage, RankedStory, Story, Tie
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
    earlier: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """Those events' articles, by story id."""
    alike: Alike = unlike
    """How alike two stories are headed, by their ids."""
    news: News = unread
    """What articles say that others did not."""

    def past(self, story_id: int) -> Past | None:
        """Give what a ranked story goes on from, if readers know anything of it."""
        stories = (one.story for found in self.ranked.values() for one in found)
        story = next(story for story in stories if story.id == story_id)
        return past_of(story, self.told, self.ties, self.earlier)


def draft(stock: Stock, material: Material, newsletter: Newsletter) -> IssueContent:
    """Draft an issue.

    What readers had comes back only with what is new of it. Ties name the earlier event where
    readers know it: from this issue or an earlier one.
    """
    new = fresh(stock, material, newsletter)
    choice = choose(new, newsletter.stories, company(stock, new, material))
    told = _within_issue(_sections(choice.taken, stock, material), stock.ties)
    sections = with_essentials(told, newsletter.language)
    return IssueContent(
        subject=subject_of(sections, newsletter.title),
        preheader=preheader_of(sections, newsletter.language),
        sections=sections,
        left_out=_sections(choice.left_out, stock, material),
    )


def fresh(stock: Stock, material: Material, newsletter: Newsletter) -> dict[str, list[RankedStory]]:
    """Give what readers have not had of each section's stories, best first.

    A story of which they had a part comes back only if the rest says something new.
    """
    sections = {theme: stock.ranked.get(theme, ()) for theme in newsletter.sections}
    whole = {one.story.id: one.story for found in sections.values() for one in found}
    left = {id_: _unheard(story, stock, material) for id_, story in whole.items()}
    return {
        theme: [
            replace(one, story=story) for one in found if (story := left[one.story.id]) is not None
        ]
        for theme, found in sections.items()
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


def _unheard(story: Story, stock: Stock, material: Material) -> Story | None:
    new = unheard(story, stock.told)
    if new is None or new is story:
        return new
    past = past_of(story, stock.told, (), {})
    return new if past is None or says_news(new, past, material, stock.news) else None


def _sections(
    chosen: Mapping[str, Sequence[RankedStory]], stock: Stock, material: Material
) -> tuple[Section, ...]:
    return tuple(
        Section(
            theme=theme,
            title=section_title(theme, material.schedule, material.language),
            briefs=tuple(_brief(one.story, stock, material) for one in stories),
        )
        for theme, stories in chosen.items()
        if stories
    )


def _brief(story: Story, stock: Stock, material: Material) -> Brief:
    past, brief = stock.past(story.id), tell(story, material)
    return go_on(brief, story, past, material, stock.news) if past else brief


def section_title(theme: str, schedule: Schedule, language: str) -> str:
    """Give a theme's title in the readers' language, or in any, or its name."""
    titles: Mapping[str, str] = dict(schedule.themes[theme].title.items())
    return titles.get(language) or next(iter(titles.values()), theme)


def _within_issue(sections: tuple[Section, ...], ties: Iterable[Tie]) -> tuple[Section, ...]:
    """Let stories that readers know nothing of follow the nearest event in the same issue."""
    headlines = {brief.story_id: brief.headline for brief in briefs_of(sections)}
    follows: dict[int, str] = {}
    for tie in sorted(ties, key=lambda tie: -tie.similarity):
        if tie.earlier_id in headlines:
            follows.setdefault(tie.story_id, headlines[tie.earlier_id])
    return tuple(
        replace(section, briefs=tuple(_after(brief, follows) for brief in section.briefs))
        for section in sections
    )


def _after(brief: Brief, follows: Mapping[int, str]) -> Brief:
    if brief.lineage is not Lineage.NEW or brief.story_id not in follows:
        return brief
    return replace(brief, follows=follows[brief.story_id])
