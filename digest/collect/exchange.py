"""What comes of one address, its redirects followed and its robots.txt heeded at each?"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol
from urllib.parse import urljoin

import aiohttp
from aiohttp.client_reqrep import ClientResponse

from digest.collect.answers import Answer, Limits, Request, Verdict
from digest.collect.challenge import is_challenge
from digest.collect.failures import in_words, leads_inside
from digest.collect.hosts import Host, server_of
from digest.collect.robots import LIFETIME, SIZE, allows, delay, origin_of, read_robots, unreadable
from digest.collect.urls import is_web
from digest.collect.waits import freshness, retry_after
from digest.model.robots import Robots

_PERMANENT = {301, 308}
_REDIRECTS = {301, 302, 303, 307, 308}


class RobotsBook(Protocol):
    """Remembers what the robots.txt of many origins say."""

    def get(self, origin: str) -> Robots | None:
        """Give what is known of an origin, however old."""

    def put(self, robots: Robots) -> None:
        """Remember what was just read."""


@dataclass(kw_only=True)
class Terms:
    """What all requests of one call share."""

    now: datetime
    agent: str
    limits: Limits
    book: RobotsBook | None
    """None: no robots.txt is asked for; for addresses that a person wants to look at now."""
    at_once: asyncio.Semaphore = field(init=False)
    hosts: defaultdict[str, Host] = field(init=False)
    reading: defaultdict[str, asyncio.Lock] = field(init=False)
    """Held while an origin's robots.txt is asked for."""

    def __post_init__(self) -> None:
        self.at_once = asyncio.Semaphore(self.limits.at_once)
        self.hosts = defaultdict(lambda: Host(self.limits.per_host))
        self.reading = defaultdict(asyncio.Lock)


async def ask_one(session: aiohttp.ClientSession, request: Request, terms: Terms) -> Answer:
    """Ask one address; the time to wait for a turn at its host does not count."""
    name = server_of(request.url) if is_web(request.url) else ""
    if not name:
        return _failed(request, f"{request.url!r} is no http address")
    host = terms.hosts[name]
    try:
        async with asyncio.timeout(terms.limits.altogether), host.turn():
            robots = await _robots(session, request.url, terms)
            wait = host.pause(delay(robots) if robots else 0.0)
            if wait is None:
                return _left(
                    request, f"{name} asks for a pause between requests: the next run asks"
                )
            await asyncio.sleep(wait)
            async with terms.at_once:
                return await _in_turn(session, request, terms)
    except TimeoutError:
        return _unheard(request, "there was no time left to ask")


async def _in_turn(session: aiohttp.ClientSession, request: Request, terms: Terms) -> Answer:
    try:
        async with asyncio.timeout(terms.limits.total):
            return await _follow(session, request, terms)
    except TimeoutError:
        return _unheard(request, f"no answer within {terms.limits.total:g} seconds")
    except aiohttp.ClientConnectorError as error:
        return replace(_unheard(request, in_words(error)), inside=leads_inside(error))
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return _failed(request, in_words(error))


async def _follow(session: aiohttp.ClientSession, request: Request, terms: Terms) -> Answer:
    url, moved_to, permanent = request.url, "", True
    for _ in range(terms.limits.redirects + 1):
        robots = await _robots(session, url, terms)
        if robots and not allows(robots, url, named=request.named):
            return _disallowed(request, robots, url)
        async with session.get(
            url, headers=_conditions(request), allow_redirects=False
        ) as response:
            target = response.headers.get("Location", "")
            if response.status not in _REDIRECTS or not target:
                return await _answer(response, request, terms, url=url, moved_to=moved_to)
            permanent = permanent and response.status in _PERMANENT
            url = urljoin(url, target)
            moved_to = url if permanent else ""
        if not is_web(url):
            return _failed(request, f"redirected to {url[:200]!r}, which is no http address")
    return _failed(request, f"more than {terms.limits.redirects} redirects")


def _conditions(request: Request) -> dict[str, str]:
    conditions = {"If-None-Match": request.etag, "If-Modified-Since": request.last_modified}
    return {name: value for name, value in conditions.items() if value}


async def _answer(
    response: ClientResponse, request: Request, terms: Terms, *, url: str, moved_to: str
) -> Answer:
    headers, status = response.headers, response.status
    wait = freshness(headers)
    if status == 304 and _conditions(request):
        return Answer(
            request=request, verdict=Verdict.UNCHANGED, url=url, moved_to=moved_to, wait=wait
        )
    body, cut = await _body(response, terms.limits.size)
    if is_challenge(status, headers, body):
        return Answer(
            request=request,
            verdict=Verdict.BLOCKED,
            url=url,
            status=status,
            error="blocked: the site answers programs with a challenge page",
        )
    if status != 200:
        return replace(_refusal(response, request, terms.now), url=url, status=status)
    return Answer(
        request=request,
        verdict=Verdict.CONTENT,
        url=url,
        status=status,
        kind=response.content_type,
        body=body,
        charset=response.charset or "",
        language=_value(headers.get("Content-Language", "")),
        links=", ".join(headers.getall("Link", []))[:5_000],
        etag="" if cut else _value(headers.get("ETag", "")),
        last_modified="" if cut else _value(headers.get("Last-Modified", "")),
        cut=cut,
        moved_to=moved_to,
        wait=wait,
    )


async def _robots(session: aiohttp.ClientSession, url: str, terms: Terms) -> Robots | None:
    """Give what an address's robots.txt says, asked for where it is not known or too old."""
    if terms.book is None:
        return None
    origin = origin_of(url)
    async with terms.reading[origin]:
        known = terms.book.get(origin)
        if known is None or known.good_until <= terms.now:
            known = await _asked_robots(session, origin, terms, known)
            terms.book.put(known)
    return known


async def _asked_robots(
    session: aiohttp.ClientSession, origin: str, terms: Terms, former: Robots | None
) -> Robots:
    limits = replace(terms.limits, size=SIZE, total=terms.limits.connect)
    plain = Terms(now=terms.now, agent=terms.agent, limits=limits, book=None)
    answer = await _in_turn(session, Request(url=f"{origin}/robots.txt"), plain)
    refused = 400 <= answer.status < 500 and answer.status != 429
    if refused or (answer.verdict is Verdict.CONTENT and not answer.cut.startswith("broken")):
        lifetime = answer.wait or LIFETIME
        return read_robots(origin, answer.status, answer.body, now=terms.now, lifetime=lifetime)
    why = answer.error or f"the answer is {answer.cut}"
    return unreadable(origin, why, now=terms.now, former=former)


def _disallowed(request: Request, robots: Robots, url: str) -> Answer:
    if robots.trouble:
        why = f"{robots.origin}/robots.txt can't be had ({robots.trouble}): not asked for now"
        return replace(_left(request, why), closed=True)
    why = f"{robots.origin}/robots.txt does not allow programs to ask {url[:200]}"
    return Answer(request=request, verdict=Verdict.DISALLOWED, url=url, error=why)


async def _body(response: ClientResponse, size: int) -> tuple[bytes, str]:
    """Read a body up to the cap; give it with the reason why it is not whole."""
    body = bytearray()
    try:
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > size:
                response.close()
                return bytes(body[:size]), f"larger than {size / 1024 / 1024:g} MB"
    except (aiohttp.ClientPayloadError, aiohttp.http_exceptions.HttpProcessingError, OSError):
        return bytes(body), f"broken off after {len(body)} bytes"
    return bytes(body), ""


def _refusal(response: ClientResponse, request: Request, now: datetime) -> Answer:
    gone = response.status == 410
    reason = "".join(filter(str.isprintable, f" {response.reason or ''}"))[:80].rstrip()
    return Answer(
        request=request,
        verdict=Verdict.GONE if gone else Verdict.FAILED,
        wait=retry_after(response.headers.get("Retry-After", ""), now),
        error=f"the server answered {response.status}{reason}",
    )


def _value(header: str) -> str:
    """Keep a validator that can be sent back as a header."""
    return header if header.isascii() and header.isprintable() and len(header) < 1000 else ""


def _failed(request: Request, error: str) -> Answer:
    return Answer(request=request, verdict=Verdict.FAILED, error=error)


def _unheard(request: Request, error: str) -> Answer:
    return replace(_failed(request, error), heard=False)


def _left(request: Request, error: str) -> Answer:
    return Answer(request=request, verdict=Verdict.LEFT, error=error)
