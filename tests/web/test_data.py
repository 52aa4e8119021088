"""A reader's own data: asked for by the mail's link, opened by a fresh one, downloaded, erased."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from digest.model.delivery import Lot
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.notices import mail_notices
from digest.storage import issues, ledger, tables
from digest.storage.reader_tables import notices
from digest.web.main import create_app
from subscribers import people, suppressions
from subscribers.model import SuppressionReason
from subscribers.tokens import DATA_LIFE, confirmation_token, data_token, unsubscribe_token
from tests.builders import an_issue
from tests.deliver.courier import Courier
from tests.pipeline.mailroom import link_in
from tests.web.conftest import KEY, ONE_CLICK, Reader, TestClient, join

HOUR = timedelta(hours=1)
SURE = {"asked": "yes", "sure": "yes"}
MOMENT = datetime.fromisoformat("2026-11-26T17:00:00+00:00")


def asking_path(reader: Reader) -> str:
    return reader.path.replace("/u/", "/p/") + "/data"


def path_of(reader: Reader, at: datetime) -> str:
    return f"/d/{data_token(KEY, reader.id, at)}"


def asked(newsroom: Newsroom) -> list[dict[str, Any]]:
    with newsroom.database.read() as connection:
        rows = connection.execute(select(notices).order_by(notices.c.id)).mappings()
        return [dict(row) for row in rows]


def held(newsroom: Newsroom, reader: Reader) -> people.Holding:
    with newsroom.database.read() as connection:
        return people.held(connection, secret_key=KEY, address=reader.address)


def test_a_wish_is_put_down_once_an_hour_and_always_answered_the_same(
    browser: TestClient, newsroom: Newsroom, reader: Reader, now: datetime
) -> None:
    answers = [browser.post(asking_path(reader)) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    [row] = asked(newsroom)
    assert (row["kind"], row["state"], row["address"]) == ("data", "ready", reader.address)
    assert row["details"] == {"path": path_of(reader, now)}
    with TestClient(create_app(replace(newsroom, clock=lambda: now + HOUR * 1.01))) as client:
        client.post(asking_path(reader))
    assert len(asked(newsroom)) == 2


def test_who_is_erased_gets_the_same_answer_and_no_mail(
    browser: TestClient, newsroom: Newsroom, reader: Reader, now: datetime
) -> None:
    before = browser.post(asking_path(reader)).text
    browser.post(path_of(reader, now) + "/erase", data=SURE)
    assert browser.post(asking_path(reader)).text == before
    [row] = asked(newsroom)
    assert (row["state"], row["address"]) == ("skipped", "")  # not mailed to who is gone


def test_the_mail_that_follows_opens_the_page(
    browser: TestClient, newsroom: Newsroom, reader: Reader
) -> None:
    browser.post(asking_path(reader))
    courier = Courier()
    mail_notices(replace(newsroom, provider=lambda: courier))
    [call] = courier.calls
    assert [one.address for one in call.to] == [reader.address]
    page = browser.get(link_in(call).removeprefix("https://digest.example.org"))
    assert page.status_code == 200
    assert reader.address in page.text
    assert "Aïssata" in page.text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("tail", ["", "/download", "/erase"])
def test_looking_and_following_links_changes_nothing(
    browser: TestClient,
    newsroom: Newsroom,
    reader: Reader,
    method: str,
    tail: str,
) -> None:
    before = held(newsroom, reader)
    status = browser.request(method, path_of(reader, MOMENT) + tail).status_code
    assert status == (405 if tail else 200)
    assert browser.request(method, asking_path(reader)).status_code == 405
    assert held(newsroom, reader) == before
    assert asked(newsroom) == []


def sent_to(newsroom: Newsroom, reader: Reader, now: datetime) -> None:
    """Mail an issue to the reader, and hear of it; another batch holds their id's bytes only."""
    shifted = (reader.id << 16 & 0xFFFFFFFF, reader.id >> 16)
    with newsroom.database.write() as connection:
        content = an_issue().content
        issue = issues.insert(connection, newsletter="hebdo", slot=now, content=content, now=now)
        edition = {"id": 1, "issue_id": issue.id, "key": "fr", "language": "fr", "subject": "Une"}
        connection.execute(insert(tables.editions).values(**edition, html="h", text="t"))
        lots = [
            Lot(edition_id=1, list_name="hebdo", recipient_ids=ids)
            for ids in ((reader.id, 77), shifted)
        ]
        ledger.freeze(connection, issue.id, lots)
        heard = {"provider": "sendgrid", "key": "k1", "attempt_id": "a", "kind": "delivered"}
        connection.execute(
            insert(tables.events).values(
                **heard, subscriber_id=reader.id, at=now, received_at=now, raw={"smtp": "250 ok"}
            )
        )


def test_the_download_holds_everything(
    browser: TestClient, newsroom: Newsroom, reader: Reader, now: datetime
) -> None:
    sent_to(newsroom, reader, now)
    browser.post(asking_path(reader))
    answer = browser.post(path_of(reader, now) + "/download")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert told["reader"]["address"] == reader.address
    assert told["reader"]["themes"] == []
    assert [one["list"] for one in told["subscriptions"]] == ["hebdo"]
    assert [(one["action"], one["wording"]) for one in told["consents"]] == [
        ("added", "signed a sheet at the fair")
    ]
    assert [(one["subject"], one["state"]) for one in told["issues"]] == [("Une", "ready")]
    assert [(one["kind"], one["raw"]) for one in told["events"]] == [
        ("delivered", {"smtp": "250 ok"})
    ]
    assert [one["kind"] for one in told["other_mails"]] == ["data"]
    assert told["suppression"] is None


def test_erasing_is_asked_about_once_more(
    browser: TestClient, newsroom: Newsroom, reader: Reader, now: datetime
) -> None:
    path = path_of(reader, now) + "/erase"
    first, unticked = browser.post(path), browser.post(path, data={"asked": "yes"})
    assert (first.status_code, unticked.status_code) == (200, 422)
    assert 'name="sure"' in first.text
    assert 'role="alert"' not in first.text
    assert 'href="#sure"' in unticked.text.split('role="alert"')[1]
    for doubtful in ({"sure": "no"}, {"sure": ["yes", "yes"]}, ONE_CLICK, {"sure": "x" * 9_000}):
        browser.post(path, data=doubtful)
    assert held(newsroom, reader).subscriber is not None


def test_who_erases_themselves_is_forgotten_as_by_the_command(
    browser: TestClient, newsroom: Newsroom, reader: Reader, now: datetime
) -> None:
    with newsroom.database.write() as connection:
        suppressions.suppress(
            connection,
            secret_key=KEY,
            address=reader.address,
            reason=SuppressionReason.BOUNCE,
            origin="sendgrid",
            now=now,
        )
    path = path_of(reader, now)
    assert "Vos données sont effacées" in browser.post(path + "/erase", data=SURE).text
    after = held(newsroom, reader)
    assert after.subscriber is None
    assert after.suppression is not None
    assert [str(one.action) for one in after.consents] == ["added", "unsubscribed"]
    answers = [
        browser.get(path),
        browser.post(path + "/download"),
        browser.post(path + "/erase", data=SURE),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert "Rien n’est conservé à votre sujet" in answer.text
        assert reader.address not in answer.text


def test_a_link_erases_its_own_reader_alone(
    browser: TestClient, newsroom: Newsroom, reader: Reader, now: datetime
) -> None:
    other = join(newsroom, "bob@example.net", "en", now)
    page = browser.post(path_of(other, now) + "/erase", data=SURE | {"address": reader.address})
    assert "Your data are erased" in page.text
    assert held(newsroom, reader).subscriber is not None
    assert held(newsroom, other).subscriber is None


Spoil = Callable[[str], str]


@pytest.mark.parametrize("tail", ["", "/download", "/erase"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "x",
        lambda _: "A" * 30_000,
        lambda _: "%E2%80%AE",
        lambda token: token[:-1],
        lambda token: token.swapcase(),
        lambda _: unsubscribe_token(KEY, 1, "hebdo"),
        lambda _: unsubscribe_token(KEY, 1, "1764176400"),  # says what a token of data says
        lambda _: confirmation_token(KEY, 1, "hebdo", MOMENT),
        lambda _: data_token(b"another installation's key", 1, MOMENT),
        lambda _: data_token(KEY, 1, MOMENT - DATA_LIFE),
    ],
)
def test_a_bad_or_old_link_opens_nothing(
    browser: TestClient, newsroom: Newsroom, reader: Reader, spoil: Spoil, tail: str
) -> None:
    path = f"/d/{spoil(data_token(KEY, reader.id, MOMENT))}{tail}"
    answer = browser.post(path, data=SURE) if tail else browser.get(path)
    assert answer.status_code == 404
    assert reader.address not in answer.text
    assert held(newsroom, reader).subscriber is not None


@pytest.mark.parametrize("door", ["/u/{}", "/u/{}/undo", "/p/{}", "/p/{}/data", "/c/{}"])
def test_a_link_to_data_opens_no_other_door(
    browser: TestClient, newsroom: Newsroom, reader: Reader, door: str
) -> None:
    token = data_token(KEY, reader.id, MOMENT)
    assert browser.post(door.format(token), data={"undo": "yes"}).status_code == 404
    assert asked(newsroom) == []


def test_every_page_is_guarded_and_needs_no_script(
    browser: TestClient, reader: Reader, now: datetime
) -> None:
    path = path_of(reader, now)
    for answer in (
        browser.get(path),
        browser.post(path + "/erase"),
        browser.post(asking_path(reader)),
    ):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.text.count("<h1") == 1
        assert "<script" not in answer.text
        assert "style=" not in answer.text
