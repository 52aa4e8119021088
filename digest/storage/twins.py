"""What becomes of the rows of two articles that prove to be one?

Of the two one stays: whatever names the other names it from then on, and the other's key leads to
it. Where it has no story it takes the other's place in one; else the other leaves its story, which
the next grouping looks at again.
"""

from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from digest.model.ruling import RulingKind
from digest.storage.editor_tables import corrections, rulings
from digest.storage.tables import (
    article_versions,
    articles,
    entries,
    issues,
    metadata,
    stories,
    story_articles,
    twins,
)

_PAIRS = (RulingKind.APART, RulingKind.TOGETHER)


def in_issues(connection: Connection, article_ids: set[int]) -> set[int]:
    """Which of these articles does any issue hold, told or left out?"""
    first = select(func.min(articles.c.first_seen_at)).where(articles.c.id.in_(article_ids))
    later = select(issues.c.content).where(issues.c.changed_at >= first.scalar_subquery())
    held = {
        id_
        for content in connection.scalars(later)
        for part in ("sections", "left_out")
        for section in content.get(part, ())
        for brief in section["briefs"]
        for id_ in brief["article_ids"]
    }
    return held & article_ids


def merge(connection: Connection, *, keep: int, gone: int) -> None:
    """Let one article be all that another was, which is no more; whose text it has is not asked."""
    _in_stories(connection, keep, gone)
    _in_rulings(connection, keep, gone)
    _in_corrections(connection, keep, gone)
    for table in (entries, article_versions, twins):
        theirs = update(table).where(table.c.article_id == gone)
        connection.execute(theirs.values(article_id=keep))
    key = connection.scalar(select(articles.c.key).where(articles.c.id == gone))
    for column in _what_else_names_articles():
        connection.execute(delete(column.table).where(column == gone))
    connection.execute(delete(articles).where(articles.c.id == gone))
    connection.execute(insert(twins).values(key=key, article_id=keep))


def _what_else_names_articles() -> list[Any]:
    """Give the columns whose rows go with an article: its scores, what is known of its page."""
    known = {"stories", "story_articles", "rulings", "corrections"}
    return [
        key.parent
        for table in metadata.sorted_tables
        if table.name not in known
        for key in table.foreign_keys
        if key.column is articles.c.id
    ]


def _in_stories(connection: Connection, keep: int, gone: int) -> None:
    home = {
        row.article_id: row
        for row in connection.execute(
            select(story_articles).where(story_articles.c.article_id.in_((keep, gone)))
        )
    }
    theirs = home.get(gone)
    repeats = update(story_articles).where(story_articles.c.copy_of == gone)
    connection.execute(repeats.values(copy_of=None, containment=None))
    if theirs is None:
        return
    mine = story_articles.c.article_id == gone
    if keep not in home:
        connection.execute(update(story_articles).where(mine).values(article_id=keep))
        leads = update(stories).where(stories.c.lead_id == gone)
        connection.execute(leads.values(lead_id=keep))
        return
    connection.execute(delete(story_articles).where(mine))
    _without(connection, theirs.story_id, gone, voice=theirs.copy_of is None)


def _without(connection: Connection, story_id: int, gone: int, *, voice: bool) -> None:
    """Put a story right that an article left; one without articles is no story."""
    left = (
        select(story_articles.c.article_id)
        .where(story_articles.c.story_id == story_id)
        .order_by(story_articles.c.place)
    )
    members = list(connection.scalars(left))
    here = stories.c.id == story_id
    if not members:
        connection.execute(delete(stories).where(here))
        return
    if voice:
        fewer = update(stories).where(here, stories.c.voices > 1)
        connection.execute(fewer.values(voices=stories.c.voices - 1))
    led = update(stories).where(here, stories.c.lead_id == gone)
    connection.execute(led.values(lead_id=members[0]))


def _in_rulings(connection: Connection, keep: int, gone: int) -> None:
    names = (rulings.c.article_id == gone) | (rulings.c.other_id == gone)
    rows = connection.execute(select(rulings).where(names)).mappings().all()
    connection.execute(delete(rulings).where(names))
    for row in rows:
        one, other = sorted(keep if id_ == gone else id_ for id_ in _pair(row))
        of_a_pair = row["kind"] in _PAIRS
        if of_a_pair and one == other:
            continue  # a word on the two of them, which are one now
        kinds = _PAIRS if of_a_pair else (row["kind"],)
        same = (rulings.c.article_id == one) & (rulings.c.other_id == other)
        known = select(rulings.c.kind).where(same, rulings.c.kind.in_(kinds))
        if connection.scalar(known) is None:
            values = {**row, "article_id": one, "other_id": other}
            connection.execute(insert(rulings).values(**values))


def _pair(row: Any) -> tuple[int, int]:  # noqa: ANN401 - a row of the table above
    return row["article_id"], row["other_id"]


def _in_corrections(connection: Connection, keep: int, gone: int) -> None:
    said = select(corrections).where(corrections.c.article_id.in_((keep, gone)))
    rows = connection.execute(said).mappings().all()
    known = {(row["theme"], row["issue_id"]) for row in rows if row["article_id"] == keep}
    for row in rows:
        if row["article_id"] == gone and (row["theme"], row["issue_id"]) not in known:
            here = update(corrections).where(corrections.c.id == row["id"])
            connection.execute(here.values(article_id=keep))
    connection.execute(delete(corrections).where(corrections.c.article_id == gone))
