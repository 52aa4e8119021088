"""What became of one planned recipient? From the batch's state and the skip, if there is one."""

from enum import StrEnum

from digest.model.delivery import BatchState

_REFUSED = "refused:"


class RecipientFate(StrEnum):
    """Where a planned recipient stands; the fields of a Tally, in words."""

    SENT = "sent"
    """The provider took the mail: not yet that it was delivered."""
    SKIPPED = "skipped"
    REFUSED = "refused"
    IN_DOUBT = "in doubt"
    HELD = "held"
    FAILED = "failed"
    WAITING = "waiting"
    CANCELLED = "cancelled"


def fate_in(state: BatchState) -> RecipientFate:
    """Give the fate of whoever in a batch was neither skipped nor refused."""
    match state:
        case BatchState.READY | BatchState.CLAIMED | BatchState.CALLING:
            return RecipientFate.WAITING
        case BatchState.SENT:
            return RecipientFate.SENT
        case BatchState.IN_DOUBT:
            return RecipientFate.IN_DOUBT
        case BatchState.HELD:
            return RecipientFate.HELD
        case BatchState.FAILED:
            return RecipientFate.FAILED
        case BatchState.CANCELLED:
            return RecipientFate.CANCELLED


def fate_by_skip(reason: str) -> tuple[RecipientFate, str]:
    """Give the fate that a skip's reason tells, and the reason in its bare words."""
    if reason.startswith(_REFUSED):
        return RecipientFate.REFUSED, reason.removeprefix(_REFUSED).strip()
    return RecipientFate.SKIPPED, reason
