"""A provider with the pace that its URL asks for: `sendgrid://?rate=500` takes 500 recipients/s.

The rate is kept where batches are claimed (digest.deliver.pace), for all workers on all machines.
"""

from dataclasses import dataclass
from typing import Any

from digest.deliver.provider import Call, Provider, Receipt


@dataclass(frozen=True, kw_only=True)
class Rated:
    """A provider and its rate; all else is the provider's own."""

    provider: Provider
    rate: float
    """Recipients a second, over all issues."""

    @property
    def name(self) -> str:
        """Scheme of its URL."""
        return self.provider.name

    @property
    def where(self) -> str:
        """Say where the mail goes."""
        return self.provider.where

    @property
    def capacity(self) -> int:
        """Recipients a call may have."""
        return self.provider.capacity

    @property
    def workers(self) -> int:
        """Calls that are worth making at once."""
        return self.provider.workers

    @property
    def idempotent(self) -> bool:
        """Whether the same call made twice mails once."""
        return self.provider.idempotent

    def deliver(self, call: Call) -> Receipt:
        """Make the call."""
        return self.provider.deliver(call)

    def close(self) -> None:
        """Give back connections."""
        self.provider.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else the provider can do
        """Give what only some providers have."""
        return getattr(self.provider, name)


def rate_of(provider: Provider) -> float | None:
    """Give the rate that a provider's URL asks for, if any."""
    return provider.rate if isinstance(provider, Rated) else None
