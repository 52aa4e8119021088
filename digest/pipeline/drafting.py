"""What is a new issue made from? The newest stories, what readers had before, and their sagas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.compose.briefs import Material
from digest.compose.draft import draft
from digest.compose.selection import Told, told_by
from digest.group.centre import nearest_first
from digest.group.ranking import rank
from digest.group.retelling import in_own_words
from digest.model.article import Article
from digest.model.issue import Issue, IssueContent
from digest.model.story import RankedStory
from digest.pipeline.newsroom import Newsroom
from digest.schedule.values import Newsletter
from digest.storage import articles, issues, rulings, stories


@dataclass(frozen=True, kw_only=True)
class Stock:
    """What a newsletter's next issue can be made from."""

    ranked: Mapping[str, Sequence[RankedStory]]
    """By section, best first; those that readers had before are still among them."""
    articles: Mapping[int, Article]
    told: Told


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """What a new issue says, in its articles' own words."""

    content: IssueContent
    articles: Mapping[int, Article]


def draft_content(
    newsroom: Newsroom, connection: Connection, newsletter: str, slot: datetime
) -> Drafted:
    """Draft what the issue due at `slot` says."""
    plan = newsroom.schedule.newsletters[newsletter]
    held = stock(newsroom, connection, newsletter, slot)
    material = Material(
        articles=held.articles,
        schedule=newsroom.schedule,
        summarise=summary_of,
        nearest=nearest_first,
        language=plan.language,
        leads=rulings.leads(connection),
    )
    ids = {one.story.id for ranked in held.ranked.values() for one in ranked}
    ties = stories.ties(connection, ids)
    content = draft(held.ranked, material, plan, told=held.told, ties=ties)
    return Drafted(content=content, articles=held.articles)


def stock(newsroom: Newsroom, connection: Connection, newsletter: str, slot: datetime) -> Stock:
    """Rank what is new enough for the issue due at `slot`, and recall what was told before."""
    plan = newsroom.schedule.newsletters[newsletter]
    now = newsroom.clock()
    told = issues.told_before(connection, newsletter, slot)
    since = starts(plan, told[0] if told else None, now)
    found = stories.stories_since(connection, since, themed=True)
    ids = [id_ for story in found for id_ in story.article_ids]
    texts = articles.articles(connection, ids)
    scores = stories.theme_scores(connection, ids)
    weights = {source.name: source.weight for source in newsroom.schedule.sources}
    pins = rulings.pins(connection)
    ranked = {
        theme: rank(
            found,
            scores,
            texts,
            theme=theme,
            weights=weights,
            now=now,
            window=now - since,
            pins=pins,
        )
        for theme in plan.sections
    }
    return Stock(ranked=ranked, articles=texts, told=told_by(told))


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
