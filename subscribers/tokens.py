"""Who does a link speak for? Signed, opaque words that only this installation can make.

    token  =  base64url(tag ‖ text ⊕ mask(key, tag))             tag, mask: keyed BLAKE2b (RFC 7693)

The tag, of 128 bits, is what can't be forged; it is bound to the purpose, so that a token made for
one thing is worth nothing for another. The mask only hides ids and list names from curious eyes;
its stream is fixed by the tag, as in SIV (RFC 5297), so equal links are equal text.

The link that ends a subscription stands in each mail, so hundreds of thousands are made at once.
Its token is made of whole cipher blocks, all of a call's in one turn of the cipher:

    token  =  base64url(block ‖ list ⊕ AES-256(mask key, block)),  block = AES-256(list key, 0 ‖ id)

What deciphers to anything but ten zero bytes and an id was not made here: one guess in 2^80 passes
(M. Bellare, P. Rogaway: Encode-then-encipher encryption, ASIACRYPT 2000).
"""

import hashlib
import hmac
import struct
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from subscribers.errors import TokenError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.modes import ECB

LONGEST = 160
"""Characters of the longest token that is looked at."""
CONFIRMATION_LIFE = timedelta(days=7)
DATA_LIFE = timedelta(hours=24)
_TAG = 16
_MASK = 64
"""The longest digest of BLAKE2b, in bytes; longer texts take several."""
_BLOCK = 16
_ID = 6
"""Bytes of an id in its block; the others are zero."""
_UNSUBSCRIBE = b"unsubscribe"
_CONFIRM = b"confirm"
_DATA = b"data"
_LINK = b"link"
_DAMAGED = "this link is damaged or was not made here"
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


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


@dataclass(frozen=True, kw_only=True)
class Following:
    """What a counted link leads to; nothing of a reader, so that all have the same."""

    issue_id: int
    link: str
    """Its name among the issue's links."""


def unsubscribe_token(secret_key: bytes, subscriber_id: int, list_name: str) -> str:
    """Make the token of an unsubscribe link. It never expires: mail is kept for years."""
    [token] = unsubscribe_tokens(secret_key, list_name, [subscriber_id])
    return token


def unsubscribe_tokens(
    secret_key: bytes, list_name: str, subscriber_ids: Iterable[int]
) -> list[str]:
    """Make the tokens of a list's unsubscribe links, one a subscriber, in order."""
    ids, name = [*subscriber_ids], list_name.encode()
    for id_ in (min(ids, default=0), max(ids, default=0)):
        id_.to_bytes(_ID)  # raises where an id would be read as another
    asked = struct.pack(">" + "8xQ" * len(ids), *ids)
    blocks = _cipher(secret_key, _UNSUBSCRIBE, list_name).encryptor().update(asked)
    sealed = [*_columns(blocks, _BLOCK), *_hidden(secret_key, blocks, name)]
    width = -(-len(sealed) // 3) * 3  # whole letters: the text can be cut
    text = _text_of(_woven(sealed, width, len(ids)))
    letters = -(-len(sealed) * 8 // 6)
    return [text[at : at + letters] for at in range(0, len(text), width // 3 * 4)]


def read_unsubscribe_token(secret_key: bytes, token: str) -> Unsubscription:
    """Read the token of an unsubscribe link.

    Raises:
        TokenError: it was not made by us, or is damaged.
    """
    sealed = _bytes_of(token)
    block, masked = sealed[:_BLOCK], sealed[_BLOCK:]
    if len(block) < _BLOCK:
        raise TokenError(_DAMAGED)
    list_name = b"".join(_hidden(secret_key, block, masked)).decode("utf-8", "replace")
    asked = _cipher(secret_key, _UNSUBSCRIBE, list_name).decryptor().update(block)
    subscriber_id = int.from_bytes(asked[-_ID:])
    genuine = unsubscribe_token(secret_key, subscriber_id, list_name)
    if not hmac.compare_digest(genuine.encode(), token.encode("utf-8", "replace")):
        raise TokenError(_DAMAGED)
    return Unsubscription(subscriber_id=subscriber_id, list_name=list_name)


def confirmation_token(
    secret_key: bytes, subscriber_id: int, list_name: str, asked_at: datetime
) -> str:
    """Make the token of a confirmation link, good for CONFIRMATION_LIFE from `asked_at` on."""
    text = f"{subscriber_id}:{int(asked_at.timestamp())}:{list_name}"
    return _sealer(secret_key, _CONFIRM)(text.encode())


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


def data_token(secret_key: bytes, subscriber_id: int, asked_at: datetime) -> str:
    """Make the token of a link to all of a reader's data, good for DATA_LIFE from `asked_at` on."""
    text = f"{subscriber_id}:{int(asked_at.timestamp())}"
    return _sealer(secret_key, _DATA)(text.encode())


def read_data_token(secret_key: bytes, token: str, now: datetime) -> int:
    """Give whose data a link opens.

    Raises:
        TokenError: it was not made by us, is damaged, or has expired.
    """
    subscriber_id, seconds = _open(secret_key, _DATA, token).split(":")
    if now >= datetime.fromtimestamp(int(seconds), UTC) + DATA_LIFE:
        raise TokenError("this link has expired: ask for a fresh one on the page of preferences")
    return int(subscriber_id)


def link_token(secret_key: bytes, issue_id: int, link: str) -> str:
    """Make the token of a counted link. It never expires: mail is kept for years."""
    return _sealer(secret_key, _LINK)(f"{issue_id}:{link}".encode())


def read_link_token(secret_key: bytes, token: str) -> Following:
    """Read the token of a counted link.

    Raises:
        TokenError: it was not made by us, or is damaged.
    """
    issue_id, link = _open(secret_key, _LINK, token).split(":", 1)
    return Following(issue_id=int(issue_id), link=link)


def _sealer(secret_key: bytes, purpose: bytes) -> Callable[[bytes], str]:
    keyed, mask = _keyed(secret_key, purpose, _TAG), _keyed(secret_key, b"mask", _MASK)

    def seal(text: bytes) -> str:
        tag = keyed.copy()
        tag.update(text)
        digest = tag.digest()
        return _text_of(digest + _masked(mask.copy(), digest, text))

    return seal


def _open(secret_key: bytes, purpose: bytes, token: str) -> str:
    """Give the text of a token. Making its token again is the check: one spelling is right."""
    sealed = _bytes_of(token)
    text = _masked(_keyed(secret_key, b"mask", _MASK).copy(), sealed[:_TAG], sealed[_TAG:])
    genuine = _sealer(secret_key, purpose)(text).encode()
    if not hmac.compare_digest(genuine, token.encode("utf-8", "replace")):
        raise TokenError(_DAMAGED)
    return text.decode()


def _text_of(sealed: bytes) -> str:
    return b2a_base64(sealed, newline=False).translate(_URL_SAFE, b"=").decode()


def _bytes_of(token: str) -> bytes:
    """Give what a token's text stands for; nothing where it stands for nothing."""
    try:
        return urlsafe_b64decode(token + "=" * (-len(token) % 4)) if len(token) <= LONGEST else b""
    except ValueError:
        return b""


def _masked(mask: "hashlib.blake2b", tag: bytes, text: bytes) -> bytes:
    mask.update(tag)
    stream, length = mask.digest(), len(text)
    while len(stream) < length:
        mask.update(stream)
        stream += mask.digest()
    return _mixed(text, stream[:length])


def _hidden(secret_key: bytes, blocks: bytes, text: bytes) -> list[bytes]:
    """Hide one text under each of many blocks; done twice it shows it again.

    As columns: the first byte of all, the second of all …, so that no loop runs over readers.
    """
    first, *_, last = columns = _columns(blocks, _BLOCK)
    hidden: list[bytes] = []
    for count in range(-(-len(text) // _BLOCK)):
        asked = _woven([*columns[:-1], last.translate(_xor(count))], _BLOCK, len(first))
        stream = _cipher(secret_key, b"mask", "").encryptor().update(asked)
        part = text[count * _BLOCK :][:_BLOCK]
        hidden += [stream[at::_BLOCK].translate(_xor(byte)) for at, byte in enumerate(part)]
    return hidden


def _columns(rows: bytes, width: int) -> list[bytes]:
    return [rows[at::width] for at in range(width)]


def _woven(columns: Sequence[bytes], width: int, count: int) -> bytes:
    """Make rows of columns again, each filled up with zeros to `width`."""
    rows = bytearray(width * count)
    for at, column in enumerate(columns):
        rows[at::width] = column
    return bytes(rows)


def _mixed(text: bytes, stream: bytes) -> bytes:
    return (int.from_bytes(text) ^ int.from_bytes(stream)).to_bytes(len(text))


@lru_cache(maxsize=256)
def _xor(byte: int) -> bytes:
    """Give the table by which bytes.translate combines all bytes with one."""
    return bytes(byte ^ other for other in range(256))


@lru_cache(maxsize=16)
def _keyed(secret_key: bytes, purpose: bytes, size: int) -> "hashlib.blake2b":
    """Give the hash under this installation's key, to be copied: a key of any length is folded."""
    key = hashlib.blake2b(secret_key).digest()
    return hashlib.blake2b(key=key, person=purpose, digest_size=size)


@lru_cache(maxsize=16)
def _cipher(secret_key: bytes, purpose: bytes, name: str) -> "Cipher[ECB]":
    """Give a cipher of its own, of which only single blocks are asked: no two are alike."""
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES256
    from cryptography.hazmat.primitives.ciphers.modes import ECB

    key = hashlib.blake2b(secret_key).digest()
    own = hashlib.blake2b(name.encode(), key=key, person=purpose, digest_size=32)
    return Cipher(AES256(own.digest()), ECB())  # noqa: S305 - one block a message
