"""What becomes of a notice? Decided from the provider's receipt alone.

    ready → claimed → calling → sent
                         ├ refused for sure → ready, later (after MAX tries: failed)
                         ├ this reader refused for good → failed
                         └ nobody knows → in_doubt, for good

A refusal that would meet everyone, a bad key say, is tried again as well: an admin mends it.
"""

from datetime import datetime

from digest.deliver.batches import Patience, wait_after
from digest.deliver.provider import Receipt
from digest.model.delivery import Outcome
from digest.model.notice import Ending, NoticeState

PATIENCE = Patience(tries=12, first_wait=30.0, longest_wait=7_200.0)
"""Twelve tries take about eight hours."""


def ending(
    receipt: Receipt,
    reader_id: int,
    *,
    tries: int,
    now: datetime,
    jitter: float,
    patience: Patience,
) -> Ending:
    """Say what a receipt makes of the one notice that was in the call.

    `tries` counts this attempt too; `jitter` is a number in [0, 1).
    """
    if reader_id in receipt.refused:
        return Ending(state=NoticeState.FAILED, why=receipt.refused[reader_id])
    match outcome_for(receipt, reader_id):
        case Outcome.ACCEPTED:
            return Ending(state=NoticeState.SENT, why=receipt.detail)
        case Outcome.REFUSED:
            if tries >= patience.tries:
                return Ending(state=NoticeState.FAILED, why=receipt.detail)
            later = now + wait_after(tries, receipt, jitter=jitter, patience=patience)
            return Ending(state=NoticeState.READY, not_before=later, why=receipt.detail)
        case _:
            return Ending(state=NoticeState.IN_DOUBT, why=receipt.detail)


def outcome_for(receipt: Receipt, reader_id: int) -> Outcome:
    """Give what a receipt says of one reader."""
    if reader_id in receipt.unknown:
        return Outcome.UNKNOWN
    return Outcome.REFUSED if reader_id in receipt.untried else receipt.outcome
