"""Taking back an unsubscription by the page that tells of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from digest.pipeline.newsroom import Newsroom
from digest.web.main import create_app
from subscribers import people, suppressions
from subscribers.model import SuppressionReason
from subscribers.tokens import confirmation_token, unsubscribe_token
from tests.subscribers.conftest import mailed_ids
from tests.web.conftest import KEY, ONE_CLICK, Reader, TestClient, join

UNDO = {"undo": "yes"}


def active(newsroom: Newsroom) -> list[int]:
    with newsroom.database.read() as connection:
        return mailed_ids(connection, "hebdo")


def actions(newsroom: Newsroom, reader: Reader) -> list[str]:
    with newsroom.database.read() as connection:
        holding = people.held(connection, secret_key=KEY, address=reader.address)
    return [str(one.action) for one in holding.consents]


def test_the_page_of_who_left_by_mistake_brings_them_back(
    browser: TestClient, newsroom: Newsroom, reader: Reader
) -> None:
    page = browser.post(reader.path, data={"from": "page"}).text
    assert f'action="{reader.path}/undo"' in page
    assert active(newsroom) == []
    back = [browser.post(f"{reader.path}/undo", data=UNDO) for _ in range(2)]
    assert [answer.status_code for answer in back] == [200, 200]
    assert "abonnement a repris" in back[0].text
    assert back[0].text == back[1].text
    assert active(newsroom) == [reader.id]
    assert actions(newsroom, reader) == ["added", "unsubscribed", "resumed"]


def test_an_hour_later_one_signs_up_again(
    browser: TestClient, newsroom: Newsroom, reader: Reader, now: datetime
) -> None:
    browser.post(reader.path, data={"from": "page"})
    later = replace(newsroom, clock=lambda: now + timedelta(hours=1))
    with TestClient(create_app(later)) as client:
        answer = client.post(f"{reader.path}/undo", data=UNDO)
        page = client.get(reader.path).text
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    for text in (answer.text, page):
        assert 'href="/subscribe"' in text
        assert "/undo" not in text
    assert active(newsroom) == []


def test_whoever_is_suppressed_stays_away(
    browser: TestClient, newsroom: Newsroom, reader: Reader, now: datetime
) -> None:
    browser.post(reader.path, data={"from": "page"})
    with newsroom.database.write() as connection:
        suppressions.suppress(
            connection,
            secret_key=KEY,
            address=reader.address,
            reason=SuppressionReason.COMPLAINT,
            origin="sendgrid",
            now=now,
        )
    assert "/undo" not in browser.get(reader.path).text
    assert browser.post(f"{reader.path}/undo", data=UNDO).status_code == 409
    assert actions(newsroom, reader) == ["added", "unsubscribed"]


@pytest.mark.parametrize("posted", [ONE_CLICK, ONE_CLICK | UNDO, {}, {"undo": ["yes", "yes"]}])
def test_a_mailbox_providers_one_click_undoes_nothing(
    browser: TestClient, newsroom: Newsroom, reader: Reader, posted: dict[str, str]
) -> None:
    for path in (reader.path, f"{reader.path}/undo", reader.path):
        browser.post(path, data=ONE_CLICK if path == reader.path else posted)
        assert active(newsroom) == []
    assert actions(newsroom, reader) == ["added", "unsubscribed"]


def test_one_click_after_an_undo_is_a_new_leaving(
    browser: TestClient, newsroom: Newsroom, reader: Reader
) -> None:
    browser.post(reader.path, data=ONE_CLICK)
    browser.post(f"{reader.path}/undo", data=UNDO)
    assert browser.post(reader.path, data=ONE_CLICK).status_code == 200
    assert active(newsroom) == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_an_undo_is_only_posted(
    browser: TestClient, newsroom: Newsroom, reader: Reader, method: str
) -> None:
    browser.post(reader.path, data={"from": "page"})
    assert browser.request(method, f"{reader.path}/undo").status_code == 405
    assert active(newsroom) == []


def test_only_the_links_own_reader_comes_back(
    browser: TestClient, newsroom: Newsroom, reader: Reader, now: datetime
) -> None:
    other = join(newsroom, "bob@example.net", "en", now)
    for one in (reader, other):
        browser.post(one.path, data={"from": "page"})
    browser.post(f"{other.path}/undo", data=UNDO)
    assert active(newsroom) == [other.id]


@pytest.mark.parametrize(
    "token",
    [
        "x",
        unsubscribe_token(b"another installation's key", 1, "hebdo"),
        unsubscribe_token(KEY, 1, "another list"),
        unsubscribe_token(KEY, 7, "hebdo"),
        confirmation_token(KEY, 1, "hebdo", datetime.fromisoformat("2026-11-26T17:00:00+00:00")),
    ],
)
def test_a_wrong_link_brings_nobody_back(
    browser: TestClient, newsroom: Newsroom, reader: Reader, token: str
) -> None:
    browser.post(reader.path, data={"from": "page"})
    assert browser.post(f"/u/{token}/undo", data=UNDO).status_code in {404, 409}
    assert active(newsroom) == []
