"""With what does a run of collecting ask the web? One thread, one set of limits, one set of claims.

Sources are streamed through it (digest.pipeline.polling), single pages are asked in between.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from heapq import heappop, heappush
from itertools import islice
from operator import itemgetter
from typing import Protocol, TypeAlias

from digest.collect.answers import Answer, Nets, Request, Verdict
from digest.collect.hosts import server_of
from digest.model.source import SourceState
from digest.pipeline.claiming import HostClaims
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.receiving import Ask
from digest.pipeline.robots_book import KeptRobots
from digest.schedule.values import Source

_TRIES = 60
_PAUSE = 1.0  # seconds

_HELD = 50  # answers that wait for an earlier one, at most
_WAVE = 50  # addresses that a fake is asked for at once


class Fetch(Protocol):
    """Asks web addresses: digest.collect.fetch.fetch, or a fake."""

    def __call__(
        self, requests: Sequence[Request], *, now: datetime, agent: str, permitted: Nets
    ) -> tuple[Answer, ...]:
        """Give an answer for each request, in order."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One source to be asked."""

    source: Source
    state: SourceState
    host: str
    place: int = 0
    """In the order of asking."""


Fetching: TypeAlias = Callable[[Sequence[Request]], tuple[Answer, ...]]
Stream: TypeAlias = Callable[[Iterable[tuple[Turn, Request]]], Iterable[tuple[Turn, Answer]]]


@dataclass(frozen=True, kw_only=True)
class Means:
    """What one run asks with."""

    stream: Stream
    ask: Ask
    claims: HostClaims
    book: KeptRobots


@contextmanager
def asking(newsroom: Newsroom, permitted: Nets, fake: Fetch | None = None) -> Iterator[Means]:
    """Open what a run asks with; a `fake` asks in its stead, a wave at a time."""
    book, now, agent = KeptRobots(newsroom.database), newsroom.clock(), agent_of(newsroom)
    with HostClaims(newsroom) as claims:
        if fake:
            asked = partial(fake, now=now, agent=agent, permitted=permitted)
            yield _outside(newsroom, asked, partial(_waves, asked), claims, book)
            return
        # It takes a while to import, and most commands never ask the web.
        from digest.collect.fetch import Fetcher

        fetcher = Fetcher[Turn](now=now, agent=agent, permitted=permitted, robots=book)
        with fetcher:
            yield _outside(newsroom, fetcher.fetch, fetcher.stream, claims, book)


def _outside(
    newsroom: Newsroom, fetch: Fetching, stream: Stream, claims: HostClaims, book: KeptRobots
) -> Means:
    ask = ClaimedAsk(newsroom, fetch, claims, book)
    return Means(stream=stream, ask=ask, claims=claims, book=book)


def _waves(fetch: Fetching, turns: Iterable[tuple[Turn, Request]]) -> Iterator[tuple[Turn, Answer]]:
    waiting = iter(turns)
    while wave := list(islice(waiting, _WAVE)):
        answers = fetch([request for _, request in wave])
        yield from zip((turn for turn, _ in wave), answers, strict=True)


def in_order(
    answers: Iterable[tuple[Turn, Answer]], first: int = 0
) -> Iterator[tuple[Turn, Answer]]:
    """Give answers in the order of asking, as long as that holds no more than a few of them up.

    `first` is the place of the round's first one.

    An article belongs to the source that gave it first: no race of servers should decide it.
    """
    held: list[tuple[int, Turn, Answer]] = []
    expected = first
    for turn, answer in answers:
        heappush(held, (turn.place, turn, answer))
        while held and (held[0][0] <= expected or len(held) > _HELD):
            place, earliest, its_answer = heappop(held)
            expected = max(expected, place + 1)
            yield earliest, its_answer
    yield from ((turn, answer) for _, turn, answer in sorted(held, key=itemgetter(0)))


def agent_of(newsroom: Newsroom) -> str:
    """Say to servers who asks."""
    return f"digest (+{newsroom.site_url})" if newsroom.site_url.isascii() else "digest"


class ClaimedAsk:
    """Asks addresses whose hosts no other run is asking; waits a minute for those that one does."""

    def __init__(
        self, newsroom: Newsroom, fetch: Fetching, claims: HostClaims, book: KeptRobots
    ) -> None:
        self._newsroom, self._fetch = newsroom, fetch
        self._claims, self._book = claims, book

    def __call__(self, requests: Sequence[Request], *, now: datetime) -> tuple[Answer, ...]:
        """Give an answer for each request, in order; LEFT where its host never was free."""
        answers: dict[Request, Answer] = {}
        waiting = list(dict.fromkeys(requests))
        for _ in range(_TRIES):
            answers |= self._ask(waiting)
            waiting = [request for request in waiting if request not in answers]
            if not waiting or self._newsroom.stopping.wait(_PAUSE):
                break
        return tuple(answers.get(request) or _left(request) for request in requests)

    def _ask(self, requests: Sequence[Request]) -> dict[Request, Answer]:
        hosts = {server_of(request.url) for request in requests}
        before = self._claims.mine(hosts)
        with self._newsroom.database.write() as connection:
            taken = self._claims.take(connection, hosts - before)
            self._book.look_up(connection, (request.url for request in requests))
        mine = [one for one in requests if server_of(one.url) in taken | before]
        answers = self._fetch(mine)
        with self._newsroom.database.write() as connection:
            self._book.save(connection)
            self._claims.give_back(connection, taken)
        return dict(zip(mine, answers, strict=True))


def _left(request: Request) -> Answer:
    why = "another run asks its host now"
    return Answer(request=request, verdict=Verdict.LEFT, error=why)
