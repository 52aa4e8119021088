"""How does readership grow? What the evidence says of each span of time, counted, naming nobody."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, case, func, select

from subscribers import tables
from subscribers.model import ConsentAction

_row = tables.consents.c


def span_of(moment: ColumnElement[datetime], bounds: Sequence[datetime]) -> ColumnElement[int]:
    """Say, inside a question, which span a moment is in: 0 from bounds[0] until bounds[1], …."""
    return case(*((moment < end, place) for place, end in enumerate(bounds[1:])))


def within(moment: ColumnElement[datetime], bounds: Sequence[datetime]) -> ColumnElement[bool]:
    """Ask for the moments that are in any of the spans."""
    return (moment >= bounds[0]) & (moment < bounds[-1])


def actions(
    connection: Connection, bounds: Sequence[datetime], list_name: str = ""
) -> list[Counter[ConsentAction]]:
    """Count what readers did in each span between two ascending `bounds`, on one list or all.

    Who was erased since counts as well: the evidence outlives the person.
    """
    spans: list[Counter[ConsentAction]] = [Counter() for _ in bounds[1:]]
    span = span_of(_row.at, bounds)
    question = select(span, _row.action, func.count()).where(within(_row.at, bounds))
    if list_name:
        question = question.where(_row.list_name == list_name)
    for place, action, count in connection.execute(question.group_by(span, _row.action)):
        spans[place][ConsentAction(action)] += count
    return spans
