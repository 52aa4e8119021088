"""How many readers do providers tell of in each span of time? Counted, naming nobody."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from digest.model.event import EventKind
from digest.storage.tables import attempts, batches, events
from subscribers.growth import span_of, within


def readers_by_event(
    connection: Connection,
    bounds: Sequence[datetime],
    kinds: Sequence[EventKind],
    list_name: str = "",
) -> list[Counter[EventKind]]:
    """Count the readers whom events of some kinds name, in each span between two of the `bounds`.

    A reader counts once a kind and span. With a list's name only what became of its mails counts.
    """
    spans: list[Counter[EventKind]] = [Counter() for _ in bounds[1:]]
    span = span_of(events.c.at, bounds)
    readers = func.count(events.c.subscriber_id.distinct())
    question = select(span, events.c.kind, readers).where(
        within(events.c.at, bounds), events.c.kind.in_(kinds)
    )
    if list_name:
        mailed = select(attempts.c.id).join(batches, batches.c.id == attempts.c.batch_id)
        question = question.where(
            events.c.attempt_id.in_(mailed.where(batches.c.list_name == list_name))
        )
    for place, kind, count in connection.execute(question.group_by(span, events.c.kind)):
        spans[place][EventKind(kind)] += count
    return spans
