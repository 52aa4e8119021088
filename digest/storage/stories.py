"""What did grouping find? Theme scores, stories and the ties between them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, delete, exists, func, insert, select

from digest.model.story import Copy, Reason, Story, ThemeScore, Tie
from digest.storage.tables import articles as articles_table
from digest.storage.tables import stories as stories_table
from digest.storage.tables import story_articles
from digest.storage.tables import theme_scores as scores_table
from digest.storage.tables import ties as ties_table

_CHUNK = 500
"""Ids asked for at once: SQLite binds a limited number of values."""


def stories_since(connection: Connection, since: datetime, *, themed: bool = False) -> list[Story]:
    """Give the stories whose newest article was published at `since` or later, by id.

    `themed` leaves out those of which no article belongs to any theme.
    """
    wanted = select(stories_table).where(stories_table.c.happened_at >= since)
    if themed:
        wanted = wanted.where(_of_a_theme())
    return _stories(connection, connection.execute(wanted.order_by(stories_table.c.id)).all())


def stories_of(connection: Connection, article_ids: Iterable[int]) -> list[Story]:
    """Give the stories that hold any of these articles, by id."""
    touched: set[int] = set()
    for ids in _chunks(article_ids):
        asked = select(story_articles.c.story_id).where(story_articles.c.article_id.in_(ids))
        touched |= set(connection.scalars(asked))
    return [
        story for ids in _chunks(touched) for story in _stories(connection, _rows(connection, ids))
    ]


def homes_since(connection: Connection, since: datetime) -> dict[int, int]:
    """Map the articles published at `since` or later to their stories, those that have one."""
    joined = story_articles.join(articles_table, articles_table.c.id == story_articles.c.article_id)
    asked = select(story_articles.c.article_id, story_articles.c.story_id).select_from(joined)
    rows = connection.execute(asked.where(articles_table.c.published_at >= since))
    return {row.article_id: row.story_id for row in rows}


def theme_scores(
    connection: Connection, article_ids: Iterable[int]
) -> dict[int, tuple[ThemeScore, ...]]:
    """Map articles to their theme scores, best first; articles without any are left out."""
    found: defaultdict[int, list[ThemeScore]] = defaultdict(list)
    for ids in _chunks(article_ids):
        asked = select(scores_table).where(scores_table.c.article_id.in_(ids))
        for row in connection.execute(asked):
            found[row.article_id].append(_score(row))
    return {
        article: tuple(sorted(scores, key=lambda score: (-score.score, score.theme)))
        for article, scores in sorted(found.items())
    }


def scores_near(
    connection: Connection, theme: str, score: float, number: int
) -> list[tuple[int, float]]:
    """Give the articles whose scores for a theme are nearest to a score, with them."""
    asked = (
        select(scores_table.c.article_id, scores_table.c.score)
        .where(scores_table.c.theme == theme)
        .order_by(func.abs(scores_table.c.score - score), scores_table.c.article_id.desc())
        .limit(number)
    )
    return [(row.article_id, row.score) for row in connection.execute(asked)]


def ties(connection: Connection, story_ids: Iterable[int]) -> list[Tie]:
    """Give the ties from stories to earlier events, nearest first within a story."""
    found: list[Tie] = []
    for ids in _chunks(story_ids):
        asked = select(ties_table).where(ties_table.c.story_id.in_(ids))
        found += [Tie(**row._asdict()) for row in connection.execute(asked)]
    return sorted(found, key=lambda tie: (tie.story_id, -tie.similarity, tie.earlier_id))


def ties_to(connection: Connection, story_id: int) -> list[Tie]:
    """Give the ties from later events to this story, nearest first."""
    asked = select(ties_table).where(ties_table.c.earlier_id == story_id)
    found = [Tie(**row._asdict()) for row in connection.execute(asked)]
    return sorted(found, key=lambda tie: (-tie.similarity, tie.story_id))


def replace_scores(
    connection: Connection, article_ids: Iterable[int], scores: Sequence[ThemeScore]
) -> None:
    """Put new theme scores in the place of all former ones of these articles."""
    for ids in _chunks(article_ids):
        connection.execute(delete(scores_table).where(scores_table.c.article_id.in_(ids)))
    _insert(connection, scores_table, [_score_row(score) for score in scores])


def replace_stories(
    connection: Connection,
    stories: Sequence[Story],
    similarities: Mapping[int, float],
    *,
    now: datetime,
) -> None:
    """Put stories in the place of every former story of their articles, and of its ties.

    `similarities` maps articles to their similarity to the rest of their story. A story that is
    as it was keeps the moment at which it was grouped.
    """
    article_ids = [article for story in stories for article in story.article_ids]
    before = _remove(connection, stories_of(connection, article_ids))
    rows = [_story_row(story, before.get(story, now)) for story in stories]
    _insert(connection, stories_table, rows)
    members = [row for story in stories for row in _member_rows(story, similarities)]
    _insert(connection, story_articles, members)


def add_ties(connection: Connection, new: Sequence[Tie]) -> None:
    """Write the ties of stories that have none yet."""
    rows = [
        {"story_id": t.story_id, "earlier_id": t.earlier_id, "similarity": t.similarity}
        for t in new
    ]
    _insert(connection, ties_table, rows)


def _of_a_theme() -> ColumnElement[bool]:
    joined = story_articles.join(
        scores_table, scores_table.c.article_id == story_articles.c.article_id
    )
    return exists(
        select(1)
        .select_from(joined)
        .where(story_articles.c.story_id == stories_table.c.id, scores_table.c.belongs)
    )


def _stories(connection: Connection, rows: Sequence[Row[Any]]) -> list[Story]:
    members = _members(connection, [row.id for row in rows])
    return [_story(row, members[row.id]) for row in rows]


def _members(connection: Connection, story_ids: Iterable[int]) -> defaultdict[int, list[Row[Any]]]:
    found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for ids in _chunks(story_ids):
        asked = select(story_articles).where(story_articles.c.story_id.in_(ids))
        for row in connection.execute(asked.order_by(story_articles.c.place)):
            found[row.story_id].append(row)
    return found


def _story(row: Row[Any], members: Sequence[Row[Any]]) -> Story:
    copies = [
        Copy(article_id=m.article_id, original_id=m.copy_of, containment=m.containment)
        for m in members
        if m.copy_of is not None
    ]
    return Story(
        id=row.id,
        lead_id=row.lead_id,
        article_ids=tuple(member.article_id for member in members),
        copies=tuple(sorted(copies, key=lambda copy: copy.article_id)),
        voices=row.voices,
        happened_at=row.happened_at,
    )


def _remove(connection: Connection, touched: Sequence[Story]) -> dict[Story, datetime]:
    """Remove stories; give when each was grouped."""
    before: dict[Story, datetime] = {}
    by_id = {story.id: story for story in touched}
    for ids in _chunks(by_id):
        before |= {by_id[row.id]: row.grouped_at for row in _rows(connection, ids)}
        # Its articles and ties go with it: ON DELETE CASCADE.
        connection.execute(delete(stories_table).where(stories_table.c.id.in_(ids)))
    return before


def _rows(connection: Connection, story_ids: Sequence[int]) -> Sequence[Row[Any]]:
    asked = select(stories_table).where(stories_table.c.id.in_(story_ids))
    return connection.execute(asked.order_by(stories_table.c.id)).all()


def _story_row(story: Story, grouped_at: datetime) -> dict[str, object]:
    return {
        "id": story.id,
        "lead_id": story.lead_id,
        "voices": story.voices,
        "happened_at": story.happened_at,
        "grouped_at": grouped_at,
    }


def _member_rows(story: Story, similarities: Mapping[int, float]) -> Iterator[dict[str, object]]:
    copies = {copy.article_id: copy for copy in story.copies}
    for place, article in enumerate(story.article_ids):
        copy = copies.get(article)
        yield {
            "article_id": article,
            "story_id": story.id,
            "place": place,
            "similarity": similarities.get(article, 1.0),
            "copy_of": copy.original_id if copy else None,
            "containment": copy.containment if copy else None,
        }


def _score(row: Row[Any]) -> ThemeScore:
    return ThemeScore(
        article_id=row.article_id,
        theme=row.theme,
        score=row.score,
        belongs=row.belongs,
        reasons=tuple(Reason(term=term, weight=weight) for term, weight in row.reasons),
    )


def _score_row(score: ThemeScore) -> dict[str, object]:
    return {
        "article_id": score.article_id,
        "theme": score.theme,
        "score": score.score,
        "belongs": score.belongs,
        "reasons": [[reason.term, reason.weight] for reason in score.reasons],
    }


def _insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        connection.execute(insert(table), list(rows))


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]
