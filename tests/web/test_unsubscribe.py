"""Leaving by a link: what a mailbox provider's button, a browser and a scanner each get."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest
from starlette.types import Message

from digest.pipeline.newsroom import Newsroom
from digest.web.main import create_app
from digest.web.security import LONGEST_BODY
from subscribers import people
from subscribers.model import Consent, ConsentAction
from subscribers.tokens import confirmation_token, unsubscribe_token
from tests.subscribers.conftest import mailed_ids
from tests.web.conftest import KEY, ONE_CLICK, Reader, TestClient, join


def active(newsroom: Newsroom) -> list[int]:
    with newsroom.database.read() as connection:
        return mailed_ids(connection, "hebdo")


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


def test_the_page_of_who_has_left_has_no_button_to_leave(
    browser: TestClient, reader: Reader
) -> None:
    done = browser.post(reader.path, data={"from": "page"})
    again = browser.get(reader.path)
    assert "désabonnement est enregistré" in done.text
    assert "désabonnement est enregistré" in again.text
    assert "Me désabonner" not in again.text


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


def test_a_broken_brand_keeps_nobody_from_leaving(
    newsroom: Newsroom, reader: Reader, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = tmp_path_factory.mktemp("templates")
    (own / "brand.yaml").write_text("light: [", encoding="utf-8")
    with TestClient(create_app(replace(newsroom, templates=own))) as client:
        assert client.get("/style.css").status_code == 200
        assert client.post(reader.path, data=ONE_CLICK).status_code == 200
