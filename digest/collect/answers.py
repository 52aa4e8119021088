"""What can be asked of a web server, and what may come of it?"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import TypeAlias

Nets: TypeAlias = tuple[IPv4Network | IPv6Network, ...]

LOOPBACK: Nets = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
"""This machine: refused unless permitted by name."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One address to ask, with what we know of its last answer."""

    url: str
    etag: str = ""
    last_modified: str = ""
    named: bool = False
    """A person named this address, in schedule.yaml say; else it was found by following links, and
    every rule of robots.txt is obeyed (digest.collect.robots).
    """


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How far a fetch goes."""

    size: int = 16 * 1024 * 1024
    """Bytes, after decompression."""
    total: float = 30.0
    """Seconds for one address, its redirects included."""
    connect: float = 10.0
    redirects: int = 5
    per_host: int = 2
    """Connections."""
    at_once: int = 100
    altogether: float | None = None
    """Seconds for all addresses of a call; what was not answered by then counts as unheard."""


class Verdict(StrEnum):
    """What came of a request."""

    CONTENT = "content"
    UNCHANGED = "unchanged"
    """304: what we have is still true."""
    GONE = "gone"
    """410: it won't come back."""
    BLOCKED = "blocked"
    """A challenge page: the site wants no programs."""
    DISALLOWED = "disallowed"
    """robots.txt keeps programs from it: nobody was asked."""
    LEFT = "left"
    """Nobody was asked this time, and nothing is known of it: later."""
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of one request."""

    request: Request
    verdict: Verdict
    url: str = ""
    """Where it ended, after redirects."""
    status: int = 0
    """The last one of HTTP; 0 where there was none."""
    kind: str = ""
    """Of the body, as HTTP said: `text/html`."""
    body: bytes = b""
    """Decompressed."""
    charset: str = ""
    """As HTTP said."""
    links: str = ""
    """HTTP's `Link` headers, joined (RFC 8288)."""
    language: str = ""
    """As HTTP said: `fr`."""
    etag: str = ""
    last_modified: str = ""
    cut: str = ""
    """Why the body is not whole, in words; its validators are then empty."""
    moved_to: str = ""
    """Where every redirect on the way was permanent."""
    wait: timedelta | None = None
    """How long the server asks to be left alone: Retry-After, max-age."""
    error: str = ""
    """In words, for every verdict but CONTENT and UNCHANGED."""
    heard: bool = True
    """False: nobody answered at all, perhaps because we are offline."""
    closed: bool = False
    """It was LEFT because the site's robots.txt can't be had, which may last."""
    inside: bool = False
    """It leads to an address that is not public: nobody was asked."""
