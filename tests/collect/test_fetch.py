"""Fetching: polite, capped, and never inside."""

import socket
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from digest.collect.addresses import may_dial
from digest.collect.answers import LOOPBACK, Answer, Limits, Request, Verdict
from digest.collect.fetch import fetch
from tests.servers.feeds import FeedServer, serving_feeds

NOW = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
QUICK = Limits(size=100_000, total=0.6, connect=0.5)


@pytest.fixture(scope="module")
def server() -> Any:
    with serving_feeds() as server:
        yield server


def ask(url: str, limits: Limits = QUICK, **known: Any) -> Answer:
    (answer,) = fetch([Request(url=url, **known)], now=NOW, limits=limits, permitted=LOOPBACK)
    return answer


def test_an_answer_comes_with_its_body_charset_and_validators(server: FeedServer) -> None:
    headers = {
        "ETag": '"v1"',
        "Last-Modified": "Thu, 26 Nov 2026 10:00:00 GMT",
        "Content-Type": "text/xml; charset=iso-8859-1",
        "Cache-Control": "public, max-age=600",
        "Age": "100",
    }
    answer = ask(server.gives("/plain", "<rss/>", headers=headers))
    assert answer.verdict is Verdict.CONTENT
    assert (answer.body, answer.charset) == (b"<rss/>", "iso-8859-1")
    assert (answer.etag, answer.last_modified) == ('"v1"', headers["Last-Modified"])
    assert answer.wait == timedelta(seconds=500)


def test_what_is_unchanged_is_not_sent_again(server: FeedServer) -> None:
    url = server.gives("/etag", "<rss/>", headers={"ETag": '"v2"'})
    since = "Thu, 26 Nov 2026 10:00:00 GMT"
    answer = ask(url, etag='"v2"', last_modified=since)
    assert answer.verdict is Verdict.UNCHANGED
    assert server.asked[-1].headers["If-Modified-Since"] == since


def test_unchanged_is_no_answer_to_who_never_asked_before(server: FeedServer) -> None:
    answer = ask(server.gives("/never", status=304))
    assert (answer.verdict, answer.error) == (
        Verdict.FAILED,
        "the server answered 304 Not Modified",
    )


def test_we_say_who_we_are_and_send_no_cookie_back(server: FeedServer) -> None:
    target = server.gives("/cookied", "ok")
    headers = {"Location": target, "Set-Cookie": "a=b"}
    url = server.gives("/cookie", status=302, headers=headers)
    fetch([Request(url=url)], now=NOW, agent="digest (+https://x.example)", permitted=LOOPBACK)
    assert server.asked[-1].path == "/cookied"
    assert server.asked[-1].headers["User-Agent"] == "digest (+https://x.example)"
    assert "Cookie" not in server.asked[-1].headers


def test_a_decompression_bomb_stops_at_the_cap(server: FeedServer) -> None:
    answer = ask(server.gives_packed("/bomb", b"x" * 20_000_000), Limits(size=100_000))
    assert len(answer.body) == 100_000
    assert answer.cut.startswith("larger than")


def test_an_endless_body_stops_at_the_cap(server: FeedServer) -> None:
    answer = ask(server.gives("/flood", floods=True), Limits(size=100_000))
    assert answer.cut.startswith("larger than")


def test_a_dripping_body_stops_at_the_time_out(server: FeedServer) -> None:
    begun = time.monotonic()
    answer = ask(server.gives("/drip", drips=True))
    assert answer.verdict is Verdict.FAILED
    assert answer.error == "no answer within 0.6 seconds"
    assert time.monotonic() - begun < 3


def test_no_validator_of_a_cut_answer_is_kept(server: FeedServer) -> None:
    answer = ask(server.gives("/cut", "<rss>", promised=500, headers={"ETag": '"half"'}))
    assert answer.cut == "broken off after 5 bytes"
    assert (answer.etag, answer.last_modified) == ("", "")


def test_redirects_are_followed_five_times(server: FeedServer) -> None:
    server.gives("/hop5", "here")
    for hop in range(5):
        server.redirects(f"/hop{hop}", f"/hop{hop + 1}")
    assert ask(f"{server.url}/hop0").moved_to == f"{server.url}/hop5"
    server.redirects("/hop", "/hop0")
    assert ask(f"{server.url}/hop").error == "more than 5 redirects"


def test_a_move_is_for_good_only_when_every_step_is(server: FeedServer) -> None:
    server.gives("/end", "here")
    server.redirects("/for-good", "/end", status=301)
    server.redirects("/for-now", "/for-good", status=302)
    server.redirects("/mixed", "/for-now", status=308)
    answer = ask(f"{server.url}/mixed")
    assert (answer.verdict, answer.moved_to) == (Verdict.CONTENT, "")
    assert ask(f"{server.url}/for-good").moved_to == f"{server.url}/end"


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://x.example/", "data:,x"])
def test_a_redirect_off_the_web_is_refused(server: FeedServer, target: str) -> None:
    assert "no http address" in ask(server.redirects("/off", target)).error


def test_gone_is_told_apart_from_not_found(server: FeedServer) -> None:
    assert ask(server.gives("/gone", status=410)).verdict is Verdict.GONE
    assert ask(server.gives("/lost", status=404)).error == "the server answered 404 Not Found"


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("Thu, 26 Nov 2026 18:00:00 GMT", timedelta(hours=1)),
        ("Thu, 26 Nov 2025 18:00:00 GMT", None),
        ("99999999", timedelta(days=7)),
        ("bientôt", None),
        ("-5", None),
    ],
)
def test_retry_after_is_obeyed(server: FeedServer, header: str, wait: timedelta | None) -> None:
    url = server.gives("/busy", status=429, headers={"Retry-After": header})
    assert ask(url).wait == wait


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (403, {"cf-mitigated": "challenge"}, "<html>"),
        (
            503,
            {},
            "<!DOCTYPE html><script src=/cdn-cgi/challenge-platform/x.js>",
        ),
        (200, {}, "<html><head><title>Just a moment...</title>"),
        (403, {}, "<html><body>Please verify you are human <div class=h-captcha>"),
    ],
)
def test_a_challenge_page_is_called_blocked(
    server: FeedServer, status: int, headers: dict[str, str], body: str
) -> None:
    answer = ask(server.gives("/wall", body, status=status, headers=headers))
    assert answer.verdict is Verdict.BLOCKED
    assert answer.error.startswith("blocked")


def test_an_honest_refusal_is_no_challenge(server: FeedServer) -> None:
    assert ask(server.gives("/no", "<html>Forbidden", status=403)).verdict is Verdict.FAILED


def test_a_page_with_a_captcha_in_its_comment_form_is_content(server: FeedServer) -> None:
    page = "<html><article>Un article</article><div class='g-recaptcha'></div>"
    assert ask(server.gives("/comments", page)).verdict is Verdict.CONTENT


def test_a_host_gets_two_connections_at_once(server: FeedServer) -> None:
    server.asked.clear()
    urls = [server.gives(f"/many{number}", "x" * 10_000) for number in range(20)]
    answers = fetch([Request(url=url) for url in urls], now=NOW, permitted=LOOPBACK)
    assert [answer.url for answer in answers] == urls
    assert len({asked.port for asked in server.asked}) <= 2


def test_a_server_that_is_down_is_an_answer_in_words() -> None:
    answer = ask("http://127.0.0.1:9/feed")
    assert (answer.error, answer.heard) == ("no connection to 127.0.0.1:9", False)


@pytest.mark.parametrize("url", ["", "ftp://x.example/", "http://", "javascript:alert(1)", "/feed"])
def test_what_is_no_web_address_is_not_asked(url: str) -> None:
    assert "is no http address" in ask(url).error


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://0/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.1.2.3/",
        "http://192.168.0.1/",
        "http://192.0.0.8/",
        "http://100.64.0.1/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fec0::1]/",
        "http://[2002:7f00:1::]/",
        "http://[ff02::1]/",
        "http://224.0.0.1/",
    ],
)
def test_nothing_inside_is_ever_dialled(url: str) -> None:
    dialled: list[Any] = []
    (answer,) = fetch([Request(url=url)], now=NOW, limits=QUICK, dial=refusing(dialled))
    assert dialled == []
    assert answer.verdict is Verdict.FAILED


@pytest.mark.parametrize("url", ["http://8.8.8.8/", "http://[2606:4700::1111]/"])
def test_a_public_address_is_dialled(url: str) -> None:
    dialled: list[Any] = []
    fetch([Request(url=url)], now=NOW, limits=QUICK, dial=refusing(dialled))
    assert len(dialled) == 1


def test_a_redirect_inside_is_not_dialled(server: FeedServer) -> None:
    url = server.redirects("/inside", "http://169.254.169.254/latest/")
    assert ask(url).error == "refused to dial: 169.254.169.254 is not a public address"


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "193.0.6.139"])
def test_public_addresses_may_be_dialled(address: str) -> None:
    from ipaddress import ip_address

    assert may_dial(ip_address(address), ())


def refusing(dialled: list[Any]) -> Any:
    """A dialler that opens nothing and remembers what it was asked to dial."""

    def dial(info: Any) -> socket.socket:
        dialled.append(info[4])
        raise OSError("this test dials nothing")

    return dial
