"""What are this window's articles about, and which of them tell one event?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain

from sqlalchemy import Connection

from digest.compose.told import told_by
from digest.group.lineage import MEMORY, REACH, find_ties
from digest.group.meaning import Encoder, Remembering
from digest.group.reading import Desk, Reading
from digest.group.ruled import obeying
from digest.group.stories import WINDOW, Grouped, Grouping, find_stories
from digest.group.themes import ThemeScorer
from digest.model.article import Article
from digest.model.ruling import Rulings
from digest.model.story import ThemeScore, Tie
from digest.pipeline import models
from digest.pipeline.newsroom import Newsroom
from digest.storage import articles, issues, stories
from digest.storage.rulings import rulings_among
from subscribers.database import alone

WRITING = "write stories"
"""Of several processes one writes stories at a time."""
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""Before it nothing was published; far before it, no calendar reaches."""


@dataclass(frozen=True, kw_only=True)
class GroupReport:
    """What one grouping found."""

    since: datetime
    articles: int
    stories: int
    shared: int
    """Stories that more than one article tells."""
    copies: int
    ties: int
    themes: Mapping[str, int]
    """Theme → articles that belong to it."""
    scored_by: str
    """`definition`, or the name of the model that knows more."""
    note: str
    """Why definitions alone score although a model was chosen; empty when all is well."""


@dataclass(frozen=True, kw_only=True)
class Material:
    """What a grouping works on."""

    recent: tuple[Article, ...]
    """Of the window: these are grouped."""
    earlier: tuple[Article, ...]
    """From before: they stay as they were grouped."""
    settled: tuple[tuple[int, ...], ...]
    """Ids of `earlier`, story by story."""
    known: tuple[tuple[int, ...], ...]
    """The stories as they stand, by the ids of their articles."""
    touched: frozenset[int]
    """Articles whose stories are looked at again, however old they are."""
    rulings: Rulings
    chosen: frozenset[int]
    """Articles that a person chose: told in an issue, or dropped into a folder."""


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What is written of a grouping."""

    scores: tuple[ThemeScore, ...]
    stories: tuple[Grouped, ...]
    ties: tuple[Tie, ...]
    scored_by: str
    note: str
    grouping: Grouping


def group(
    newsroom: Newsroom, *, since: datetime | None = None, touched: Iterable[int] = ()
) -> GroupReport:
    """Score, group and tie the articles published since then, in one transaction.

    Without `since`: the longest newsletter's window and the reach of a story before that. Doing it
    again changes no row. Articles from before keep the story that they are in; new ones may join.
    What editors ruled holds, for older stories too when their articles are `touched`.
    """
    return group_whole(newsroom, since=since, touched=touched)[0]


def group_whole(
    newsroom: Newsroom, *, since: datetime | None = None, touched: Iterable[int] = ()
) -> tuple[GroupReport, Grouping]:
    """Group as `group` does; give what was found too."""
    again = frozenset(touched)
    since = max(since or default_since(newsroom), _EARLIEST)
    while True:
        with newsroom.database.read() as connection:
            material = read_material(newsroom, connection, since, again)
        findings = _find(newsroom, material)
        with newsroom.database.write() as connection:
            alone(connection, WRITING)
            chosen = _chosen(newsroom, connection, since)
            known = _known(connection, since, material.recent, again | chosen)
            ruled = _rulings(connection, material.recent, known)
            seen = (material.known, material.rulings, material.chosen)
            if (known, ruled, chosen) == seen:  # nobody was faster
                _write(connection, material, findings, newsroom.clock())
                return _report(newsroom, since, material, findings), findings.grouping


def default_since(newsroom: Newsroom) -> datetime:
    """Give the moment from which articles can matter to any newsletter's next issue."""
    windows = [newsletter.window for newsletter in newsroom.schedule.newsletters.values()]
    return newsroom.clock() - max(windows, default=timedelta(days=7)) - WINDOW


def read_material(
    newsroom: Newsroom,
    connection: Connection,
    since: datetime,
    touched: frozenset[int] = frozenset(),
) -> Material:
    """Read the window's articles and, for joins and ties, those of stories from before it."""
    recent = tuple(articles.published_since(connection, since))
    chosen = _chosen(newsroom, connection, since)
    known = _known(connection, since, recent, touched | chosen)
    ruled = _rulings(connection, recent, known)
    grouped = {article.id for article in recent}
    before = [[article for article in members if article not in grouped] for members in known]
    earlier = articles.articles(connection, [article for members in before for article in members])
    return Material(
        recent=recent,
        earlier=tuple(earlier.values()),
        settled=tuple(obeying(before, ruled)),
        known=known,
        touched=touched,
        rulings=ruled,
        chosen=chosen,
    )


def regroup(
    newsroom: Newsroom,
    recent: Iterable[Reading],
    material: Material,
    encoder: Encoder | None,
) -> Grouping:
    """Group what was read, in memory."""
    desk = Desk(newsroom.schedule.aliases)
    return find_stories(
        chain(recent, desk.read_all(material.earlier)),
        settled=material.settled,
        rulings=material.rulings,
        encoder=encoder,
    )


def fresh_stories(grouping: Grouping, material: Material) -> list[Grouped]:
    """Give the stories to write: those looked at, and those that share articles with them."""
    reached = {article.id for article in material.recent} | material.touched
    groups = [set(grouped.story.article_ids) for grouped in grouping.stories]
    groups += [set(article_ids) for article_ids in material.known]
    while grown := set().union(*(g for g in groups if g & reached)) - reached:
        reached |= grown
    return [g for g in grouping.stories if reached & set(g.story.article_ids)]


def _chosen(newsroom: Newsroom, connection: Connection, since: datetime) -> frozenset[int]:
    folders = [source.name for source in newsroom.schedule.sources if source.folder]
    told = told_by(issues.told_since(connection, since - MEMORY)).articles
    return told.union(articles.ids_from(connection, folders, since - MEMORY))


def _known(
    connection: Connection, since: datetime, recent: Sequence[Article], others: frozenset[int]
) -> tuple[tuple[int, ...], ...]:
    told = (
        *stories.stories_since(connection, since - REACH, themed=True),
        *stories.stories_since(connection, since - WINDOW),
        *stories.stories_of(connection, others.union(article.id for article in recent)),
    )
    by_id = {story.id: story.article_ids for story in told}
    return tuple(by_id[story] for story in sorted(by_id))


def _rulings(
    connection: Connection, recent: Sequence[Article], known: Sequence[Sequence[int]]
) -> Rulings:
    grouped = {article.id for article in recent}
    return rulings_among(connection, grouped.union(*known))


def _find(newsroom: Newsroom, material: Material) -> Findings:
    desk = Desk(newsroom.schedule.aliases)
    chosen = models.chosen(newsroom)
    encoder = Remembering(newsroom.encoder) if newsroom.encoder else None
    scorer = ThemeScorer(newsroom.schedule.themes, desk, chosen.model, encoder)
    scores: list[ThemeScore] = []

    def read() -> Iterator[Reading]:
        for reading in desk.read_all(material.recent):
            scores.extend(scorer.score(reading))
            yield reading  # once: what was read of some texts is let go before the next

    grouping = regroup(newsroom, read(), material, encoder)
    fresh = fresh_stories(grouping, material)
    ids = {grouped.story.id for grouped in fresh}
    ties = find_ties(grouping, chosen=material.chosen)
    return Findings(
        scores=tuple(scores),
        stories=tuple(fresh),
        # Rewriting a story takes the ties of later ones to it away too.
        ties=tuple(tie for tie in ties if tie.story_id in ids or tie.earlier_id in ids),
        scored_by=chosen.name,
        note=chosen.note,
        grouping=grouping,
    )


def _write(connection: Connection, material: Material, found: Findings, now: datetime) -> None:
    told = [grouped.story for grouped in found.stories]
    similarities = {a: alike for g in found.stories for a, alike in g.similarities.items()}
    stories.replace_scores(connection, [article.id for article in material.recent], found.scores)
    stories.replace_stories(connection, told, similarities, now=now)
    stories.add_ties(connection, found.ties)


def _report(
    newsroom: Newsroom, since: datetime, material: Material, found: Findings
) -> GroupReport:
    told = [grouped.story for grouped in found.stories]
    belonging = Counter(score.theme for score in found.scores if score.belongs)
    return GroupReport(
        since=since,
        articles=len(material.recent),
        stories=len(told),
        shared=sum(len(story.article_ids) > 1 for story in told),
        copies=sum(len(story.copies) for story in told),
        ties=len(found.ties),
        themes={theme: belonging[theme] for theme in newsroom.schedule.themes},
        scored_by=found.scored_by,
        note=found.note,
    )
