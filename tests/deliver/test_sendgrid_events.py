"""What a post of SendGrid's event webhook tells, and which posts are not listened to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from digest.deliver.providers.sendgrid_events import (
    FRESH,
    MOST_EVENTS,
    Flaw,
    Post,
    Seal,
    Told,
    read_post,
)
from digest.errors import ConfigError
from digest.model.event import Event, EventKind
from tests.deliver.calls import ATTEMPT
from tests.servers.sendgrid_events import Webhook, an_event, body_of

NOW = datetime(2026, 11, 27, 6, 0, 30, tzinfo=UTC)
SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
SECOND = timedelta(seconds=1)
HOOK = Webhook()
SEAL = Seal(HOOK.key)


def a_post(body: bytes, at: datetime = NOW) -> Post:
    headers = HOOK.headers(body, at)
    return Post(body=body, signature=headers[SIGNATURE], timestamp=headers[TIMESTAMP])


def ours(kind: str = "processed", **fields: Any) -> dict[str, Any]:
    return an_event(kind, at=NOW, **{"attempt_id": ATTEMPT, "subscriber": "7", **fields})


def told(*events: object) -> Told:
    found = read_post(a_post(body_of(events)), SEAL, NOW)
    assert isinstance(found, Told)
    return found


def the_event(raw: dict[str, Any]) -> Event:
    [event] = told(raw).events
    return event


def test_an_event_is_read_in_our_words_and_kept_in_sendgrids() -> None:
    raw = ours("delivered", sg_event_id="e-1", response="250 OK")
    event = the_event(raw)
    assert (event.provider, event.key, event.at) == ("sendgrid", "e-1", NOW)
    assert (event.attempt_id, event.subscriber_id) == (ATTEMPT, 7)
    assert event.kind is EventKind.DELIVERED
    assert event.raw == {name: value for name, value in raw.items() if name != "email"}


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"event": "processed"}, EventKind.PROCESSED),
        ({"event": "delivered"}, EventKind.DELIVERED),
        ({"event": "deferred"}, EventKind.DEFERRED),
        ({"event": "bounce", "type": "bounce"}, EventKind.BOUNCED),
        ({"event": "bounce", "type": "blocked"}, EventKind.BLOCKED),
        ({"event": "dropped"}, EventKind.DROPPED),
        ({"event": "open"}, EventKind.OPENED),
        ({"event": "click"}, EventKind.CLICKED),
        ({"event": "spamreport"}, EventKind.COMPLAINED),
        ({"event": "unsubscribe"}, EventKind.UNSUBSCRIBED),
        ({"event": "group_unsubscribe"}, EventKind.UNSUBSCRIBED),
        ({"event": "group_resubscribe"}, EventKind.OTHER),
        ({"event": ["new"]}, EventKind.OTHER),
        ({"event": None}, EventKind.OTHER),
    ],
)
def test_every_kind_has_a_word_of_ours(fields: dict[str, Any], kind: EventKind) -> None:
    assert the_event(ours(**fields)).kind is kind


def test_a_deferred_events_own_count_does_not_hide_the_attempt() -> None:
    assert the_event(ours("deferred")).attempt_id == ATTEMPT


def test_addresses_are_not_kept_but_ids_that_look_like_one_are() -> None:
    raw = ours(
        "bounce", reason="550 <Zoe@x.example>: no such user", ip="203.0.113.9", useragent="M"
    )
    kept = the_event(raw).raw
    assert kept["reason"] == "550 <<address>>: no such user"
    assert kept["smtp-id"] == raw["smtp-id"]
    assert not {"email", "ip", "useragent"} & kept.keys()


@pytest.mark.parametrize(
    "written", [f"{ATTEMPT[:8]}-{ATTEMPT[8:12]}-{ATTEMPT[12:]}", ATTEMPT.upper()]
)
def test_an_attempt_is_read_as_the_ledger_writes_it(written: str) -> None:
    assert the_event(ours(attempt_id=written)).attempt_id == ATTEMPT


@pytest.mark.parametrize("attempt", ["", "proof-1-1-0", "g" * 32, ATTEMPT + "0", None, 7, ["a"]])
def test_events_of_mail_that_no_attempt_made_are_counted_and_left_out(attempt: object) -> None:
    assert told(ours(attempt_id=attempt), ours()).foreign == 1
    assert len(told(ours(attempt_id=attempt), ours()).events) == 1


@pytest.mark.parametrize("subscriber", ["", "-1", "٣", str(2**31), "9" * 400, None, 1.5])
def test_a_reader_that_can_not_be_ours_is_nobody(subscriber: object) -> None:
    assert the_event(ours(subscriber=subscriber)).subscriber_id is None


@pytest.mark.parametrize(
    "broken",
    [
        None,
        7,
        "event",
        ["event"],
        ours(sg_event_id=""),
        ours(sg_event_id=None),
        ours(sg_event_id="x" * 257),
        ours(sg_event_id="nul\x00"),
        ours(timestamp=None),
        ours(timestamp="soon"),
        ours(timestamp=10**15),
        ours(timestamp=True),
    ],
)
def test_a_broken_event_is_left_out_and_the_others_are_read(broken: object) -> None:
    found = told(ours(), broken, ours())
    assert (len(found.events), found.malformed, found.foreign) == (2, 1, 0)


def test_a_moment_may_be_written_out() -> None:
    assert the_event(ours(timestamp=str(int(NOW.timestamp())))).at == NOW


@pytest.mark.parametrize("body", [b"", b"{", b'{"event": 1}', b"7", b"null"])
def test_a_signed_post_that_is_no_array_is_unreadable(body: bytes) -> None:
    assert read_post(a_post(body), SEAL, NOW) is Flaw.UNREADABLE


def test_more_events_than_a_post_can_hold_are_too_many() -> None:
    assert told(*[7] * MOST_EVENTS).malformed == MOST_EVENTS
    assert read_post(a_post(body_of([7] * (MOST_EVENTS + 1))), SEAL, NOW) is Flaw.TOO_MANY


@pytest.mark.parametrize(
    "signature",
    ["", "AA==", "not base64!", "é", Webhook().headers(b"[]", NOW)[SIGNATURE]],
    ids=["none", "of no kind", "no base64", "no ASCII", "another's"],
)
def test_a_signature_that_does_not_fit_is_forged(signature: str) -> None:
    post = Post(body=b"[]", signature=signature, timestamp=str(int(NOW.timestamp())))
    assert read_post(post, SEAL, NOW) is Flaw.FORGED


def test_a_signature_covers_the_body_and_the_timestamp() -> None:
    good = a_post(body_of([ours()]))
    later = str(int(NOW.timestamp()) + 1)
    for changed in (
        Post(body=good.body + b" ", signature=good.signature, timestamp=good.timestamp),
        Post(body=good.body, signature=good.signature, timestamp=later),
        Post(body=b"\xff" + good.body, signature=good.signature, timestamp=good.timestamp),
    ):
        assert read_post(changed, SEAL, NOW) is Flaw.FORGED


def test_nothing_is_parsed_before_it_is_verified() -> None:
    unreadable = a_post(b"{")
    forged = Post(body=b"{", signature="AA==", timestamp=unreadable.timestamp)
    assert read_post(forged, SEAL, NOW) is Flaw.FORGED


@pytest.mark.parametrize(
    ("age", "fresh"),
    [
        (FRESH, True),
        (FRESH + SECOND, False),
        (timedelta(minutes=-10), True),
        (timedelta(minutes=-10) - SECOND, False),
    ],
)
def test_a_post_is_fresh_as_long_as_sendgrid_tries_again(age: timedelta, fresh: bool) -> None:
    assert timedelta(hours=24) < FRESH
    found = read_post(a_post(b"[]", NOW - age), SEAL, NOW)
    assert found == (Told(events=(), malformed=0, foreign=0) if fresh else Flaw.STALE)


@pytest.mark.parametrize("timestamp", ["", "now", "-5", "9" * 30, "1e9", "٣"])
def test_a_timestamp_that_is_none_is_stale(timestamp: str) -> None:
    post = Post(body=b"[]", signature="AA==", timestamp=timestamp)
    assert read_post(post, SEAL, NOW) is Flaw.STALE


def an_rsa_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    pem = key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return "".join(pem.decode().splitlines()[1:-1])


@pytest.mark.parametrize(
    "key", ["x", "AAAA", "SG.key", an_rsa_key()], ids=["x", "short", "the API's", "RSA"]
)
def test_what_is_no_verification_key_is_refused_with_where_to_find_it(key: str) -> None:
    with pytest.raises(ConfigError, match=r"SENDGRID_WEBHOOK_KEY .* Signature Verification"):
        Seal(key)


def test_a_key_may_be_broken_into_lines() -> None:
    Seal(f" {HOOK.key[:64]}\n{HOOK.key[64:]}\n")
