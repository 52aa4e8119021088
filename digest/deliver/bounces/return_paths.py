"""Which mail came back? Its return path says so: one of its own, that only we can make (VERP).

    bounces+TOKEN@example.org     TOKEN = base32(attempt ‖ reader ‖ tag)     tag: keyed BLAKE2b

A local part has 64 octets at most (RFC 5321 §4.5.3.1.1) and may come back in capitals: hence
base32, 48 letters of it. The tag's 80 bits are what can't be forged.
"""

import hashlib
import hmac
import re
from base64 import b32decode, b32encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

LONGEST_LOCAL = 64 - len("+") - 48
"""Letters before the @ of the address that bounces are read from."""
_TAG = 10
_IN_TEXT = re.compile(r"\+([a-z2-7]{48})(?:@|=40|%40)", re.IGNORECASE)
_MOST = 50


@dataclass(frozen=True, kw_only=True)
class Returned:
    """The mail that came back."""

    attempt_id: str
    """Empty: some mail to that reader, nobody knows which."""
    subscriber_id: int


def return_paths(secret_key: bytes, address: str, attempt_id: str) -> Callable[[int], str]:
    """Give what makes the return paths of an attempt's mails: subscriber id → address."""
    local, _, domain = address.rpartition("@")
    keyed, attempt = _keyed(secret_key), bytes.fromhex(attempt_id)

    def path(subscriber_id: int) -> str:
        named = attempt + subscriber_id.to_bytes(4)
        token = b32encode(named + _tag(keyed, named)).decode().lower()
        return f"{local}+{token}@{domain}"

    return path


def read_return_path(secret_key: bytes, texts: Iterable[str]) -> Returned | None:
    """Find, in headers say, the first return path that we made."""
    keyed = _keyed(secret_key)
    for token in _tokens(texts):
        sealed = b32decode(token.upper())
        named, tag = sealed[:-_TAG], sealed[-_TAG:]
        if hmac.compare_digest(_tag(keyed, named), tag):
            return Returned(attempt_id=named[:16].hex(), subscriber_id=int.from_bytes(named[16:]))
    return None


def _tokens(texts: Iterable[str]) -> Iterator[str]:
    found = (match[1] for text in texts for match in _IN_TEXT.finditer(text))
    for _, token in zip(range(_MOST), found, strict=False):
        yield token


def _keyed(secret_key: bytes) -> "hashlib.blake2b":
    key = hashlib.blake2b(secret_key).digest()
    return hashlib.blake2b(key=key, person=b"return path", digest_size=_TAG)


def _tag(keyed: "hashlib.blake2b", named: bytes) -> bytes:
    tag = keyed.copy()
    tag.update(named)
    return tag.digest()
