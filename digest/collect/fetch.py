"""How are many addresses asked politely, at once, by one synchronous call?

Polite: conditional, capped, two connections a host, named. Safe: digest.collect.addresses checks
every address dialled. What can go wrong is a value (Answer), never an exception. Proxies of the
environment are not used: behind one, nothing would see the addresses dialled.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.client_reqrep import ClientResponse

from digest.collect.addresses import AddressRefused, Dial, guarded, open_socket
from digest.collect.answers import Answer, Limits, Nets, Request, Verdict
from digest.collect.challenge import is_challenge
from digest.collect.urls import is_web
from digest.collect.waits import freshness, retry_after

_PERMANENT = {301, 308}
_REDIRECTS = {301, 302, 303, 307, 308}
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json;q=0.9, "
    "application/xml;q=0.9, text/html;q=0.8, */*;q=0.5"
)


_LIMITS = Limits()


def fetch(
    requests: Sequence[Request],
    *,
    now: datetime,
    agent: str = "digest",
    limits: Limits = _LIMITS,
    permitted: Nets = (),
    dial: Dial = open_socket,
) -> tuple[Answer, ...]:
    """Ask all addresses at once; give an answer for each, in order."""
    if not requests:
        return ()
    return asyncio.run(_all(requests, _Terms(now, agent, limits), guarded(dial, permitted)))


class _Terms:
    """What all requests of one call share."""

    def __init__(self, now: datetime, agent: str, limits: Limits) -> None:
        self.now, self.agent, self.limits = now, agent, limits
        self.at_once = asyncio.Semaphore(limits.at_once)
        self.of_host: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(limits.per_host)
        )


async def _all(requests: Sequence[Request], terms: _Terms, dial: Dial) -> tuple[Answer, ...]:
    connector = aiohttp.TCPConnector(
        limit=0, limit_per_host=terms.limits.per_host, socket_factory=dial, use_dns_cache=True
    )
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": terms.agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"},
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=terms.limits.connect),
        max_line_size=16_384,
        max_field_size=16_384,
    ) as session:
        asked = (_one(session, request, terms) for request in requests)
        return tuple(await asyncio.gather(*asked))


async def _one(session: aiohttp.ClientSession, request: Request, terms: _Terms) -> Answer:
    """Ask one address; the time to wait for a turn at its host does not count."""
    host = urlsplit(request.url).netloc if is_web(request.url) else ""
    if not host:
        return _failed(request, f"{request.url!r} is no http address")
    try:
        async with (
            asyncio.timeout(terms.limits.altogether),
            terms.of_host[host],
            terms.at_once,
        ):
            return await _in_turn(session, request, terms)
    except TimeoutError:
        return _unheard(request, "there was no time left to ask")


async def _in_turn(session: aiohttp.ClientSession, request: Request, terms: _Terms) -> Answer:
    try:
        async with asyncio.timeout(terms.limits.total):
            return await _follow(session, request, terms)
    except TimeoutError:
        return _unheard(request, f"no answer within {terms.limits.total:g} seconds")
    except aiohttp.ClientConnectorError as error:
        return replace(_unheard(request, _in_words(error)), inside=_leads_inside(error))
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return _failed(request, _in_words(error))


async def _follow(session: aiohttp.ClientSession, request: Request, terms: _Terms) -> Answer:
    url, moved_to, permanent = request.url, "", True
    for _ in range(terms.limits.redirects + 1):
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
    response: ClientResponse, request: Request, terms: _Terms, *, url: str, moved_to: str
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
        links=", ".join(headers.getall("Link", []))[:5_000],
        etag="" if cut else _value(headers.get("ETag", "")),
        last_modified="" if cut else _value(headers.get("Last-Modified", "")),
        cut=cut,
        moved_to=moved_to,
        wait=wait,
    )


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


def _in_words(error: Exception) -> str:
    """Say in words what a client error means."""
    if _leads_inside(error):
        return f"refused to dial: {_cause(error)}"
    return _sentence(error)


def _leads_inside(error: Exception) -> bool:
    return isinstance(_cause(error), AddressRefused)


def _cause(error: Exception) -> object:
    return getattr(error, "os_error", None) or error.__cause__


def _sentence(error: Exception) -> str:
    match error:
        case aiohttp.ClientConnectorDNSError():
            return f"no such host: {error.host}"
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            return f"no secure connection to {error.host}: its certificate or TLS is not in order"
        case aiohttp.ConnectionTimeoutError():
            return "no connection in time"
        case aiohttp.ClientConnectorError():
            return f"no connection to {error.host}:{error.port}"
        case aiohttp.ServerDisconnectedError():
            return "the server hung up without an answer"
        case _:
            return f"no usable answer ({type(error).__name__})"
