"""Why does an article stand where it stands? Everything that grouping and ranking weighed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.group.clusters import SAME_STORY
from digest.group.lineage import SAME_SAGA, trace
from digest.group.reading import Desk
from digest.group.stories import WINDOW, Grouped, Grouping
from digest.group.themes import minimum
from digest.model.article import Article, Published
from digest.model.story import Copy, Reason, Story, ThemeScore, Tie
from digest.pipeline.grouping import default_since, read_material, regroup
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.placing import Place, places
from digest.storage import articles, stories
from digest.storage.sources import sources_of

_NEIGHBOURS = 6


@dataclass(frozen=True, kw_only=True)
class ThemeView:
    """How an article fits a theme, and what it would have needed."""

    theme: str
    score: float
    minimum: float
    belongs: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """Another story of the same days, and how alike it is."""

    story_id: int
    headline: str
    articles: int
    similarity: float
    joined: bool
    """It is the article's own story."""


@dataclass(frozen=True, kw_only=True)
class Relative:
    """A story of the same saga."""

    story_id: int
    headline: str
    similarity: float
    earlier: bool
    """The relative comes before the article's story."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One story of a saga."""

    story_id: int
    headline: str
    happened_at: datetime
    similarity: float
    """To the event after it, from which the saga was followed back to it."""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """One article, and everything that was weighed."""

    id: int
    title: str
    source: str
    also_given_by: tuple[str, ...]
    """The other sources that gave the very same article."""
    language: str
    published: Published
    first_seen_at: datetime
    marks: tuple[str, ...]
    """What an editor should know before using it: `partial`, `title-only`, `redirect`."""
    themes: tuple[ThemeView, ...]
    story: Story | None
    """None when it was not grouped yet."""
    members: tuple[tuple[int, str], ...]
    """Ids and titles of the story's articles, lead first."""
    copies: tuple[Copy, ...]
    neighbours: tuple[Neighbour, ...]
    """Nearest first."""
    same_story: float
    """Similarity from which stories become one."""
    relatives: tuple[Relative, ...]
    same_saga: float
    saga: tuple[Event, ...]
    """What the story goes on from, event by event, back to where it began."""
    places: tuple[Place, ...]


def explain(newsroom: Newsroom, article_id: int) -> Explanation:
    """Explain one article.

    Raises:
        NotFoundError: there is no article of that id.
    """
    with newsroom.database.read() as connection:
        article = articles.article(connection, article_id)
        story = next(iter(stories.stories_of(connection, [article_id])), None)
        scores = stories.theme_scores(connection, [article_id]).get(article_id, ())
        given_by = sources_of(connection, [article_id]).get(article_id, ())
        members = articles.articles(connection, story.article_ids if story else [])
        return Explanation(
            id=article.id,
            title=article.title,
            source=article.source,
            also_given_by=tuple(name for name in given_by if name != article.source),
            language=article.language,
            published=article.published,
            first_seen_at=article.first_seen_at,
            marks=tuple(sorted(mark.value for mark in article.marks)),
            themes=tuple(_theme_view(newsroom, score) for score in scores),
            story=story,
            members=tuple((a, members[a].title) for a in (story.article_ids if story else ())),
            copies=story.copies if story else (),
            neighbours=_neighbours(newsroom, connection, article),
            same_story=SAME_STORY,
            relatives=_relatives(connection, story) if story else (),
            same_saga=SAME_SAGA,
            saga=_saga(connection, story) if story else (),
            places=places(newsroom, connection, story) if story else (),
        )


def _theme_view(newsroom: Newsroom, score: ThemeScore) -> ThemeView:
    theme = newsroom.schedule.themes.get(score.theme)
    return ThemeView(
        theme=score.theme,
        score=score.score,
        minimum=minimum(theme) if theme else 0.0,
        belongs=score.belongs,
        reasons=score.reasons,
    )


def _neighbours(
    newsroom: Newsroom, connection: Connection, article: Article
) -> tuple[Neighbour, ...]:
    since = min(default_since(newsroom), article.published.at - WINDOW)
    material = read_material(newsroom, connection, since)
    desk = Desk(newsroom.schedule.aliases)
    grouping = regroup(newsroom, map(desk.read, material.recent), material, newsroom.encoder)
    titles = {found.id: found.title for found in (*material.recent, *material.earlier)}
    likely = grouping.likely(article.id)
    own = next(g for g in grouping.stories if article.id in g.story.article_ids)
    rivals = [g for g in grouping.stories if g is not own]
    rivals.sort(key=lambda g: -max(likely.get(text, 0.0) for text in g.texts))
    near = [own, *rivals[: 3 * _NEIGHBOURS]]
    weighed = [_neighbour(grouped, article.id, own, grouping, titles) for grouped in near]
    told = [n for n in weighed if n is not None and (n.similarity > 0 or n.joined)]
    return tuple(sorted(told, key=lambda n: (-n.similarity, n.story_id))[:_NEIGHBOURS])


def _neighbour(
    grouped: Grouped, article_id: int, own: Grouped, grouping: Grouping, titles: Mapping[int, str]
) -> Neighbour | None:
    joined = grouped is own
    if joined and len(grouped.story.article_ids) == 1:
        return None
    mean = 0.0 if joined else grouping.alike(own.texts, grouped.texts)
    return Neighbour(
        story_id=grouped.story.id,
        headline=titles[grouped.story.lead_id],
        articles=len(grouped.story.article_ids),
        similarity=grouped.similarities[article_id] if joined else round(mean, 4),
        joined=joined,
    )


def _relatives(connection: Connection, story: Story) -> tuple[Relative, ...]:
    found = [(tie.earlier_id, tie, True) for tie in stories.ties(connection, [story.id])] + [
        (tie.story_id, tie, False) for tie in stories.ties_to(connection, story.id)
    ]
    leads = {s.id: s.lead_id for s in stories.stories_of(connection, [key for key, _, _ in found])}
    named = articles.articles(connection, leads.values())
    return tuple(
        _relative(key, tie, named[leads[key]], earlier=before) for key, tie, before in found
    )


def _relative(story_id: int, tie: Tie, lead: Article, *, earlier: bool) -> Relative:
    return Relative(
        story_id=story_id, headline=lead.title, similarity=tie.similarity, earlier=earlier
    )


def _saga(connection: Connection, story: Story) -> tuple[Event, ...]:
    links = trace(story.id, lambda id_: stories.ties(connection, [id_]))
    told = {one.id: one for one in stories.stories_of(connection, [t.earlier_id for t in links])}
    leads = articles.articles(connection, [one.lead_id for one in told.values()])
    return tuple(
        Event(
            story_id=link.earlier_id,
            headline=leads[told[link.earlier_id].lead_id].title,
            happened_at=told[link.earlier_id].happened_at,
            similarity=link.similarity,
        )
        for link in links
    )
