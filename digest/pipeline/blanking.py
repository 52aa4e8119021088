"""What of events is not kept for ever? The providers' own words: what they said of readers stays.

The row itself stays too: an event that is told again must be known.
"""

from datetime import timedelta

from digest.pipeline.newsroom import Newsroom
from digest.storage import events

KEPT = timedelta(days=90)
"""How long an event is kept as its provider wrote it."""
_AT_ONCE = 10_000


def blank_old_events(newsroom: Newsroom) -> int:
    """Forget the words of old events, some at a time so that nobody waits for long; give of how
    many.
    """
    before, blanked = newsroom.clock() - KEPT, 0
    while _some_are_old(newsroom):
        with newsroom.database.write() as connection:
            blanked += events.blank(connection, before, _AT_ONCE)
    return blanked


def _some_are_old(newsroom: Newsroom) -> bool:
    """Look first: writers of an SQLite file wait for each other."""
    with newsroom.database.read() as connection:
        return events.is_blankable(connection, newsroom.clock() - KEPT)
