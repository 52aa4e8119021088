"""The main job on samples: made-up readers, the drop folder, whatever feeds answer, a folder for mail."""

from pathlib import Path

from digest.errors import ConflictError
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.running import RunReport, run
from digest.resources import shipped
from subscribers import lists, transfer

EDITOR = "demo"
"""Who approves the demo's issue."""


def demo(newsroom: Newsroom, newsletter: str) -> RunReport:
    """Run everything for made-up readers.

    Raises:
        ConflictError: mail would really go out, or the list has real readers.
    """
    if newsroom.provider().name != "outbox":
        raise ConflictError(
            "the demo mails made-up readers and so only into a folder: unset DIGEST_PROVIDER_URL,"
            " or use `digest run`"
        )
    _invite(newsroom, newsroom.schedule.newsletters[newsletter].list)
    return run(newsroom, newsletter, approved_by=EDITOR)


def _invite(newsroom: Newsroom, list_name: str) -> None:
    """Put the sample readers on the list, unless others are there."""
