"""Leaving by a link: what a mailbox provider's button, a browser and a scanner each get."""

import asyncio
import sqlite3
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.exc import OperationalError
from starlette.types import Message

from digest.pipeline.newsroom import Newsroom
from digest.web.main import create_app
from digest.web.security import LONGEST_BODY
from subscribers import lists, people
from subscribers.model import Consent, ConsentAction
from subscribers.tokens import confirmation_token, unsubscribe_token
from tests.web.conftest import KEY, Reader, TestClient, join

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def active(newsroom: Newsroom) -> list[int]:
    with newsroom.database.read() as connection:
        return lists.active_ids(connection, "hebdo")


def evidence(newsroom: Newsroom, address: str) -> list[Consent]:
    with newsroom.database.read() as connection:
        holding = people.held(connection, secret_key=KEY, address=address)
    return [one for one in holding.consents if one.action is ConsentAction.UNSUBSCRIBED]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_the_page_changes_nothing(
    browser: TestClient, newsroom: Newsroom, reader: Reader, method: str
) -> None:
    for _ in range(3):
        assert browser.request(method, reader.path).status_code == 200
    assert active(newsroom) == [reader.id]


def test_the_page_has_a_button_and_names_the_newsletter_escaped(
    browser: TestClient, reader: Reader
) -> None:
    page = browser.get(reader.path).text
    assert '<form method="post">' in page
    assert "Me désabonner" in page
    assert "«\u202fL’hebdo &lt;Sahel&gt;\u202f» à l’adresse" in page
    assert "a…@example.org" in page
    assert reader.address not in page


def test_one_click_unsubscribes_without_cookie_or_redirect(
    browser: TestClient, newsroom: Newsroom, reader: Reader
) -> None:
    answers = [browser.post(reader.path, data=ONE_CLICK) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert not any("set-cookie" in answer.headers for answer in answers)
    assert active(newsroom) == []


def test_leaving_twice_is_recorded_once(
    browser: TestClient, newsroom: Newsroom, reader: Reader
) -> None:
    for _ in range(2):
        browser.post(reader.path, data=ONE_CLICK)
    assert [one.origin for one in evidence(newsroom, reader.address)] == ["one-click"]


@pytest.mark.parametrize(
    ("posted", "origin"),
    [
        ((b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"), "one-click"),
        (
            (
                b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
                b"One-Click\r\n--x--",
                "multipart/form-data; boundary=x",
            ),
            "one-click",
        ),
        ((b"from=page", "application/x-www-form-urlencoded"), "page"),
        ((b"", "text/plain"), "post"),
        ((b"\xff\x00{}", "application/json"), "post"),
    ],
)
def test_any_post_unsubscribes_and_the_evidence_says_whence(
    browser: TestClient,
    newsroom: Newsroom,
    reader: Reader,
    posted: tuple[bytes, str],
    origin: str,
) -> None:
    body, kind = posted
    answer = browser.post(reader.path, content=body, headers={"Content-Type": kind})
    assert answer.status_code == 200
    assert [one.origin for one in evidence(newsroom, reader.address)] == [origin]


def test_the_page_of_who_has_left_has_no_button(browser: TestClient, reader: Reader) -> None:
    done = browser.post(reader.path, data={"from": "page"})
    again = browser.get(reader.path)
    assert "désabonnement est enregistré" in done.text
    assert "désabonnement est enregistré" in again.text
    assert "<form" not in again.text


def test_an_english_reader_reads_english(
    browser: TestClient, newsroom: Newsroom, now: datetime
) -> None:
    path = join(newsroom, "kim@example.com", "en", now).path
    assert "receiving “L’hebdo &lt;Sahel&gt;” at" in browser.get(path).text
    assert "“L’hebdo &lt;Sahel&gt;” will not be sent" in browser.post(path, data=ONE_CLICK).text
    assert "This link doesn’t work" in browser.get("/u/x", headers={"Accept-Language": "en"}).text


def test_a_link_of_somebody_erased_still_answers_kindly(
    browser: TestClient, newsroom: Newsroom, reader: Reader, now: datetime
) -> None:
    with newsroom.database.write() as connection:
        people.forget(connection, secret_key=KEY, address=reader.address, origin="cli", now=now)
    assert browser.get(reader.path).status_code == 200
    assert browser.post(reader.path, data=ONE_CLICK).status_code == 200


def test_only_the_links_own_reader_leaves(
    browser: TestClient, newsroom: Newsroom, reader: Reader, now: datetime
) -> None:
    other = join(newsroom, "bob@example.net", "en", now)
    browser.post(reader.path, data=ONE_CLICK)
    assert active(newsroom) == [other.id]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    "token",
    [
        "x",
        "A" * 38,
        "A" * 30_000,
        "é%00",
        "%E2%80%AE",
        unsubscribe_token(b"another installation's key", 1, "hebdo"),
        confirmation_token(KEY, 1, "hebdo", datetime.fromisoformat("2026-11-26T17:00:00+00:00")),
        unsubscribe_token(KEY, 1, "hebdo")[:-1],
        unsubscribe_token(KEY, 1, "hebdo") + "A",
    ],
)
def test_a_forged_link_gets_a_friendly_page_and_changes_nothing(
    browser: TestClient, newsroom: Newsroom, reader: Reader, method: str, token: str
) -> None:
    answer = browser.request(method, f"/u/{token}")
    assert answer.status_code == 404
    assert method == "HEAD" or "hebdo@example.org" in answer.text
    assert active(newsroom) == [reader.id]


def test_a_huge_body_is_refused_unread(
    browser: TestClient, newsroom: Newsroom, reader: Reader
) -> None:
    answer = browser.post(reader.path, content=b"x" * (LONGEST_BODY + 1))
    assert answer.status_code == 413
    assert active(newsroom) == [reader.id]


def test_a_caller_who_hangs_up_in_mid_body_is_no_fault_and_stays(
    newsroom: Newsroom, reader: Reader
) -> None:
    parts: list[Message] = [
        {"type": "http.request", "body": b"List-Unsub", "more_body": True},
        {"type": "http.disconnect"},
    ]
    answers: list[Message] = []

    async def receive() -> Message:
        return parts.pop(0)

    async def send(message: Message) -> None:
        answers.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": reader.path,
        "headers": [],
        "query_string": b"",
    }
    asyncio.run(create_app(newsroom)(scope, receive, send))
    assert answers[0]["status"] == 400
    assert active(newsroom) == [reader.id]


@pytest.mark.parametrize("path", ["{path}", "/u/forged", "/nowhere", "/healthz", "/style.css"])
def test_every_answer_is_guarded(browser: TestClient, reader: Reader, path: str) -> None:
    headers = browser.get(path.format(path=reader.path)).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-robots-tag"].startswith("noindex")
    assert headers["strict-transport-security"]


@pytest.mark.parametrize("path", ["{path}", "/u/forged"])
def test_pages_with_tokens_are_never_stored(browser: TestClient, reader: Reader, path: str) -> None:
    assert browser.get(path.format(path=reader.path)).headers["cache-control"] == "no-store"


def test_pages_need_nothing_that_the_policy_forbids(browser: TestClient, reader: Reader) -> None:
    page = browser.get(reader.path).text
    assert "<script" not in page
    assert "style=" not in page
    assert 'href="/style.css"' in page


@pytest.mark.parametrize(
    ("languages", "expected"),
    [(("fr", "en"), "fr"), (("en", "fr-FR,fr"), "en"), (("de", "en-GB;q=0.8, fr;q=0.3"), "en")],
)
def test_the_readers_own_language_comes_before_the_browsers(
    browser: TestClient,
    newsroom: Newsroom,
    now: datetime,
    languages: tuple[str, str],
    expected: str,
) -> None:
    own, accepted = languages
    path = join(newsroom, "kim@example.com", own, now).path
    answer = browser.get(path, headers={"Accept-Language": accepted})
    assert f'<html lang="{expected}">' in answer.text
    assert answer.headers["content-language"] == expected


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", "fr"),
        ("de", "fr"),
        ("de,en;q=0.1", "en"),
        ("en;q=0,fr;q=0.1", "fr"),
        ("en;q=high", "fr"),
        ("*", "fr"),
        ("en-US", "en"),
        ("," * 9_000, "fr"),
    ],
)
def test_a_strangers_language_is_the_browsers_or_the_newsletters(
    browser: TestClient, accepted: str, expected: str
) -> None:
    page = browser.get("/u/forged", headers={"Accept-Language": accepted}).text
    assert f'<html lang="{expected}">' in page


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(browser: TestClient, reader: Reader, method: str) -> None:
    answer = browser.request(method, reader.path)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_programs_get_their_errors_as_json(browser: TestClient) -> None:
    answer = browser.get("/nowhere", headers={"Accept": "application/json"})
    assert answer.json() == {"error": {"status": 404, "what": "there is nothing at this address"}}


def test_a_busy_database_asks_to_come_back(newsroom: Newsroom, reader: Reader) -> None:
    def busy() -> datetime:
        raise OperationalError("UPDATE …", {}, sqlite3.OperationalError("database is locked"))

    with TestClient(create_app(replace(newsroom, clock=busy))) as client:
        answer = client.post(reader.path, data=ONE_CLICK)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "locked" not in answer.text


def test_a_surprise_shows_no_traceback(newsroom: Newsroom, reader: Reader) -> None:
    def broken() -> datetime:
        raise ZeroDivisionError("a secret detail")

    app = create_app(replace(newsroom, clock=broken))
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.post(reader.path, data=ONE_CLICK)
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_broken_brand_keeps_nobody_from_leaving(
    newsroom: Newsroom, reader: Reader, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = tmp_path_factory.mktemp("templates")
    (own / "brand.yaml").write_text("light: [", encoding="utf-8")
    with TestClient(create_app(replace(newsroom, templates=own))) as client:
        assert client.get("/style.css").status_code == 200
        assert client.post(reader.path, data=ONE_CLICK).status_code == 200


def test_the_style_sheet_is_css_with_both_appearances(browser: TestClient) -> None:
    answer = browser.get("/style.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in answer.text
    assert "&#" not in answer.text
