"""How are many addresses asked politely, at once, by one synchronous call?

Polite: conditional, capped, two connections a host, named, and within robots.txt where a book of
them is given. Safe: digest.collect.addresses checks every address dialled. What can go wrong is a
value (Answer), never an exception. Proxies of the environment are not used: behind one, nothing
would see the addresses dialled.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from queue import SimpleQueue
from threading import Event, Thread
from typing import Generic, Self, TypeVar

import aiohttp

from digest.collect.addresses import Dial, guarded, open_socket
from digest.collect.answers import Answer, Limits, Nets, Request
from digest.collect.exchange import RobotsBook, Terms, ask_one

_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json;q=0.9, "
    "application/xml;q=0.9, text/html;q=0.8, */*;q=0.5"
)
_LIMITS = Limits()

Key = TypeVar("Key")


def fetch(
    requests: Sequence[Request],
    *,
    now: datetime,
    agent: str = "digest",
    limits: Limits = _LIMITS,
    permitted: Nets = (),
    dial: Dial = open_socket,
    robots: RobotsBook | None = None,
) -> tuple[Answer, ...]:
    """Ask all addresses at once; give an answer for each, in order."""
    if not requests:
        return ()
    terms = Terms(now=now, agent=agent, limits=limits, book=robots)
    return asyncio.run(_together(requests, terms, guarded(dial, permitted)))


class Fetcher(Generic[Key]):
    """A thread that asks for as long as a block lasts, all under the same limits.

    The network has its own thread, so that a caller who parses lets nobody run out of time.
    """

    def __init__(
        self,
        *,
        now: datetime,
        agent: str = "digest",
        limits: Limits = _LIMITS,
        permitted: Nets = (),
        robots: RobotsBook | None = None,
    ) -> None:
        self._terms = Terms(now=now, agent=agent, limits=limits, book=robots)
        self._dial = guarded(open_socket, permitted)
        self._loop = asyncio.new_event_loop()
        self._asked: asyncio.Queue[tuple[Key, Request] | None] = asyncio.Queue()
        self._answers: SimpleQueue[tuple[Key, Answer] | Exception] = SimpleQueue()
        self._session: aiohttp.ClientSession
        self._ready = Event()
        self._thread = Thread(target=self._run, name="fetch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        """End; what was not answered is given up."""
        self._loop.call_soon_threadsafe(self._asked.put_nowait, None)
        self._thread.join()

    def fetch(self, requests: Sequence[Request]) -> tuple[Answer, ...]:
        """Ask all addresses at once; give an answer for each, in order."""
        asked = _all(self._session, requests, self._terms)
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result()

    def stream(self, requests: Iterable[tuple[Key, Request]]) -> Iterator[tuple[Key, Answer]]:
        """Ask addresses as they come, give each answer as it comes, with its request's key.

        So many are under way, or wait to be taken, as may be asked at once: the next request is
        drawn when there is room, whatever the caller does meanwhile.
        """
        waiting, under_way = iter(requests), 0
        while True:
            while under_way < self._terms.limits.at_once and (one := next(waiting, None)):
                self._loop.call_soon_threadsafe(self._asked.put_nowait, one)
                under_way += 1
            if not under_way:
                return
            yield self._answer()
            under_way -= 1

    def _answer(self) -> tuple[Key, Answer]:
        found = self._answers.get()
        if isinstance(found, Exception):
            raise found
        return found

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._serve())
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        under_way: set[asyncio.Task[None]] = set()
        async with _session(self._terms, self._dial) as self._session:
            self._ready.set()
            while one := await self._asked.get():
                task = asyncio.create_task(self._one(*one))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _one(self, key: Key, request: Request) -> None:
        try:
            self._answers.put((key, await ask_one(self._session, request, self._terms)))
        except Exception as fault:  # the caller waits for it
            self._answers.put(fault)


async def _together(requests: Sequence[Request], terms: Terms, dial: Dial) -> tuple[Answer, ...]:
    async with _session(terms, dial) as session:
        return await _all(session, requests, terms)


async def _all(
    session: aiohttp.ClientSession, requests: Sequence[Request], terms: Terms
) -> tuple[Answer, ...]:
    return tuple(await asyncio.gather(*(ask_one(session, one, terms) for one in requests)))


def _session(terms: Terms, dial: Dial) -> aiohttp.ClientSession:
    # Names are asked for in threads, a few by default: dead name servers would hold up all.
    names = ThreadPoolExecutor(terms.limits.at_once, thread_name_prefix="names")
    asyncio.get_running_loop().set_default_executor(names)
    connector = aiohttp.TCPConnector(
        limit=0, limit_per_host=terms.limits.per_host, socket_factory=dial, use_dns_cache=True
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": terms.agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"},
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=terms.limits.connect),
        max_line_size=16_384,
        max_field_size=16_384,
    )
