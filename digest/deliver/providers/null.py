"""Mails nobody: for measuring, and for trying a schedule out. `null://?capacity=1000&workers=1`."""

from dataclasses import dataclass

from digest.deliver.provider import Call, Receipt
from digest.deliver.providers.urls import ProviderUrl
from digest.model.delivery import Outcome


@dataclass(frozen=True, kw_only=True)
class Null:
    """Accepts everything at once."""

    capacity: int = 1000
    workers: int = 1
    name: str = "null"
    where: str = "nowhere (null://)"
    idempotent: bool = True

    def deliver(self, call: Call) -> Receipt:
        """Accept."""
        return Receipt(outcome=Outcome.ACCEPTED, ref=call.attempt_id)

    def close(self) -> None:
        """Hold nothing."""


def open_null(url: ProviderUrl) -> Null:
    """Open from a URL."""
    url.allow()
    return Null(
        capacity=url.number("capacity", 1000, most=10_000),
        workers=url.number("workers", 1, most=64),
    )
