"""What is not kept for ever? The providers' own words of events: what they said of readers stays.

The row itself stays too: an event that is told again must be known.
"""

from datetime import timedelta

from digest.pipeline.newsroom import Newsroom
from digest.storage import events

KEPT = timedelta(days=90)
"""How long an event is kept as its provider wrote it."""
_AT_ONCE = 10_000


def tidy(newsroom: Newsroom) -> int:
    """Blank the words of old events, some at a time so that nobody waits for long; give of how
    many.
    """
    before, blanked = newsroom.clock() - KEPT, 0
    while True:
        with newsroom.database.write() as connection:
            done = events.blank(connection, before, _AT_ONCE)
        blanked += done
        if done < _AT_ONCE:
            return blanked
