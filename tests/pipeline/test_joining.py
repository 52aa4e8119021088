"""From a form's request to a reader: what is mailed to whom, and what proves that they agreed."""

from datetime import timedelta

import pytest

from digest.model.notice import NoticeKind, Wish
from digest.pipeline.joining import confirm_reader
from subscribers import lists, subscriptions, suppressions
from subscribers.database import Database
from subscribers.errors import TokenError
from subscribers.model import (
    ConsentAction,
    Evidence,
    Recipient,
    SubscriptionState,
    SuppressionReason,
)
from subscribers.tokens import CONFIRMATION_LIFE, confirmation_token, unsubscribe_token
from tests.pipeline.mailroom import AWA, DAY, PROOF, Mailroom, link_in, token_in
from tests.pipeline.scene import LIST, SECRET

MINUTES = timedelta(minutes=11)


@pytest.fixture
def room(database: Database) -> Mailroom:
    return Mailroom(database)


def asked(room: Mailroom) -> str:
    """Sign Awa up and give the token that was mailed."""
    room.sign_up()
    room.work()
    return token_in(room.courier.calls[-1])


def confirmed(room: Mailroom) -> str:
    token = asked(room)
    confirm_reader(room.newsroom, token, PROOF)
    room.work()
    return token


def leave(room: Mailroom) -> None:
    person = room.held().subscriber
    assert person is not None
    with room.newsroom.database.write() as connection:
        subscriptions.unsubscribe(
            connection,
            secret_key=SECRET,
            subscriber_id=person.id,
            list_name=LIST,
            evidence=Evidence(origin="page"),
            now=room.clock(),
        )


def readers(room: Mailroom) -> list[Recipient]:
    with room.newsroom.database.read() as connection:
        return list(lists.readers(connection, LIST))


def test_who_signs_up_waits_until_they_confirm(room: Mailroom) -> None:
    token = asked(room)
    assert room.rows() == [("confirm", "sent")]
    assert room.state() is SubscriptionState.PENDING
    assert readers(room) == []
    confirm_reader(room.newsroom, token, PROOF)
    assert [one.address for one in readers(room)] == [AWA]


def test_the_wished_themes_and_language_are_the_readers(room: Mailroom) -> None:
    room.sign_up(language="en", themes=["diplomacy"])
    room.work()
    assert "Confirm your subscription" in room.courier.calls[0].letter.subject
    confirm_reader(room.newsroom, token_in(room.courier.calls[0]), PROOF)
    [reader] = readers(room)
    assert (reader.language, reader.themes) == ("en", ("diplomacy",))


def test_a_strangers_form_changes_nothing_that_a_reader_has(room: Mailroom) -> None:
    confirmed(room)
    before = room.held()
    room.sign_up(language="en", themes=["diplomacy"])
    room.work(DAY)
    assert room.held() == before


def test_who_comes_back_gets_what_they_ask_for_now(room: Mailroom) -> None:
    confirmed(room)
    leave(room)
    room.sign_up(themes=["diplomacy"])
    room.work(MINUTES)
    confirm_reader(room.newsroom, token_in(room.courier.calls[-1]), PROOF)
    assert [one.themes for one in readers(room)] == [("diplomacy",)]


def test_each_consent_has_its_evidence_and_no_network_address(room: Mailroom) -> None:
    confirmed(room)
    told = [(one.action, one.origin, one.wording) for one in room.held().consents]
    assert told == [
        (ConsentAction.ASKED, "form", "Oui"),
        (ConsentAction.CONFIRMED, "confirmation page", "Oui, vraiment"),
    ]


def test_a_confirmed_reader_is_welcomed_once(room: Mailroom) -> None:
    token = asked(room)
    for _ in range(3):
        confirm_reader(room.newsroom, token, PROOF)
        room.work()
    assert room.rows() == [("confirm", "sent"), ("welcome", "sent")]
    letter = room.courier.calls[-1].letter
    assert "vendredi 4\u00a0décembre 2026" in letter.text
    assert "/p/" in link_in(room.courier.calls[-1])


def test_who_is_confirmed_is_told_so_once_a_day(room: Mailroom) -> None:
    confirmed(room)
    room.sign_up()
    room.sign_up()
    room.work(MINUTES)
    room.sign_up()
    room.work(DAY - MINUTES)
    assert [kind for kind, state in room.rows() if state == "sent"] == [
        "confirm",
        "welcome",
        "subscribed",
    ]
    room.sign_up()
    room.work(MINUTES)
    assert room.rows()[-1] == ("subscribed", "sent")


def test_a_form_sent_twice_is_one_mail(room: Mailroom) -> None:
    room.sign_up()
    room.sign_up()
    room.work()
    room.sign_up()
    room.work()
    assert len(room.courier.calls) == 1
    room.sign_up()
    room.work(MINUTES)
    assert len(room.courier.calls) == 2


def test_the_suppressed_hear_nothing_and_no_row_is_made_of_them(room: Mailroom) -> None:
    with room.newsroom.database.write() as connection:
        suppressions.suppress(
            connection,
            secret_key=SECRET,
            address=AWA,
            reason=SuppressionReason.COMPLAINT,
            origin="",
            now=room.clock(),
        )
    room.sign_up()
    room.work()
    assert room.courier.calls == []
    assert room.rows() == [("sign-up", "skipped")]
    assert room.held().subscriber is None


def test_who_left_is_asked_again_and_the_former_link_is_dead(room: Mailroom) -> None:
    former = confirmed(room)
    room.clock.now += MINUTES
    leave(room)
    with pytest.raises(TokenError, match="left"):
        confirm_reader(room.newsroom, former, PROOF)
    room.sign_up()
    room.work(MINUTES)
    assert room.state() is SubscriptionState.PENDING
    confirm_reader(room.newsroom, token_in(room.courier.calls[-1]), PROOF)
    assert room.state() is SubscriptionState.CONFIRMED


def test_a_link_expires_after_a_week(room: Mailroom) -> None:
    token = asked(room)
    room.clock.now += CONFIRMATION_LIFE
    with pytest.raises(TokenError, match="expired"):
        confirm_reader(room.newsroom, token, PROOF)
    assert room.state() is SubscriptionState.PENDING


def test_a_token_of_another_purpose_or_place_confirms_nothing(room: Mailroom) -> None:
    asked(room)
    person = room.held().subscriber
    assert person is not None
    for token in (
        unsubscribe_token(SECRET, person.id, LIST),
        confirmation_token(b"another key, as long", person.id, LIST, room.clock()),
        confirmation_token(SECRET, person.id, "other-list", room.clock()),
        confirmation_token(SECRET, person.id + 1, LIST, room.clock()),
    ):
        with pytest.raises(TokenError):
            confirm_reader(room.newsroom, token, PROOF)
    assert room.state() is SubscriptionState.PENDING


def test_a_link_to_confirm_is_not_mailed_to_who_left_meanwhile(room: Mailroom) -> None:
    asked(room)
    person = room.held().subscriber
    assert person is not None
    leave(room)
    wish = Wish(
        kind=NoticeKind.CONFIRM,
        address=AWA,
        language="fr",
        list_name=LIST,
        subscriber_id=person.id,
        details={"asked": int(room.clock().timestamp())},
    )
    room.ask(wish)
    room.work()
    assert room.rows() == [("confirm", "sent"), ("confirm", "skipped")]


def test_a_request_for_a_list_that_is_gone_ends_quietly(room: Mailroom) -> None:
    room.sign_up(list_name="gone")
    room.work()
    assert room.rows() == [("sign-up", "skipped")]


def test_who_asked_for_a_list_that_was_archived_meanwhile_is_not_put_on_it(room: Mailroom) -> None:
    confirmed(room)
    room.sign_up("bob@readers.example")
    with room.newsroom.database.write() as connection:
        lists.archive(connection, LIST, room.clock())
    room.work()
    assert room.rows()[-1] == ("sign-up", "skipped")
    assert room.held("bob@readers.example").is_empty
