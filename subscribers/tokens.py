"""Who does a link speak for? Signed, opaque words that only this installation can make.

    token  =  base64url(tag ‖ text ⊕ SHAKE-256(key, tag))      tag = HMAC-SHA256(key, purpose, text)

The tag, cut to 128 bits (RFC 2104 §5), is what can't be forged; it is bound to the purpose, so
that a token made for one thing is worth nothing for another. The mask only hides ids and list
names from curious eyes; its stream is fixed by the tag, as in SIV (RFC 5297), so equal links are
equal text.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from subscribers.errors import TokenError

LONGEST = 160
"""Characters of the longest token that is looked at."""
CONFIRMATION_LIFE = timedelta(days=7)
_TAG = 16
_UNSUBSCRIBE = b"unsubscribe"
_CONFIRM = b"confirm"


@dataclass(frozen=True, kw_only=True)
class Unsubscription:
    """What an unsubscribe link asks for."""

    subscriber_id: int
    list_name: str


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """What a confirmation link asks for."""

    subscriber_id: int
    list_name: str
    asked_at: datetime
    """To the second."""


def unsubscribe_token(secret_key: bytes, subscriber_id: int, list_name: str) -> str:
    """Make the token of an unsubscribe link. It never expires: mail is kept for years."""
    return _seal(secret_key, _UNSUBSCRIBE, f"{subscriber_id}:{list_name}".encode())


def read_unsubscribe_token(secret_key: bytes, token: str) -> Unsubscription:
    """Read the token of an unsubscribe link.

    Raises:
        TokenError: it was not made by us, or is damaged.
    """
    subscriber_id, list_name = _open(secret_key, _UNSUBSCRIBE, token).split(":", 1)
    return Unsubscription(subscriber_id=int(subscriber_id), list_name=list_name)


def confirmation_token(
    secret_key: bytes, subscriber_id: int, list_name: str, asked_at: datetime
) -> str:
    """Make the token of a confirmation link, good for CONFIRMATION_LIFE from `asked_at` on."""
    text = f"{subscriber_id}:{int(asked_at.timestamp())}:{list_name}"
    return _seal(secret_key, _CONFIRM, text.encode())


def read_confirmation_token(secret_key: bytes, token: str, now: datetime) -> Confirmation:
    """Read the token of a confirmation link.

    Raises:
        TokenError: it was not made by us, is damaged, or has expired.
    """
    subscriber_id, seconds, list_name = _open(secret_key, _CONFIRM, token).split(":", 2)
    asked_at = datetime.fromtimestamp(int(seconds), UTC)
    if now >= asked_at + CONFIRMATION_LIFE:
        raise TokenError("this link has expired: subscribe again to get a fresh one")
    return Confirmation(subscriber_id=int(subscriber_id), list_name=list_name, asked_at=asked_at)


def _seal(secret_key: bytes, purpose: bytes, text: bytes) -> str:
    tag = hmac.digest(secret_key, b"token:" + purpose + b":" + text, "sha256")[:_TAG]
    return urlsafe_b64encode(tag + _masked(secret_key, tag, text)).rstrip(b"=").decode()


def _open(secret_key: bytes, purpose: bytes, token: str) -> str:
    """Give the text of a token. Making its token again is the check: one spelling is right."""
    try:
        sealed = (
            urlsafe_b64decode(token + "=" * (-len(token) % 4)) if len(token) <= LONGEST else b""
        )
    except ValueError:
        sealed = b""
    text = _masked(secret_key, sealed[:_TAG], sealed[_TAG:])
    genuine = _seal(secret_key, purpose, text).encode()
    if not hmac.compare_digest(genuine, token.encode("utf-8", "replace")):
        raise TokenError("this link is damaged or was not made here")
    return text.decode()


def _masked(secret_key: bytes, tag: bytes, text: bytes) -> bytes:
    stream = hashlib.shake_256(b"mask:" + secret_key + tag).digest(len(text))
    return (int.from_bytes(text) ^ int.from_bytes(stream)).to_bytes(len(text))
