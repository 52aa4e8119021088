"""Floods, traps, forgeries and curiosity at the sign-up form: refused, and nobody is found out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from digest.pipeline.newsroom import Newsroom
from digest.pipeline.signing_up import PER_NETWORK, mailbox_of, network_of
from digest.storage.reader_tables import quotas
from digest.web.security import LONGEST_BODY
from subscribers import suppressions
from subscribers.addresses import read_address
from subscribers.model import SuppressionReason
from tests.web.conftest import KEY, TestClient, join
from tests.web.strangers import AWA, asked, client_of


@pytest.fixture
def statements(newsroom: Newsroom) -> Iterator[list[str]]:
    """Every statement that the database was asked."""
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        heard.append(statement)

    event.listen(newsroom.database.engine, "before_cursor_execute", hear)
    yield heard
    event.remove(newsroom.database.engine, "before_cursor_execute", hear)


@pytest.mark.parametrize(
    "referer", ["javascript:alert(1)", "https://[", "https://x:99999/", "x" * 9_000]
)
def test_a_strange_referer_does_no_harm(
    browser: TestClient, newsroom: Newsroom, referer: str
) -> None:
    form = {"address": AWA, "from": "embed"}
    assert browser.post("/subscribe", data=form, headers={"Referer": referer}).status_code == 200
    assert asked(newsroom)[0]["details"]["evidence"]["origin"] == "form"


def answers(newsroom: Newsroom, statements: list[str]) -> tuple[bytes, tuple[Any, ...], list[str]]:
    statements.clear()
    with client_of(newsroom) as client:
        answer = client.post("/subscribe", data={"address": AWA, "list": "hebdo"})
    headers = tuple(sorted(answer.headers.items()))
    return answer.content, (answer.status_code, headers), list(statements)


def test_nobody_learns_whether_an_address_is_known(
    newsroom: Newsroom, now: datetime, statements: list[str]
) -> None:
    unknown = answers(newsroom, statements)
    join(newsroom, AWA, "fr", now)
    with newsroom.database.write() as connection:
        connection.execute(quotas.delete())
    subscribed = answers(newsroom, statements)
    with newsroom.database.write() as connection:
        connection.execute(quotas.delete())
        why, ban = SuppressionReason.COMPLAINT, suppressions.suppress
        ban(connection, secret_key=KEY, address=AWA, reason=why, origin="", now=now)
    assert unknown == subscribed == answers(newsroom, statements)


def test_the_answer_is_given_without_a_look_at_any_reader(
    newsroom: Newsroom, statements: list[str]
) -> None:
    asked_for = answers(newsroom, statements)[2]
    assert any("INSERT INTO notices" in one for one in asked_for)
    tables = ("subscribers", "subscriptions", "consents", "suppressions")
    assert [one for one in asked_for for table in tables if table in one] == []


def test_a_mailbox_is_not_filled_though_the_answer_stays_the_same(
    browser: TestClient, newsroom: Newsroom
) -> None:
    pages = {browser.post("/subscribe", data={"address": AWA}).content for _ in range(10)}
    assert len(pages) == 1
    assert len(asked(newsroom)) == 3


def test_a_flood_from_one_network_is_refused_and_writes_next_to_nothing(
    newsroom: Newsroom, statements: list[str]
) -> None:
    with client_of(newsroom) as client:
        codes = [
            client.post("/subscribe", data={"address": f"r{at}@readers.example"}).status_code
            for at in range(PER_NETWORK.burst + 100)
        ]
        assert codes == [200] * PER_NETWORK.burst + [429] * 100
        statements.clear()
        refused = client.post("/subscribe", data={"address": AWA})
    assert refused.headers["retry-after"] == "31"
    assert [one for one in statements if one.startswith(("INSERT", "UPDATE", "DELETE"))] == []
    with newsroom.database.read() as connection:
        rows = connection.scalar(select(func.count()).select_from(quotas))
    assert rows == PER_NETWORK.burst + 1
    assert len(asked(newsroom)) == PER_NETWORK.burst


def test_after_a_while_a_network_may_ask_again(newsroom: Newsroom, now: datetime) -> None:
    later = now
    patient = replace(newsroom, clock=lambda: later)
    with client_of(patient) as client:
        for at in range(PER_NETWORK.burst + 1):
            last = client.post("/subscribe", data={"address": f"r{at}@readers.example"})
        assert last.status_code == 429
        later = now + timedelta(seconds=int(last.headers["retry-after"]))
        assert client.post("/subscribe", data={"address": AWA}).status_code == 200


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("fe80::1%eth0", "fe80::1%eth1", True),
    ],
)
def test_who_shares_a_quota_shares_a_network(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Awa+1@example.org", "awa@example.org", True),
        ("a.w.a@gmail.com", "awa+x@gmail.com", True),
        ("a.wa@example.org", "awa@example.org", False),
        ("+@example.org", "awa@example.org", False),
    ],
)
def test_one_mailbox_under_many_names_is_one(one: str, other: str, same: bool) -> None:
    assert (mailbox_of(read_address(one)) == mailbox_of(read_address(other))) is same


def test_who_fills_in_what_people_do_not_see_is_told_the_same_and_nothing_is_done(
    browser: TestClient, newsroom: Newsroom
) -> None:
    trapped = browser.post("/subscribe", data={"address": AWA, "website": "https://spam.example"})
    assert asked(newsroom) == []
    assert trapped.content == browser.post("/subscribe", data={"address": AWA}).content


@pytest.mark.parametrize(
    "address",
    [
        "",
        "   ",
        "awa",
        "awa@localhost",
        "awa@readers.example\r\nBcc: everyone@example.org",
        "awa\r\n@readers.example",
        "awa@readers.example%0aBcc:x@y.example",
        "awa@readers.example,bob@readers.example",
        "Awa <awa@readers.example>",
        "awa@readers.example\x00",
        "a" * 9_000 + "@readers.example",
        "awa@" + "x." * 5_000 + "example",
        "\u202eawa@readers.example",
    ],
)
def test_what_is_no_address_is_refused_with_a_link_to_the_field(
    browser: TestClient, newsroom: Newsroom, address: str
) -> None:
    answer = browser.post("/subscribe", data={"address": address})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert '<a href="#address">' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert len(answer.content) < 10_000
    assert asked(newsroom) == []


@pytest.mark.parametrize("domain", ["yopmail.com", "mail.yopmail.com", "mailinator.com"])
def test_mailboxes_for_some_minutes_are_refused(
    browser: TestClient, newsroom: Newsroom, domain: str
) -> None:
    answer = browser.post("/subscribe", data={"address": f"awa@{domain}"})
    assert answer.status_code == 422
    assert "quelques minutes" in answer.text
    assert asked(newsroom) == []


def test_what_was_written_is_shown_again_escaped(browser: TestClient) -> None:
    answer = browser.post("/subscribe", data={"address": '"><script>alert(1)</script>'})
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe\x00", b"address", b"&" * 5_000, b"=" * 5_000, b'{"address": "a@b.example"}'],
)
def test_what_is_no_form_is_refused(browser: TestClient, newsroom: Newsroom, body: bytes) -> None:
    assert browser.post("/subscribe", content=body).status_code == 422
    assert asked(newsroom) == []


def test_a_huge_body_is_refused_unread(browser: TestClient, newsroom: Newsroom) -> None:
    assert browser.post("/subscribe", content=b"x" * (LONGEST_BODY + 1)).status_code == 413
    assert asked(newsroom) == []


@pytest.mark.parametrize("name", ["nothing", "hebdo\x00", "../hebdo", "x" * 5_000])
def test_a_list_that_is_not_offered_is_refused(
    browser: TestClient, newsroom: Newsroom, name: str
) -> None:
    assert browser.post("/subscribe", data={"address": AWA, "list": name}).status_code == 422
    assert asked(newsroom) == []


def test_a_refusal_does_not_even_wait_for_the_databases_writer(newsroom: Newsroom) -> None:
    with client_of(newsroom) as client:
        for at in range(PER_NETWORK.burst):
            client.post("/subscribe", data={"address": f"r{at}@readers.example"})
        with newsroom.database.write():
            assert client.post("/subscribe", data={"address": AWA}).status_code == 429
