"""What is thrown away when it has served? Ended notices, free quotas, pictures of no issue."""

from datetime import timedelta

import structlog

from digest.pipeline.newsroom import Newsroom
from digest.storage import notices, pictures, quotas

TIDY = "tidy"
"""The step that throws away."""
KEPT = timedelta(days=90)
"""How long it can be seen that a notice was mailed, or was not; to whom is blanked at once."""
_LOG = structlog.get_logger(__name__)


def tidy(newsroom: Newsroom) -> int:
    """Delete what is old; give how many rows that was."""
    now = newsroom.clock()
    with newsroom.database.write() as connection:
        gone = notices.forget_ended(connection, now - KEPT)
        gone += quotas.forget_free(connection, now)
        gone += pictures.forget_unshown(connection)
    if gone:
        _LOG.info("tidied", rows=gone)
    return gone
