"""How is DNS asked for a domain's records? For seconds, and no answer is an answer."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dns.resolver import Resolver as Asking

_EACH = 3.0
"""Seconds for one name."""


class Resolver:
    """Asks the name servers of this machine, or those that are named."""

    def __init__(
        self, nameservers: Sequence[str] = (), *, port: int = 53, altogether: float = 15.0
    ) -> None:
        self._nameservers, self._port = list(nameservers), port
        self._altogether = altogether
        """Seconds for all names that are asked, from the first one on."""
        self._until: float | None = None

    def txt(self, name: str) -> tuple[str, ...] | None:
        """Give a name's TXT records, none where there are none; None: nobody answered."""
        import dns.exception  # here: most commands never ask
        import dns.name
        import dns.resolver

        try:
            found = self._asking().resolve(
                dns.name.from_text(name), "TXT", lifetime=self._left(), search=False
            )
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.exception.DNSException, OSError, ValueError):
            return None
        return tuple(b"".join(one.strings).decode(errors="replace") for one in found)

    def _asking(self) -> "Asking":
        import dns.resolver

        asking = dns.resolver.Resolver(configure=not self._nameservers)
        if self._nameservers:
            asking.nameservers, asking.port = self._nameservers, self._port
        return asking

    def _left(self) -> float:
        """Give the seconds that one more name may take."""
        now = time.monotonic()
        self._until = self._until or now + self._altogether
        return max(0.01, min(_EACH, self._until - now))
