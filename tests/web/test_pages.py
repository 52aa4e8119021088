"""What every page answers: its guards, its language, its errors, its looks."""

import sqlite3
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.exc import OperationalError

from digest.pipeline.newsroom import Newsroom
from digest.web.main import create_app
from tests.web.conftest import ONE_CLICK, Reader, TestClient, join


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
    assert f'<html lang="{expected}" dir="ltr">' in answer.text
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
    assert f'<html lang="{expected}" dir="ltr">' in page


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


def test_the_style_sheet_is_css_with_both_appearances(browser: TestClient) -> None:
    answer = browser.get("/style.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in answer.text
    assert "&#" not in answer.text
