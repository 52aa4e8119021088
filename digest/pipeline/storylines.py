"""Which stories has an editor before them, and what was ruled about one?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.errors import NotFoundError, unknown
from digest.group.ranking import theme_score
from digest.model.ruling import Ruling
from digest.model.story import Story
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.rulings import story_of
from digest.schedule.values import Newsletter
from digest.storage import articles, rulings, stories


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A story in a list."""

    id: int
    headline: str
    """Title of its lead."""
    articles: int
    voices: int
    happened_at: datetime
    themes: tuple[str, ...]
    """Of those that were asked for."""
    pinned: bool
    ruled: bool
    """An editor had a hand in it."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """An article of a story."""

    id: int
    title: str
    source: str
    language: str
    published_at: datetime
    copy_of: int | None
    """The article whose text it repeats."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A story with its articles, lead first, and every ruling that names one of them."""

    story: Story
    members: tuple[Member, ...]
    rulings: tuple[Ruling, ...]
    """The latest first."""


def listed(newsroom: Newsroom, newsletter: str = "", theme: str = "") -> list[Listed]:
    """List the stories of a newsletter's window and themes, the newest first; of all when empty.

    Raises:
        NotFoundError: schedule.yaml has no such newsletter, or no such theme.
    """
    plans = _plans(newsroom, newsletter)
    themes = _themes(newsroom, plans, theme)
    since = newsroom.clock() - max(plan.window for plan in plans)
    with newsroom.database.read() as connection:
        found = stories.stories_since(connection, since, themed=True)
        return _listed(connection, found, themes)


def shown(newsroom: Newsroom, article_id: int) -> Shown:
    """Show the story that an article is in.

    Raises:
        NotFoundError: there is no such article.
        ConflictError: it is in no story.
    """
    with newsroom.database.read() as connection:
        story = story_of(connection, article_id)
        return Shown(
            story=story,
            members=_members(connection, story),
            rulings=tuple(rulings.rulings_on(connection, story.article_ids)),
        )


def _plans(newsroom: Newsroom, newsletter: str) -> list[Newsletter]:
    known = newsroom.schedule.newsletters
    if newsletter and newsletter not in known:
        raise NotFoundError(unknown("newsletter", newsletter, known))
    return [known[newsletter]] if newsletter else list(known.values())


def _themes(newsroom: Newsroom, plans: Sequence[Newsletter], theme: str) -> tuple[str, ...]:
    if theme and theme not in newsroom.schedule.themes:
        raise NotFoundError(unknown("theme", theme, newsroom.schedule.themes))
    sections = dict.fromkeys(section for plan in plans for section in plan.sections)
    return (theme,) if theme else tuple(sections)


def _listed(connection: Connection, found: Sequence[Story], themes: Sequence[str]) -> list[Listed]:
    ids = [article for story in found for article in story.article_ids]
    scores = stories.theme_scores(connection, ids)
    titles = articles.articles(connection, [story.lead_id for story in found])
    pins = rulings.pins(connection)
    ruled = {
        article
        for ruling in rulings.rulings_on(connection, ids)
        for article in (ruling.article_id, ruling.other_id)
    }
    told = [
        Listed(
            id=story.id,
            headline=titles[story.lead_id].title,
            articles=len(story.article_ids),
            voices=story.voices,
            happened_at=story.happened_at,
            themes=tuple(t for t in themes if theme_score(story, scores, t) is not None),
            pinned=not pins.isdisjoint(story.article_ids),
            ruled=not ruled.isdisjoint(story.article_ids),
        )
        for story in found
    ]
    ordered = sorted(told, key=lambda one: (one.happened_at, one.id), reverse=True)
    return [one for one in ordered if one.themes]


def _members(connection: Connection, story: Story) -> tuple[Member, ...]:
    known = articles.articles(connection, story.article_ids)
    originals = {copy.article_id: copy.original_id for copy in story.copies}
    return tuple(
        Member(
            id=id_,
            title=known[id_].title,
            source=known[id_].source,
            language=known[id_].language,
            published_at=known[id_].published.at,
            copy_of=originals.get(id_),
        )
        for id_ in story.article_ids
    )
