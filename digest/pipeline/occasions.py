"""Why are sources asked now, and so which of them?"""

from datetime import datetime
from enum import Enum

from digest.collect.rhythm import LEAD
from digest.model.source import SourceState


class Occasion(Enum):
    """Why sources are asked, and so which; what a server wishes is kept on each."""

    BY_HAND = "by hand"
    """All."""
    BY_NAME = "by name"
    """One, even before its server wishes."""
    ROUND = "round"
    """Those whose own rhythm asks for it."""
    DRAFT = "draft"
    """Those, and all that were not asked shortly before."""


def is_due(state: SourceState, now: datetime, occasion: Occasion) -> bool:
    """Tell whether a source is asked now."""
    if occasion is Occasion.BY_NAME:
        return True
    if state.not_before is not None and state.not_before > now:
        return False
    if occasion is Occasion.BY_HAND or state.due_at is None or state.due_at <= now:
        return True
    stale = state.checked_at is None or now - state.checked_at > LEAD
    return occasion is Occasion.DRAFT and stale
