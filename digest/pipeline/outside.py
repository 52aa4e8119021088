"""How does preflight ask other people's servers? Values that name what to ask with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from digest.collect.answers import Answer, Limits, Nets, Request
from digest.compose.preflight.sender import Records
from digest.pipeline.resolving import Resolver


class Ask(Protocol):
    """Asks web addresses: digest.collect.fetch.fetch, or a fake."""

    def __call__(
        self,
        requests: Sequence[Request],
        *,
        now: datetime,
        agent: str,
        limits: Limits,
        permitted: Nets,
    ) -> tuple[Answer, ...]:
        """Give an answer for each request, in order."""


def _ask(
    requests: Sequence[Request], *, now: datetime, agent: str, limits: Limits, permitted: Nets
) -> tuple[Answer, ...]:
    """Ask the web; what asks it takes a while to import, and most commands never do."""
    from digest.collect.fetch import fetch

    return fetch(requests, now=now, agent=agent, limits=limits, permitted=permitted)


@dataclass(frozen=True, kw_only=True)
class Outside:
    """Everything beyond our own machines."""

    memory: Path
    """The file that remembers answers for some hours."""
    ask: Ask = _ask
    records: Records = field(default_factory=Resolver)
    permitted: Nets = ()
    """Nets of this machine or house that may be asked; none by default."""
    selector: str = ""
    """Names the DKIM key that mail is signed with; empty: not known."""
