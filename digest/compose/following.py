"""What does a story go on from, and what does it say that readers were not told?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from digest.compose.briefs import Material, leading
from digest.compose.shortening import excerpt
from digest.compose.told import Told
from digest.model.article import Article
from digest.model.issue import Brief
from digest.model.story import Lineage, Story, Tie

News: TypeAlias = Callable[[Sequence[Article], Sequence[Article]], tuple[str, ...] | None]
"""Gives the sentences of some articles that say what others did not: None when nothing is new, and
empty when that can't be told.
"""


def unread(_new: Sequence[Article], _told: Sequence[Article]) -> tuple[str, ...] | None:
    """Take every new article for news, and quote nothing of it."""
    return ()


@dataclass(frozen=True, kw_only=True)
class Past:
    """What readers know of a story, or of an earlier event of its saga."""

    headline: str
    """The last one that they read."""
    article_ids: tuple[int, ...]
    """What they were told."""


def past_of(
    story: Story, told: Told, ties: Iterable[Tie], earlier: Mapping[int, Sequence[int]]
) -> Past | None:
    """Give what a story goes on from: itself, or the nearest earlier event that readers know.

    `earlier` has the articles of the events that ties name, by story id.
    """
    nearest = sorted((t for t in ties if t.story_id == story.id), key=lambda t: -t.similarity)
    known = [story.article_ids, *(earlier.get(tie.earlier_id, ()) for tie in nearest)]
    return next(filter(None, (_known(article_ids, told) for article_ids in known)), None)


def _known(article_ids: Iterable[int], told: Told) -> Past | None:
    had = tuple(id_ for id_ in article_ids if id_ in told.numbers)
    if not had:
        return None
    last = max(had, key=lambda id_: told.numbers[id_])
    return Past(headline=told.headings[last], article_ids=had)


def says_news(story: Story, past: Past, material: Material, news: News) -> bool:
    """Tell whether what is left of a story says anything that readers were not told."""
    return news(_texts(story.article_ids, material), _texts(past.article_ids, material)) is not None


def go_on(brief: Brief, story: Story, past: Past, material: Material, news: News) -> Brief:
    """Say in a brief what it follows, and what its lead article adds to that.

    Summary and news together keep within the source's licence; what the summary says is not said
    twice.
    """
    lead = leading(story, material)
    found = news([lead], _texts(past.article_ids, material)) or ()
    said = brief.summary.casefold()
    added = " ".join(one for one in found if one.casefold().rstrip(".…") not in said)
    source = material.schedule.source(lead.source)
    limit = source.licence.excerpt if source else len(brief.summary) + len(added) + 1
    summary, added = _within(brief.summary, added, limit)
    follows = "" if past.headline == brief.headline else past.headline
    return replace(brief, lineage=Lineage.CONTINUES, follows=follows, summary=summary, news=added)


def _within(summary: str, news: str, limit: int) -> tuple[str, str]:
    """Shorten the summary for the news, by whole sentences; where none would be left, drop them."""
    room = limit - len(news) - 1
    if not news or len(summary) <= room:
        return summary, news
    shorter = excerpt(summary, room) if room > 0 else ""
    return (shorter, news) if shorter and not shorter.endswith("…") else (summary, "")


def _texts(ids: Iterable[int], material: Material) -> list[Article]:
    known: Mapping[int, Article] = material.articles
    return [known[id_] for id_ in ids if id_ in known]
