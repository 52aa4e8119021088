"""Which host does an address belong to, and when may it be asked next?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

PATIENCE = 60.0
"""Seconds for which a call keeps asking a host that wants pauses; the rest waits for the next."""


def server_of(url: str) -> str:
    """Name who is asked: `www.` is the same machine; empty for an address that names nobody."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port and parts.port not in {80, 443} else ""
    except ValueError:
        return ""
    return (parts.hostname or "").removeprefix("www.") + port


class Host:
    """One host within one call: so many connections, and a pause where one is asked for."""

    def __init__(self, connections: int) -> None:
        self._turns = asyncio.Semaphore(connections)
        self._free_at = 0.0
        self._patient_until = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Hold one of its connections."""
        async with self._turns:
            yield

    def pause(self, delay: float) -> float | None:
        """Take the next moment at which it may be asked; give the seconds until then.

        None: it is too far away. Each who takes one puts the next off by `delay` seconds.
        """
        now = asyncio.get_running_loop().time()
        begins = max(now, self._free_at)
        self._patient_until = self._patient_until or now + PATIENCE
        if begins > now and begins > self._patient_until:
            return None
        self._free_at = begins + delay
        return begins - now
