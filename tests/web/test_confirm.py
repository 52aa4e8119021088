"""Confirming by a link: scanners change nothing, a button does, a bad link says so kindly."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from digest.pipeline.newsroom import Newsroom
from digest.storage.reader_tables import notices
from digest.web.main import create_app
from subscribers import lists, people, subscriptions, suppressions
from subscribers.model import (
    Consent,
    ConsentAction,
    Evidence,
    SubscriptionState,
    SuppressionReason,
)
from subscribers.seats import Profile
from subscribers.tokens import CONFIRMATION_LIFE, confirmation_token, unsubscribe_token
from tests.web.conftest import KEY, TestClient

AWA = "awa@readers.example"
MOMENT = datetime.fromisoformat("2026-11-26T17:00:00+00:00")


@pytest.fixture
def path(newsroom: Newsroom, now: datetime) -> str:
    return asked(newsroom, now)


def asked(newsroom: Newsroom, now: datetime, address: str = AWA, language: str = "fr") -> str:
    """Ask to join; give the address that is mailed."""
    with newsroom.database.write() as connection:
        lists.ensure(connection, "hebdo", "Hebdo", now)
        needed = subscriptions.subscribe(
            connection,
            secret_key=KEY,
            address=address,
            list_name="hebdo",
            evidence=Evidence(origin="form"),
            now=now,
            profile=Profile(language=language),
        )
    assert needed is not None
    return f"/c/{needed.token}"


def state(newsroom: Newsroom, address: str = AWA) -> SubscriptionState:
    with newsroom.database.read() as connection:
        [place] = people.held(connection, secret_key=KEY, address=address).memberships
    return place.state


def proofs(newsroom: Newsroom) -> list[Consent]:
    with newsroom.database.read() as connection:
        consents = people.held(connection, secret_key=KEY, address=AWA).consents
    return [one for one in consents if one.action is ConsentAction.CONFIRMED]


def told(newsroom: Newsroom) -> list[str]:
    with newsroom.database.read() as connection:
        return list(connection.scalars(select(notices.c.kind)))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_confirms_nobody(
    browser: TestClient, newsroom: Newsroom, path: str, method: str
) -> None:
    for _ in range(3):
        assert browser.request(method, path).status_code == 200
    assert state(newsroom) is SubscriptionState.PENDING
    assert told(newsroom) == []


def test_the_page_has_a_button_and_hides_the_address(browser: TestClient, path: str) -> None:
    page = browser.get(path).text
    assert '<form method="post">' in page
    assert "Confirmer mon abonnement" in page
    assert "«\u202fL’hebdo &lt;Sahel&gt;\u202f»" in page
    assert "a…@readers.example" in page
    assert AWA not in page


def test_the_button_confirms_once_and_welcomes_once(
    browser: TestClient, newsroom: Newsroom, path: str
) -> None:
    answers = [browser.post(path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.content for answer in answers}) == 1
    assert not any("set-cookie" in answer.headers for answer in answers)
    assert state(newsroom) is SubscriptionState.CONFIRMED
    assert len(proofs(newsroom)) == 1
    assert told(newsroom) == ["welcome"]


def test_the_evidence_is_the_sentence_beside_the_button(
    browser: TestClient, newsroom: Newsroom, path: str
) -> None:
    page = browser.get(path).text
    browser.post(path)
    [proof] = proofs(newsroom)
    assert proof.wording.startswith("J’accepte de recevoir «\u202fL’hebdo <Sahel>\u202f»")
    assert proof.wording.replace("<", "&lt;").replace(">", "&gt;") in page
    assert re.fullmatch("[0-9a-f]{16}", proof.wording_version)


def test_who_is_confirmed_finds_the_way_to_their_preferences(
    browser: TestClient, path: str
) -> None:
    link = re.search('href="(/p/[^"]+)"', browser.post(path).text)
    assert link
    assert link[1] == f"/p/{unsubscribe_token(KEY, 1, 'hebdo')}"
    again = browser.get(path).text
    assert link[1] in again
    assert "<form" not in again


def test_an_english_reader_reads_english(
    browser: TestClient, newsroom: Newsroom, now: datetime
) -> None:
    path = asked(newsroom, now, language="en")
    assert "Confirm my subscription" in browser.get(path).text
    assert "Your subscription is confirmed" in browser.post(path).text


Spoil = Callable[[str], str]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "x",
        lambda _: "A" * 30_000,
        lambda _: "é%00",
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token.swapcase(),
        lambda token: token[20:] + token[:20],
        lambda _: unsubscribe_token(KEY, 1, "hebdo"),
        lambda _: confirmation_token(b"another installation's key", 1, "hebdo", MOMENT),
        lambda _: confirmation_token(KEY, 999, "hebdo", MOMENT),
        lambda _: confirmation_token(KEY, 1, "gone", MOMENT),
        lambda _: confirmation_token(KEY, 1, "hebdo", MOMENT - CONFIRMATION_LIFE),
    ],
)
def test_a_bad_link_leads_to_the_form_and_changes_nothing(
    browser: TestClient, newsroom: Newsroom, path: str, method: str, spoil: Spoil
) -> None:
    answer = browser.request(method, f"/c/{spoil(path.removeprefix('/c/'))}")
    assert answer.status_code == 404
    assert method == "HEAD" or 'href="/subscribe"' in answer.text
    assert state(newsroom) is SubscriptionState.PENDING
    assert told(newsroom) == []


def test_an_expired_link_says_so(newsroom: Newsroom, path: str, now: datetime) -> None:
    late = replace(newsroom, clock=lambda: now + CONFIRMATION_LIFE)
    with TestClient(create_app(late)) as client:
        assert "valable 7 jours" in client.post(path).text
    assert state(newsroom) is SubscriptionState.PENDING


def test_a_link_confirms_only_its_own_reader(
    browser: TestClient, newsroom: Newsroom, path: str, now: datetime
) -> None:
    asked(newsroom, now, "bob@readers.example")
    browser.post(path)
    assert state(newsroom, "bob@readers.example") is SubscriptionState.PENDING


def test_a_link_from_before_somebody_left_is_dead(
    newsroom: Newsroom, path: str, now: datetime
) -> None:
    with TestClient(create_app(newsroom)) as client:
        client.post(path)
    later = replace(newsroom, clock=lambda: now + timedelta(hours=1))
    with TestClient(create_app(later)) as client:
        client.post(f"/u/{unsubscribe_token(KEY, 1, 'hebdo')}")
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404
    assert state(newsroom) is SubscriptionState.UNSUBSCRIBED


def test_the_suppressed_and_the_erased_cannot_come_back_by_an_old_link(
    browser: TestClient, newsroom: Newsroom, path: str, now: datetime
) -> None:
    with newsroom.database.write() as connection:
        why, ban = SuppressionReason.COMPLAINT, suppressions.suppress
        ban(connection, secret_key=KEY, address=AWA, reason=why, origin="", now=now)
    assert browser.post(path).status_code == 404
    assert state(newsroom) is SubscriptionState.PENDING
    with newsroom.database.write() as connection:
        people.forget(connection, secret_key=KEY, address=AWA, origin="cli", now=now)
    assert browser.get(path).status_code == 404
    assert browser.post(path).status_code == 404
