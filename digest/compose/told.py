"""What did a newsletter's readers already have, and what of a story is new to them?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from digest.model.issue import Issue
from digest.model.story import Story


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a newsletter's readers already had."""

    articles: frozenset[int] = frozenset()
    numbers: Mapping[int, int] = field(default_factory=dict)
    """Article id → number of the issue that last told it."""
    headings: Mapping[int, str] = field(default_factory=dict)
    """Article id → the headline it was last told under."""


def told_by(earlier: Iterable[Issue]) -> Told:
    """Gather what earlier issues told; give them latest first."""
    tellings = [
        (one.number, brief)
        for one in earlier
        for section in one.content.sections
        for brief in section.briefs
    ][::-1]
    numbers = {id_: number for number, brief in tellings for id_ in brief.article_ids}
    return Told(
        articles=frozenset(numbers),
        numbers=numbers,
        headings={id_: brief.headline for _, brief in tellings for id_ in brief.article_ids},
    )


def unheard(story: Story, told: Told) -> Story | None:
    """Give what of a story readers don't know yet; None when they know all of it.

    A copy of a text they had is nothing new, nor is the original of a copy they had.
    """
    if not told.articles.intersection(story.article_ids):
        return story
    original = {copy.article_id: copy.original_id for copy in story.copies}
    known = {original.get(id_, id_) for id_ in story.article_ids if id_ in told.articles}
    fresh = tuple(id_ for id_ in story.article_ids if original.get(id_, id_) not in known)
    return replace(story, lead_id=fresh[0], article_ids=fresh) if fresh else None
