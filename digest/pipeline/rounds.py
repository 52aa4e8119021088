"""What do the workers of one process share while they send one issue?"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event, Lock

from digest.deliver.batches import Patience
from digest.deliver.pace import Manner, Terms
from digest.deliver.provider import Letter, Provider, Receipt
from digest.deliver.workers import this_worker
from digest.errors import DeliveryError
from digest.model.delivery import Outcome
from digest.model.issue import Issue
from digest.pipeline.newsroom import Newsroom


class Brake:
    """Ends a round: pulled by a person, a refusal that would meet everyone, or a surprise."""

    def __init__(self, patience: Patience) -> None:
        self.pulled = Event()
        self.reason: BaseException | None = None
        self._patience = patience
        self._lost = 0
        self._lock = Lock()

    def pull(self, reason: BaseException) -> None:
        """Let no further call begin; the first reason is kept."""
        with self._lock:
            self.reason = self.reason or reason
        self.pulled.set()

    def note(self, receipt: Receipt) -> None:
        """Pull if the receipt says that going on would only do harm."""
        with self._lock:
            self._lost = self._lost + 1 if receipt.outcome is Outcome.UNKNOWN else 0
            lost = self._lost
        if receipt.permanent:
            self.pull(DeliveryError(f"the provider refuses our mail: {receipt.detail}"))
        elif lost >= self._patience.unknown_in_a_row:
            self.pull(DeliveryError(f"{lost} answers in a row were lost: {receipt.detail}"))
        elif (receipt.retry_after or 0) > self._patience.longest_hold:
            minutes = round((receipt.retry_after or 0) / 60)
            self.pull(DeliveryError(f"the provider asks to wait {minutes} minutes"))


@dataclass(frozen=True, kw_only=True)
class Round:
    """One process's part in sending one issue."""

    newsroom: Newsroom
    issue: Issue
    letters: Mapping[int, Letter]
    """By edition id."""
    provider: Provider
    patience: Patience
    brake: Brake
    terms: Terms = field(default_factory=Terms)
    manner: Manner = field(default_factory=Manner)
    worker: str = field(default_factory=this_worker)

    @property
    def longest_call(self) -> timedelta:
        """How long a call may take."""
        return timedelta(seconds=self.patience.longest_call)

    @property
    def slack(self) -> timedelta:
        """How long after its call's deadline a lease lasts: no live worker outlives its lease."""
        return timedelta(seconds=self.patience.slack)


def new_id() -> str:
    """Make an attempt's id: 32 hex digits."""
    return secrets.token_hex(16)
