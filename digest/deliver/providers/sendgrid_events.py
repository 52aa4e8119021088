"""What does a post of SendGrid's event webhook tell? From a signed request to events.

A post is signed (ECDSA) over its timestamp and its raw body, and is verified before it is parsed.
Whether a post that is tried again, which SendGrid does for 24 hours, is signed anew is documented
nowhere; so it counts as fresh for a little longer than that. With a shorter time the news of an
outage would be lost, and a doubt of that hour be taken for a refusal. A post that is replayed
changes nothing, because an event is kept once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson
from sendgrid.helpers.eventwebhook import EventWebhook
from sendgrid.helpers.eventwebhook.eventwebhook_header import EventWebhookHeader

from digest.deliver.providers.answers import clipped
from digest.errors import ConfigError
from digest.model.event import CAUSES, Cause, Event, EventKind

SIGNATURE, TIMESTAMP = EventWebhookHeader.SIGNATURE, EventWebhookHeader.TIMESTAMP
"""The headers that a post is signed by."""
FRESH = timedelta(hours=25)
"""How long a post may be on its way."""
_AHEAD = timedelta(minutes=10)
"""How far our clocks may differ."""
MOST_EVENTS = 20_000
_LARGEST_ID = 2**31 - 1
_KINDS: Mapping[str, EventKind] = {
    "processed": EventKind.PROCESSED,
    "delivered": EventKind.DELIVERED,
    "deferred": EventKind.DEFERRED,
    "bounce": EventKind.BOUNCED,
    "dropped": EventKind.DROPPED,
    "open": EventKind.OPENED,
    "click": EventKind.CLICKED,
    "spamreport": EventKind.COMPLAINED,
    "unsubscribe": EventKind.UNSUBSCRIBED,
    "group_unsubscribe": EventKind.UNSUBSCRIBED,
}
_DROPS: Mapping[str, Cause] = {
    "bounced address": Cause.HARD,
    "unsubscribed address": Cause.LEFT,
    "spam reporting address": Cause.COMPLAINT,
}
"""Why SendGrid did not even try: the address is on a list of its own. Other reasons, mail that
looks like spam or a used-up plan say, are not the reader's."""
_OURS = ("reputation", "content", "spam", "frequency")
"""What the classification of a blocked mail begins with where the sender is meant, not the
address: else a bad week of ours would end the subscriptions of half a list."""
_PERSONAL = frozenset({"email", "ip", "useragent"})
"""Left out of what is kept: the subscriber's id says whose it is, as long as there is one."""
_IDS = frozenset({"smtp-id", "sg_message_id", "sg_event_id"})
"""Look like addresses, and are none."""


class Flaw(StrEnum):
    """Why a post is not taken."""

    FORGED = "forged"
    """It bears no signature, or not SendGrid's."""
    STALE = "stale"
    """It was signed too long ago, or in the future."""
    UNREADABLE = "unreadable"
    TOO_MANY = "too many"


@dataclass(frozen=True, kw_only=True)
class Post:
    """A request as it came."""

    body: bytes
    signature: str
    timestamp: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a post holds."""

    events: tuple[Event, ...]
    malformed: int
    """Events that can't be read."""
    foreign: int
    """Events of mail that no attempt of ours made: proofs, other senders of the account."""


class Seal:
    """The key that proves a post to be SendGrid's."""

    def __init__(self, key: str) -> None:
        """Read a key.

        Raises:
            ConfigError: it is none.
        """
        try:
            self._webhook = EventWebhook("".join(key.split()))
            self._webhook.verify_signature("", "AA==", "0")  # a key of another kind fails here
        except Exception as failure:
            raise ConfigError(
                "SENDGRID_WEBHOOK_KEY is no verification key: copy it from SendGrid's pages,"
                " Mail Settings, Event Webhooks, Signature Verification"
            ) from failure

    def fits(self, post: Post) -> bool:
        """Say whether a post is signed with this key."""
        try:
            text = post.body.decode()  # what is no UTF-8 is no JSON either
            return bool(self._webhook.verify_signature(text, post.signature, post.timestamp))
        except ValueError:
            return False


def read_post(post: Post, seal: Seal, now: datetime) -> Told | Flaw:
    """Verify a post, then read its events, each for itself; say what is wrong with the whole."""
    if not _is_fresh(post.timestamp, now):
        return Flaw.STALE
    if not seal.fits(post):
        return Flaw.FORGED
    try:
        told = orjson.loads(post.body)
    except orjson.JSONDecodeError:
        return Flaw.UNREADABLE
    if not isinstance(told, list):
        return Flaw.UNREADABLE
    return Flaw.TOO_MANY if len(told) > MOST_EVENTS else _read_all(told)


def _is_fresh(timestamp: str, now: datetime) -> bool:
    signed_at = _moment(timestamp)
    return signed_at is not None and -_AHEAD <= now - signed_at <= FRESH


def _read_all(told: Iterable[object]) -> Told:
    events, malformed, foreign = [], 0, 0
    for raw in told:
        if isinstance(raw, dict) and not _attempt_id(raw):
            foreign += 1
        elif isinstance(raw, dict) and (event := _event(raw)) is not None:
            events.append(event)
        else:
            malformed += 1
    return Told(events=tuple(events), malformed=malformed, foreign=foreign)


def _event(raw: Mapping[str, Any]) -> Event | None:
    key, at = raw.get("sg_event_id"), _moment(raw.get("timestamp"))
    if not (isinstance(key, str) and key.isprintable() and 0 < len(key) <= 256) or at is None:
        return None
    kind = _kind(raw)
    return Event(
        provider="sendgrid",
        key=key,
        attempt_id=_attempt_id(raw),
        subscriber_id=_subscriber_id(raw.get("subscriber")),
        kind=kind,
        cause=_cause(kind, raw),
        at=at,
        raw={name: _kept(name, value) for name, value in raw.items() if name not in _PERSONAL},
    )


def _kind(raw: Mapping[str, Any]) -> EventKind:
    if raw.get("event") == "bounce" and raw.get("type") == "blocked":
        return EventKind.BLOCKED
    return _KINDS.get(str(raw.get("event")), EventKind.OTHER)


def _cause(kind: EventKind, raw: Mapping[str, Any]) -> Cause:
    if kind is EventKind.DROPPED:
        return _DROPS.get(str(raw.get("reason", "")).strip().lower(), Cause.NONE)
    classified = str(raw.get("bounce_classification", "")).strip().lower()
    if kind is EventKind.BLOCKED and classified.startswith(_OURS):
        return Cause.NONE
    return CAUSES.get(kind, Cause.NONE)


def _attempt_id(raw: Mapping[str, Any]) -> str:
    """Read our own argument, as the ledger writes it; empty when it is none."""
    text = str(raw.get("attempt_id", "")).replace("-", "").lower()
    return text if len(text) == 32 and set(text) <= set("0123456789abcdef") else ""


def _subscriber_id(value: object) -> int | None:
    text = str(value)
    known = text.isascii() and text.isdecimal() and len(text) < 12 and int(text) <= _LARGEST_ID
    return int(text) if known else None


def _moment(value: object) -> datetime | None:
    """Read a Unix time, as a number or written out."""
    text = str(value)
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        return None
    return datetime.fromtimestamp(int(text), UTC)


def _kept(name: str, value: object) -> object:
    return clipped(value) if isinstance(value, str) and name not in _IDS else value
