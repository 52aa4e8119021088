"""What becomes of a batch? The state machine, from a provider's receipt alone.

    ready → claimed → calling → sent
              │          ├ refused for sure → ready, later (after MAX tries: failed)
              │          ├ refused for good → failed
              │          └ nobody knows     → in_doubt
              └ its worker died → ready       (in calling: in_doubt, unless a repeat is harmless)

A receipt that tells recipients apart splits the batch, so that each batch has one fate.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.deliver.provider import Receipt
from digest.model.delivery import BatchState, Fate, Outcome, Settlement


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long a call may take, how often and how far apart a refused one is made again."""

    tries: int = 8
    first_wait: float = 5.0
    """Seconds; doubled with each try."""
    longest_wait: float = 600.0
    """Eight tries take about ten minutes: longer than a receiver's greylisting."""
    longest_hold: float = 900.0
    """A provider that asks for more ends the sending instead; it goes on when resumed."""
    unknown_in_a_row: int = 5
    """So many lost answers end the sending, before everyone is in doubt."""
    longest_call: float = 60.0
    """Seconds that a call may take; its deadline follows from it."""
    slack: float = 15.0
    """Seconds that a lease lasts after its call's deadline: no live worker outlives its lease."""


def settle(
    receipt: Receipt,
    mailed: frozenset[int],
    *,
    tries: int,
    now: datetime,
    jitter: float,
    patience: Patience,
) -> Settlement:
    """Say what a receipt makes of the recipients that were in the call.

    `tries` counts this attempt too; `jitter` is a number in [0, 1).
    """
    named = receipt.unknown | receipt.untried | receipt.refused.keys()
    fates = [
        _fate(receipt, outcome, ids, tries=tries, now=now, jitter=jitter, patience=patience)
        for outcome, ids in _by_outcome(receipt, mailed, mailed - named)
        if ids
    ]
    nobody = Fate(
        recipient_ids=frozenset(), state=BatchState.SENT, outcome=Outcome.REFUSED, tries=tries
    )
    elsewhere = receipt.unknown | receipt.untried
    return Settlement(
        fates=tuple(fates) or (nobody,),
        refused={id_: why for id_, why in receipt.refused.items() if id_ in mailed - elsewhere},
        provider_ref=receipt.ref,
        detail=receipt.detail,
    )


def orphaned(state: BatchState, *, repeatable: bool) -> BatchState:
    """Say what becomes of a batch whose worker died or outlived its lease."""
    if state is BatchState.CALLING and not repeatable:
        return BatchState.IN_DOUBT
    return BatchState.READY


def wait_after(tries: int, receipt: Receipt, *, jitter: float, patience: Patience) -> timedelta:
    """Give how long to wait: what the provider asked for, else doubling with each try, ± 25 %."""
    if receipt.retry_after is not None:
        return timedelta(seconds=receipt.retry_after * (1 + jitter / 10))
    doubled = min(patience.longest_wait, patience.first_wait * 2 ** max(0, tries - 1))
    return timedelta(seconds=doubled * (0.75 + jitter / 2))


def _by_outcome(
    receipt: Receipt, mailed: frozenset[int], rest: frozenset[int]
) -> list[tuple[Outcome, frozenset[int]]]:
    """Sort recipients by what is known of them, the best known first: it keeps the batch's row."""
    known = {outcome: frozenset[int]() for outcome in _ORDER}
    known[Outcome.UNKNOWN] = receipt.unknown & mailed
    known[Outcome.REFUSED] = (receipt.untried & mailed) - receipt.unknown
    known[receipt.outcome] |= rest
    return [(outcome, known[outcome]) for outcome in _ORDER]


_ORDER = (Outcome.ACCEPTED, Outcome.UNKNOWN, Outcome.REFUSED)


def _fate(
    receipt: Receipt,
    outcome: Outcome,
    ids: frozenset[int],
    *,
    tries: int,
    now: datetime,
    jitter: float,
    patience: Patience,
) -> Fate:
    match outcome:
        case Outcome.ACCEPTED:
            return Fate(recipient_ids=ids, state=BatchState.SENT, outcome=outcome, tries=tries)
        case Outcome.UNKNOWN:
            state = BatchState.IN_DOUBT
            error = receipt.detail
            return Fate(recipient_ids=ids, state=state, outcome=outcome, tries=tries, error=error)
        case Outcome.REFUSED:
            counted = _counted(receipt, tries)
            failed = receipt.permanent or counted >= patience.tries
            wait = wait_after(counted, receipt, jitter=jitter, patience=patience)
            return Fate(
                recipient_ids=ids,
                state=BatchState.FAILED if failed else BatchState.READY,
                outcome=outcome,
                tries=counted,
                not_before=None if failed else now + wait,
                error=receipt.detail,
            )
        case Outcome.OPEN | Outcome.SUPERSEDED | Outcome.DOUBLED:
            raise ValueError(f"no receipt says {outcome}")


def _counted(receipt: Receipt, tries: int) -> int:
    """Count a try only when it was in vain: not when it got on, nor when it came too early."""
    got_on = receipt.outcome is not Outcome.REFUSED or receipt.refused or receipt.unknown
    if got_on:
        return 0
    return tries - 1 if receipt.retry_after is not None and not receipt.permanent else tries
