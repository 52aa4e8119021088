"""What is a new issue made from? The newest stories, what readers had before, and their sagas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from digest.compose.briefs import Material, leading
from digest.compose.draft import Stock, draft
from digest.compose.told import told_by
from digest.group.centre import nearest_first
from digest.group.novelty import headed_alike, news
from digest.group.ranking import rank
from digest.group.reading import Desk
from digest.group.retelling import in_own_words
from digest.model.article import Article
from digest.model.issue import Issue, IssueContent
from digest.model.story import RankedStory, Story
from digest.pipeline.newsroom import Newsroom
from digest.schedule.values import Newsletter
from digest.storage import articles, issues, rulings, stories


@dataclass(frozen=True, kw_only=True)
class Supply:
    """What a newsletter's next issue can be made from, and how it is told."""

    stock: Stock
    material: Material
    since: datetime
    """Stories whose newest article is older don't count any more."""


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """What a new issue says, in its articles' own words."""

    content: IssueContent
    articles: Mapping[int, Article]


def draft_content(
    newsroom: Newsroom, connection: Connection, newsletter: str, slot: datetime
) -> Drafted:
    """Draft what the issue due at `slot` says."""
    held = supply(newsroom, connection, newsletter, slot)
    content = draft(held.stock, held.material, newsroom.schedule.newsletters[newsletter])
    return Drafted(content=content, articles=held.material.articles)


def supply(newsroom: Newsroom, connection: Connection, newsletter: str, slot: datetime) -> Supply:
    """Rank what is new enough for the issue due at `slot`, and recall what was told before."""
    plan, now = newsroom.schedule.newsletters[newsletter], newsroom.clock()
    before = issues.told_before(connection, newsletter, slot)
    told = told_by(before)
    since = starts(plan, before[0] if before else None, now)
    found = stories.stories_since(connection, since, themed=True)
    ties = tuple(stories.ties(connection, {story.id for story in found}))
    events = stories.stories_of(connection, {tie.earlier_id for tie in ties})
    had = [id_ for event in events for id_ in event.article_ids if id_ in told.articles]
    own = [id_ for story in found for id_ in story.article_ids]
    material = Material(
        articles=articles.articles(connection, [*own, *had]),
        schedule=newsroom.schedule,
        summarise=summary_of,
        nearest=nearest_first,
        language=plan.language,
        leads=rulings.leads(connection),
    )
    desk = Desk(newsroom.schedule.aliases)
    stock = Stock(
        ranked=_ranked(connection, found, material, plan, now=now, since=since),
        told=told,
        ties=ties,
        earlier={event.id: event.article_ids for event in events},
        alike=headed_alike({story.id: leading(story, material) for story in found}, desk),
        news=partial(news, desk=desk),
    )
    return Supply(stock=stock, material=material, since=since)


def _ranked(
    connection: Connection,
    found: Sequence[Story],
    material: Material,
    plan: Newsletter,
    *,
    now: datetime,
    since: datetime,
) -> dict[str, list[RankedStory]]:
    ids = [id_ for story in found for id_ in story.article_ids]
    scores = stories.theme_scores(connection, ids)
    pins = rulings.pins(connection)
    return {
        theme: rank(
            found,
            scores,
            material.articles,
            theme=theme,
            weights={source.name: source.weight for source in material.schedule.sources},
            now=now,
            window=now - since,
            pins=pins,
        )
        for theme in plan.sections
    }


def starts(plan: Newsletter, previous: Issue | None, now: datetime) -> datetime:
    """Say since when stories count: the window, or the last issue's making when that is longer ago.

    So an issue made late loses nothing that appeared in between; at most one window more.
    """
    start = now - plan.window
    if previous is None or previous.created_at > start:
        return start
    return max(previous.created_at, start - plan.window)


def summary_of(article: Article) -> str:
    """Summarise an article in one to three sentences of its own."""
    return in_own_words(article).text
