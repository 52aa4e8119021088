"""Asking within robots.txt, with pauses, and streaming."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from digest.collect import hosts
from digest.collect.answers import LOOPBACK, Answer, Limits, Request, Verdict
from digest.collect.fetch import Fetcher, fetch
from digest.collect.hosts import server_of
from digest.model.robots import Robots
from tests.servers.feeds import FeedServer, serving_feeds

NOW = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
QUICK = Limits(total=2, connect=0.6)
NOBODY = "User-agent: *\nDisallow: /\n"


class Book(dict[str, Robots]):
    """A book of robots.txt in memory."""

    def put(self, robots: Robots) -> None:
        self[robots.origin] = robots


@pytest.fixture
def server() -> Any:
    with serving_feeds() as server:
        yield server


def ask(*urls: str, book: Book | None = None, named: bool = False, **how: Any) -> list[Answer]:
    requests = [Request(url=url, named=named) for url in urls]
    how = {"limits": QUICK, "now": NOW, "permitted": LOOPBACK, **how}
    return list(fetch(requests, robots=Book() if book is None else book, **how))


def test_what_robots_forbid_is_not_asked(server: FeedServer) -> None:
    server.gives("/robots.txt", NOBODY)
    (answer,) = ask(server.gives("/page", "x"))
    assert answer.verdict is Verdict.DISALLOWED
    assert answer.error.startswith(f"{server.url}/robots.txt does not allow programs to ask")
    assert server.asked == []
    (named,) = ask(f"{server.url}/page", named=True)
    assert named.verdict is Verdict.CONTENT


def test_a_redirect_leads_around_no_robots(server: FeedServer) -> None:
    with serving_feeds() as other:
        other.gives("/robots.txt", NOBODY)
        (answer,) = ask(server.redirects("/go", other.gives("/page", "x")))
        assert (answer.verdict, answer.url) == (Verdict.DISALLOWED, f"{other.url}/page")
        assert other.asked == []


def test_robots_are_asked_once_a_day_and_by_one_request(server: FeedServer) -> None:
    book = Book()
    urls = [server.gives(f"/{number}", "x") for number in range(8)]
    ask(*urls, book=book)
    ask(*urls, book=book)
    assert len(server.robots_asked) == 1
    ask(*urls, book=book, now=NOW + timedelta(days=1))
    assert len(server.robots_asked) == 2


@pytest.mark.parametrize(
    ("how", "allowed"),
    [
        ({"status": 404}, True),
        ({"status": 403}, True),
        ({"status": 500}, False),
        ({"status": 429}, False),
        ({"status": 301, "headers": {"Location": "/robots.txt"}}, False),
        ({"status": 301, "headers": {"Location": "http://10.0.0.1/robots.txt"}}, False),
        ({"drips": True}, False),
        ({"body": "User-", "promised": 99}, False),
        ({"body": "<html><title>Just a moment...</title>"}, False),
    ],
)
def test_robots_that_cant_be_had_allow_nothing_that_was_found(
    server: FeedServer, how: dict[str, Any], allowed: bool
) -> None:
    server.gives("/robots.txt", **how)
    url = server.gives("/page", "x")
    (answer,) = ask(url)
    assert (answer.verdict is Verdict.CONTENT) is allowed
    assert len(server.asked) == int(allowed)
    assert allowed or "/robots.txt can't be had (" in answer.error
    assert ask(url, named=True)[0].verdict is Verdict.CONTENT


def test_an_endless_robots_stops_at_its_cap(server: FeedServer) -> None:
    server.gives("/robots.txt", floods=True)
    assert ask(server.gives("/page", "x"))[0].verdict is Verdict.CONTENT


def test_a_pause_that_a_site_asks_for_is_kept(server: FeedServer) -> None:
    server.gives("/robots.txt", "User-agent: *\nCrawl-delay: 0.3\n")
    begun = time.monotonic()
    answers = ask(*(server.gives(f"/{number}", "x") for number in range(3)), named=True)
    assert {answer.verdict for answer in answers} == {Verdict.CONTENT}
    assert 0.6 <= time.monotonic() - begun < 5


def test_what_would_wait_too_long_is_left_for_the_next_run(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "PATIENCE", 0.2)
    server.gives("/robots.txt", "User-agent: *\nCrawl-delay: 0.3\n")
    answers = ask(*(server.gives(f"/{number}", "x") for number in range(5)))
    verdicts = [answer.verdict for answer in answers]
    assert verdicts.count(Verdict.CONTENT) == 1
    assert verdicts.count(Verdict.LEFT) == 4
    assert len(server.asked) == 1


def test_no_more_is_drawn_than_may_be_under_way(server: FeedServer) -> None:
    drawn: list[int] = []

    def requests() -> Iterator[tuple[int, Request]]:
        for number in range(20):
            drawn.append(number)
            yield number, Request(url=server.gives(f"/{number}", str(number)))

    limits = Limits(at_once=4, per_host=2)
    with Fetcher[int](now=NOW, permitted=LOOPBACK, limits=limits) as fetcher:
        heard: dict[int, bytes] = {}
        for key, answer in fetcher.stream(requests()):
            assert len(drawn) - len(heard) <= 4
            heard[key] = answer.body
    assert heard == {number: str(number).encode() for number in range(20)}


def test_a_stream_that_is_given_up_ends(server: FeedServer) -> None:
    slow = [(n, Request(url=server.gives(f"/{n}", drips=bool(n)))) for n in range(2)]
    begun = time.monotonic()
    with Fetcher[int](now=NOW, permitted=LOOPBACK) as fetcher:
        assert next(iter(fetcher.stream(slow)))[0] == 0
        assert fetcher.fetch([Request(url=f"{server.url}/0")]) != ()
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Fleuve.example/a", "fleuve.example"),
        ("http://user@fleuve.example:80/", "fleuve.example"),
        ("http://fleuve.example:8080/", "fleuve.example:8080"),
        ("http://fleuve.example:99999/", ""),
        ("mailto:a@fleuve.example", ""),
    ],
)
def test_who_is_asked(url: str, host: str) -> None:
    assert server_of(url) == host
