"""What did editors show of themes? Each issue has its own corrections; the latest word counts."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from digest.model.correction import Correction
from digest.storage.editor_tables import corrections as table
from digest.storage.tables import articles
from subscribers.database import alone

_CHUNK = 500
"""Ids asked for at once: SQLite binds a limited number of values."""


def corrections(connection: Connection) -> list[Correction]:
    """Give the latest correction of each article and theme, in order of both."""
    rows = connection.execute(select(table).order_by(table.c.at, table.c.id))
    latest = {(row.article_id, row.theme): _correction(row) for row in rows}
    return [latest[key] for key in sorted(latest)]


def put_of_issue(connection: Connection, issue_id: int, wanted: Iterable[Correction]) -> None:
    """Put what an issue shows in the place of what it showed before.

    What it shows as before keeps its moment; articles that are not there are left out.
    """
    present = {(one.article_id, one.theme): one for one in wanted}
    former = _of_issue(connection, issue_id)
    kept = {key for key, (_, one) in former.items() if _same(one, present.get(key))}
    gone = [id_ for key, (id_, _) in former.items() if key not in kept]
    for start in range(0, len(gone), _CHUNK):
        chunk = gone[start : start + _CHUNK]
        connection.execute(delete(table).where(table.c.id.in_(chunk)))
    fresh = [one for key, one in present.items() if key not in kept]
    _insert(connection, fresh, issue_id)


def teach(connection: Connection, correction: Correction) -> None:
    """Keep what a person said outright, in the place of what they said of the two before."""
    alone(connection, "teach themes")
    connection.execute(
        delete(table).where(
            table.c.issue_id.is_(None),
            table.c.article_id == correction.article_id,
            table.c.theme == correction.theme,
        )
    )
    _insert(connection, [correction], None)


def _of_issue(
    connection: Connection, issue_id: int
) -> dict[tuple[int, str], tuple[int, Correction]]:
    rows = connection.execute(select(table).where(table.c.issue_id == issue_id))
    return {(row.article_id, row.theme): (row.id, _correction(row)) for row in rows}


def _insert(connection: Connection, new: list[Correction], issue_id: int | None) -> None:
    known = _known(connection, {one.article_id for one in new})
    rows = [asdict(one) | {"issue_id": issue_id} for one in new if one.article_id in known]
    if rows:
        connection.execute(insert(table), rows)


def _known(connection: Connection, ids: set[int]) -> set[int]:
    """Give the ids that are articles': an issue may name one that is there no more."""
    wanted = sorted(ids)
    return {
        id_
        for start in range(0, len(wanted), _CHUNK)
        for id_ in connection.scalars(
            select(articles.c.id).where(articles.c.id.in_(wanted[start : start + _CHUNK]))
        )
    }


def _same(one: Correction, other: Correction | None) -> bool:
    return other is not None and replace(one, at=other.at) == other


def _correction(row: Row[Any]) -> Correction:
    return Correction(
        article_id=row.article_id,
        theme=row.theme,
        belongs=row.belongs,
        weight=row.weight,
        at=row.at,
    )
