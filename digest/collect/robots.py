"""May a program ask this address? What robots.txt says (RFC 9309), read by Protego.

Two kinds of request. What was found by following links is a crawler's: it obeys every rule, and
no setting changes that. An address that an editor wrote into schedule.yaml is a person's wish to
read what a publisher offers to readers: many sites keep search engines from their feeds with a
rule for everybody, and mean no feed reader. There only a rule that names `digest` counts, and a
pause that is asked for.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from protego import Protego

from digest.model.robots import Robots

TOKEN = "digest"  # noqa: S105 - a name, no secret
"""Our product token: what a robots.txt calls us."""
SIZE = 500 * 1024
"""Bytes that are read; the rest does not count (RFC 9309, 2.5)."""
LIFETIME = timedelta(days=1)
"""For which a copy is good at most (2.4)."""
AGAIN = timedelta(hours=1)
"""After which a robots.txt that could not be had is asked for again."""
FORGIVEN = timedelta(days=30)
"""For how long a former copy speaks for a site whose robots.txt can't be had (2.3.1.4)."""
LONGEST_DELAY = 10.0
"""Seconds between two requests that we keep to at most: whoever asks for more than that gets it by
being asked on its own rhythm.
"""

_AGENT = re.compile(r"\s*user[- ]?agent\s*:?\s*([^#]*)", re.IGNORECASE)
_RULE = re.compile(r"\s*(?:allow|dis+al+[ao]w|diasllow|crawl[- ]delay)\b", re.IGNORECASE)


def allows(robots: Robots, url: str, *, named: bool) -> bool:
    """Tell whether an address may be asked: one that an editor `named`, or that was found."""
    if named and not _names_us(robots):
        return True
    return not robots.trouble and (not robots.rules or _parsed(robots.rules).can_fetch(url, TOKEN))


def delay(robots: Robots) -> float:
    """Give the seconds to keep between the beginnings of two requests."""
    asked = _parsed(robots.rules).crawl_delay(TOKEN) if "delay" in robots.rules.lower() else None
    return min(max(asked or 0.0, 0.0), LONGEST_DELAY)


def _names_us(robots: Robots) -> bool:
    return f"user-agent: {TOKEN}\n" in robots.rules


@lru_cache(maxsize=256)
def _parsed(rules: str) -> Protego:
    return Protego.parse(rules)


def origin_of(url: str) -> str:
    """Give whose robots.txt an address falls under: scheme, host and port (2.3)."""
    parts = urlsplit(url)
    return f"{parts.scheme.lower()}://{parts.netloc.rpartition('@')[2].lower()}"


def read_robots(
    origin: str, status: int, body: bytes, *, now: datetime, lifetime: timedelta | None = None
) -> Robots:
    """Give what an answer means (2.3.1): a text its rules, 4xx that all is allowed.

    Anything else, 5xx, 429 or an endless redirect, is `unreadable`.
    """
    rules = ""
    if 200 <= status < 300:
        rules = "".join(_ours(body[:SIZE].decode("utf-8-sig", "replace")))
    until = now + min(max(lifetime or LIFETIME, AGAIN), LIFETIME)
    return Robots(origin=origin, rules=rules, fetched_at=now, good_until=until)


def unreadable(origin: str, trouble: str, *, now: datetime, former: Robots | None) -> Robots:
    """Give what counts while a robots.txt can't be had: its former copy, or nothing is allowed."""
    again = now + AGAIN
    if former and not former.trouble and now - former.fetched_at <= FORGIVEN:
        known, rules = former.fetched_at, former.rules
        return Robots(origin=origin, rules=rules, fetched_at=known, good_until=again)
    return Robots(origin=origin, fetched_at=now, good_until=again, trouble=trouble)


def _ours(text: str) -> Iterator[str]:
    """Give the lines that speak to everybody or to us: few are kept, and few agents are parsed.

    Of thousands of agents with thousands of rules Protego would keep the product.
    """
    ours = among_agents = False
    for line in text.splitlines():
        if agent := _AGENT.match(line):
            name = agent[1].strip().lower()
            spoken_to = name in {"*", TOKEN, f"{TOKEN}*"}
            ours = spoken_to or (ours and among_agents)
            among_agents = True
            if spoken_to:
                yield "user-agent: *\n" if name == "*" else f"user-agent: {TOKEN}\n"
        elif _RULE.match(line):
            among_agents = False
            if ours:
                yield f"{line.strip()}\n"
