"""What do events do to readers? Worked out anew from everything that is kept of those they name.

It is done in the transaction that keeps the events: none is kept without what follows from it.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from digest.deliver.consequences import Tolerance, lists_left, suppression
from digest.model.event import Cause, Event, Fact
from digest.pipeline.newsroom import Newsroom
from digest.storage import events
from subscribers import banning
from subscribers.banning import Standing
from subscribers.model import Evidence
from subscribers.subscriptions import unsubscribe

_CHUNK = 500
"""Readers at a time: well below SQLite's smallest limit on parameters, 999."""
_LOG = structlog.wrap_logger(logging.getLogger(__name__))


@dataclass(frozen=True, kw_only=True)
class Followed:
    """What came of events."""

    suppressed: int = 0
    """Addresses that are never mailed again from now on."""
    left: int = 0
    """Subscriptions that ended."""


def follow(connection: Connection, newsroom: Newsroom, told: Iterable[Event]) -> Followed:
    """Let events that were just kept have their consequences; again, nothing changes."""
    concerned = {one.subscriber_id for one in told if one.subscriber_id is not None and one.cause}
    readers, suppressed, left = sorted(concerned), 0, 0
    for start in range(0, len(readers), _CHUNK):
        done = _follow(connection, newsroom, readers[start : start + _CHUNK])
        suppressed, left = suppressed + done.suppressed, left + done.left
    followed = Followed(suppressed=suppressed, left=left)
    if followed != Followed():
        _LOG.info("events followed", suppressed=suppressed, left=left)
    return followed


def _follow(connection: Connection, newsroom: Newsroom, readers: Sequence[int]) -> Followed:
    # The readers are held before their facts are read: of two posts about one, the second sees all.
    standings = banning.standings(connection, readers)
    facts = events.facts(connection, readers)
    bounces = newsroom.schedule.site.bounces
    tolerance = Tolerance(soft=bounces.soft, span=timedelta(days=bounces.days))
    bans = {
        one.address_hash: told
        for one in standings
        if (told := suppression(facts.get(one.id, ()), tolerance, one.allowed_at))
    }
    left = sum(_leave(connection, newsroom, one, facts.get(one.id, ())) for one in standings)
    return Followed(suppressed=banning.enforce(connection, bans), left=left)


def _leave(
    connection: Connection, newsroom: Newsroom, reader: Standing, facts: Sequence[Fact]
) -> int:
    if not any(one.cause is Cause.LEFT for one in facts):
        return 0
    left = lists_left(facts, banning.lists_since(connection, reader.id))
    return sum(
        unsubscribe(
            connection,
            secret_key=newsroom.secret_key,
            subscriber_id=reader.id,
            list_name=name,
            evidence=Evidence(origin=f"event of {fact.provider}"),
            now=newsroom.clock(),
        )
        for name, fact in left.items()
    )
