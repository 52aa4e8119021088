"""Which headers must bulk mail carry, and how do they stand on the wire?"""

import hashlib
import re
import string
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from digest.deliver.personalise import CONTROL
from digest.errors import DeliveryError

_ATOM = set((string.ascii_letters + string.digits).encode())
_PLAIN = re.compile(r"[ -~]*")
_ADDRESS = re.compile(r'[^\s<>()\[\],;:\\"@]+@[^\s<>()\[\],;:\\"@]+')
_ROOM = 75 - len("Subject: ")
"""An encoded word has 75 characters at most (RFC 2047 §2), a line with one 76."""


def bulk_headers(*, newsletter: str, issue_id: int, site_url: str, language: str) -> dict[str, str]:
    """Give the headers that all recipients share.

    List-ID: RFC 2919. Feedback-ID: Google's `a:b:c:SenderId`, without a word about the recipient.
    Auto-Submitted: RFC 3834. Precedence keeps old vacation responders quiet.
    """
    host = host_of(site_url)
    return {
        "List-ID": f"<{newsletter}.{host}>",
        "Feedback-ID": f"{issue_id}:{newsletter}:newsletter:{_sender_id(host)}",
        "Precedence": "bulk",
        "Auto-Submitted": "auto-generated",
        "Content-Language": language,
    }


def unsubscribe_headers(url: str) -> dict[str, str]:
    """Give the one-click unsubscribe pair, with exactly one URI (RFC 8058 §3.1)."""
    return {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def message_ids(issue_id: int, site_url: str, subscriber_ids: Iterable[int]) -> list[str]:
    """Name an issue's mails, one a subscriber: by what they are, not by the attempt, so that a mail
    sent twice is one to the reader.
    """
    begin, end = f"<issue-{issue_id}.reader-", f"@{host_of(site_url)}>"
    return [f"{begin}{id_}{end}" for id_ in subscriber_ids]


@lru_cache(maxsize=8)
def host_of(site_url: str) -> str:
    """Give the host that our identifiers end in."""
    return urlsplit(site_url).hostname or "digest.invalid"


def checked(name: str, value: str) -> str:
    """Give the value back if it can stand in a header.

    Raises:
        DeliveryError: it holds a line break or another control character.
    """
    if not value.isprintable() and CONTROL.search(value):  # joiners are neither
        raise DeliveryError(f"header {name} would hold a line break or control code: {value!r}")
    return value


def phrase(text: str) -> str:
    """Write free text for a header: as it is when short and plain, else as encoded words."""
    return text if _stands(text) else _encoded(text)


def mailbox(name: str, address: str) -> str:
    """Write a name and one address for From, To or Reply-To (RFC 5322 §3.4).

    Raises:
        DeliveryError: a line break, or an address that would read as something else.
    """
    if not _ADDRESS.fullmatch(checked("address", address)):
        raise DeliveryError(f"{address!r} is not one plain address")
    if not checked("name", name):
        return ascii_domain(address)
    quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    display = quoted if _stands(quoted) else _encoded(name) + "\r\n"
    return f"{display} <{ascii_domain(address)}>"


def ascii_domain(address: str) -> str:
    """Write an address with its domain in ASCII, where that can be done (RFC 5891)."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def _stands(text: str) -> bool:
    """Say whether a text needs no encoding: ASCII, unlike an encoded word, fits the line."""
    return bool(_PLAIN.fullmatch(text)) and "=?" not in text and len(text) <= _ROOM


def _encoded(text: str) -> str:
    """Write a text as encoded words (RFC 2047 §4.2, §5), never cut inside a character."""
    frame = len("=?utf-8?q??=")
    words, word = [], ""
    for char in text:
        code = _q(char)
        if len(word) + len(code) > _ROOM - frame:
            words.append(word)
            word = ""
        word += code
    return "\r\n ".join(f"=?utf-8?q?{one}?=" for one in [*words, word])


@lru_cache(maxsize=2048)
def _q(char: str) -> str:
    if char == " ":
        return "_"
    return "".join(chr(byte) if byte in _ATOM else f"={byte:02X}" for byte in char.encode())


def _sender_id(host: str) -> str:
    """Give a stable id of the sender: 5 to 15 characters, as Google asks."""
    return hashlib.sha256(host.encode()).hexdigest()[:12]
