"""What did editors decide about stories? Of two rulings on a pair only the latest is kept."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, tuple_

from digest.model.ruling import Ruling, RulingKind, Rulings
from digest.storage.editor_tables import rulings as table

Pair = tuple[int, int]
"""Ids of two articles, the smaller first; of a lead or a pin twice the article's."""

_CHUNK = 400
"""Ids or pairs asked for at once: SQLite binds a limited number of values."""
_OPPOSITE = {RulingKind.APART: RulingKind.TOGETHER, RulingKind.TOGETHER: RulingKind.APART}
_ROW = (table.c.article_id, table.c.other_id)


def rulings_among(connection: Connection, article_ids: Iterable[int]) -> Rulings:
    """Give what a grouping of these articles has to heed."""
    ids = set(article_ids)
    found = _read(connection, ids, table.c.article_id)
    of: dict[RulingKind, set[Pair]] = {kind: set() for kind in RulingKind}
    for ruling in found:
        if ruling.other_id in ids:
            of[ruling.kind].add((ruling.article_id, ruling.other_id))
    return Rulings(
        apart=frozenset(of[RulingKind.APART]),
        together=frozenset(of[RulingKind.TOGETHER]),
        leads=frozenset(article for article, _ in of[RulingKind.LEAD]),
    )


def rulings_on(connection: Connection, article_ids: Iterable[int]) -> list[Ruling]:
    """Give every ruling that names any of these articles, the latest first."""
    ids = set(article_ids)
    one, other = (_read(connection, ids, column) for column in _ROW)
    return sorted({*one, *other}, key=lambda r: (-r.at.timestamp(), r.kind, _pair(r)))


def leads(connection: Connection) -> frozenset[int]:
    """Give the articles that lead the story they are in."""
    return _all_of(connection, RulingKind.LEAD)


def pins(connection: Connection) -> frozenset[int]:
    """Give the articles whose story stands first in the sections of its themes."""
    return _all_of(connection, RulingKind.PIN)


@dataclass(frozen=True, kw_only=True)
class Done:
    """What keeping rulings changed."""

    fresh: int
    """So many were not there yet."""
    overruled: tuple[Ruling, ...]
    """Earlier ones that they contradict, now gone."""


def rule(
    connection: Connection, kind: RulingKind, pairs: Iterable[Pair], *, by: str, now: datetime
) -> Done:
    """Keep rulings; one that is there already stays whose it was."""
    wanted = sorted(set(pairs))
    known = {_pair(ruling) for ruling in _of_pairs(connection, kind, wanted)}
    opposite = _OPPOSITE.get(kind)
    overruled = remove(connection, opposite, wanted) if opposite else []
    rows = [
        {"kind": kind.value, "article_id": one, "other_id": other, "ruled_by": by, "at": now}
        for one, other in wanted
        if (one, other) not in known
    ]
    if rows:
        connection.execute(insert(table), rows)
    return Done(fresh=len(rows), overruled=tuple(overruled))


def remove(connection: Connection, kind: RulingKind, pairs: Iterable[Pair]) -> list[Ruling]:
    """Take rulings back; give those that there were."""
    found = _of_pairs(connection, kind, sorted(set(pairs)))
    for chunk in _chunks([_pair(ruling) for ruling in found]):
        gone = delete(table).where(table.c.kind == kind.value, tuple_(*_ROW).in_(chunk))
        connection.execute(gone)
    return found


def _all_of(connection: Connection, kind: RulingKind) -> frozenset[int]:
    asked = select(table.c.article_id).where(table.c.kind == kind.value)
    return frozenset(connection.scalars(asked))


def _of_pairs(connection: Connection, kind: RulingKind, pairs: list[Pair]) -> list[Ruling]:
    found: list[Ruling] = []
    for chunk in _chunks(pairs):
        there = (table.c.kind == kind.value) & tuple_(*_ROW).in_(chunk)
        found += _asked(connection, there)
    return found


def _read(connection: Connection, ids: set[int], column: ColumnElement[int]) -> list[Ruling]:
    return [
        ruling for chunk in _chunks(sorted(ids)) for ruling in _asked(connection, column.in_(chunk))
    ]


def _asked(connection: Connection, wanted: ColumnElement[bool]) -> list[Ruling]:
    rows = connection.execute(select(table).where(wanted).order_by(table.c.kind, *_ROW))
    return [
        Ruling(
            kind=RulingKind(row.kind),
            article_id=row.article_id,
            other_id=row.other_id,
            by=row.ruled_by,
            at=row.at,
        )
        for row in rows
    ]


def _pair(ruling: Ruling) -> Pair:
    return ruling.article_id, ruling.other_id


def _chunks(wanted: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]
