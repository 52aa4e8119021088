"""Which stories go into an issue, and where? Each once, in its best section, none told before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from digest.model.issue import Issue
from digest.model.story import RankedStory, Story
from digest.schedule.values import Limits


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a newsletter's readers already had."""

    articles: frozenset[int] = frozenset()
    headlines: Mapping[int, str] = field(default_factory=dict)
    """Story id → the headline it was last told under."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The stories of an issue by theme, in reading order, and those left out."""

    taken: Mapping[str, tuple[RankedStory, ...]]
    left_out: Mapping[str, tuple[RankedStory, ...]]


def told_by(earlier: Iterable[Issue]) -> Told:
    """Gather what earlier issues told; give them latest first."""
    briefs = [b for one in earlier for section in one.content.sections for b in section.briefs]
    return Told(
        articles=frozenset(id_ for brief in briefs for id_ in brief.article_ids),
        headlines={brief.story_id: brief.headline for brief in reversed(briefs)},
    )


def unheard(story: Story, told: Told) -> Story | None:
    """Give what of a story readers don't know yet; None when they know all of it.

    A copy of a text they had is nothing new.
    """
    if not told.articles.intersection(story.article_ids):
        return story
    original = {copy.article_id: copy.original_id for copy in story.copies}
    fresh = tuple(
        id_
        for id_ in story.article_ids
        if id_ not in told.articles and original.get(id_) not in told.articles
    )
    return replace(story, lead_id=fresh[0], article_ids=fresh) if fresh else None


def choose(
    ranked: Mapping[str, Sequence[RankedStory]], limits: Limits, *, spare: int = 10
) -> Choice:
    """Choose within the limits: every section's lead first, then the best of all sections.

    `ranked` has the newsletter's themes in reading order. Up to `spare` stories a theme are left
    out by name; the rest is forgotten.
    """
    home = _homes(ranked)
    kept = _within(home, limits)
    taken = {
        theme: tuple(one for one in stories if (theme, one.story.id) in kept)
        for theme, stories in home.items()
    }
    left_out = {
        theme: tuple(one for one in stories if (theme, one.story.id) not in kept)[:spare]
        for theme, stories in home.items()
    }
    return Choice(taken=taken, left_out=left_out)


def _homes(ranked: Mapping[str, Sequence[RankedStory]]) -> dict[str, list[RankedStory]]:
    """Put each story where it scores best; at equal scores in the earlier section."""
    best: dict[int, RankedStory] = {}
    for stories in ranked.values():
        for one in stories:
            known = best.get(one.story.id)
            if known is None or one.score > known.score:
                best[one.story.id] = one
    return {
        theme: [one for one in stories if best[one.story.id].theme == theme]
        for theme, stories in ranked.items()
    }


def _within(home: Mapping[str, Sequence[RankedStory]], limits: Limits) -> set[tuple[str, int]]:
    fitting = [
        (place, one)
        for stories in home.values()
        for place, one in enumerate(stories)
        if place < limits.section
    ]
    fitting.sort(key=lambda pair: (pair[0] > 0, -pair[1].score, pair[1].story.id))
    return {(one.theme, one.story.id) for _, one in fitting[: limits.issue]}
