"""How does a mail's domain answer for it? A signature over the bytes on the wire (DKIM, RFC 6376).

Canonicalisation is relaxed for headers, which relays fold anew, and simple for the body: ours is
7-bit, and ends as `simple` would have it, so its bytes are hashed as they are. There is no `l=`:
nothing can be added behind what was signed. What all recipients share is hashed once per letter.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime

from digest.deliver.dkim_keys import Record, SigningKey, read_key
from digest.errors import ConfigError, DeliveryError

_SHARED = ("From", "Reply-To", "List-ID", "Feedback-ID", "MIME-Version", "Content-Type")
_OWN = ("To", "Subject", "Date", "List-Unsubscribe", "List-Unsubscribe-Post", "Message-ID")
"""What is signed, first what all recipients share. A header that a mail lacks is named as well, and
so can't be added (§5.4.2); but for Message-ID: relays add that to a mail without one."""
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_PIECE = 72
"""Characters of the signature a line."""


class Signer:
    """A domain's key, and the name that it is published under."""

    def __init__(self, key: SigningKey, *, selector: str, domain: str = "") -> None:
        """Take a key; the domain is the sender's own where none is given."""
        self.key = key
        self._selector = selector
        self._domain = domain

    def domain(self, sender: str) -> str:
        """Give the domain that answers for mail from an address.

        Raises:
            ConfigError: it is none, or has nothing to do with the address.
        """
        return signing_domain(self._domain, sender)

    def record(self, sender: str) -> Record:
        """Give the record that receivers look the key up in.

        Raises:
            ConfigError: its name is none, or has nothing to do with the address.
        """
        name = record_name(self._selector, self._domain, sender)
        return Record(name=name, text=self.key.published)

    def seal(self, sender: str, shared: Mapping[str, str], begin: bytes) -> "Seal":
        """Take in what all mails of a letter share: headers, and the body's first bytes.

        Raises:
            DeliveryError: the sender's domain is not ours to answer for.
        """
        try:
            domain = self.domain(sender)
        except ConfigError as wrong:
            raise DeliveryError(str(wrong)) from wrong
        return Seal(self.key, domain, self._selector, shared, begin)


class Seal:
    """What signs one letter's mails; safe to share between threads."""

    def __init__(
        self,
        key: SigningKey,
        domain: str,
        selector: str,
        shared: Mapping[str, str],
        begin: bytes,
    ) -> None:
        self._key = key
        self._opening = (
            f"v=1; a={key.algorithm}; c=relaxed/simple; d={domain};\r\n s={selector}; t="
        )
        self._headers = hashlib.sha256(_canonical(shared, _SHARED))
        self._body = hashlib.sha256(begin)

    def signature(self, own: Mapping[str, str], rest: Sequence[bytes], at: datetime) -> bytes:
        """Write the DKIM-Signature of one mail: its own headers, and its body after `begin`."""
        body = self._body.copy()
        for part in rest:
            body.update(part)
        tags = (
            f"{self._opening}{int(at.timestamp())};\r\n"
            f" h={_NAMED if 'Message-ID' in own else _NAMELESS};\r\n"
            f" bh={b64encode(body.digest()).decode()};\r\n b="
        )
        headers = self._headers.copy()
        headers.update(_canonical(own, _OWN))
        headers.update(_line("DKIM-Signature", tags))
        signed = b64encode(self._key.sign(headers.digest())).decode()
        pieces = [signed[start : start + _PIECE] for start in range(0, len(signed), _PIECE)]
        folded = "\r\n ".join(pieces)
        return f"DKIM-Signature: {tags}{folded}\r\n".encode()


def signer_of(settings: Mapping[str, str]) -> Signer | None:
    """Open the signer that DIGEST_DKIM_KEY, _SELECTOR and _DOMAIN name; None: mail is not signed.

    Raises:
        ConfigError: the key is unusable.
    """
    key = settings.get("DIGEST_DKIM_KEY", "")
    if not key:
        return None
    selector = settings["DIGEST_DKIM_SELECTOR"]
    return Signer(read_key(key), selector=selector, domain=settings.get("DIGEST_DKIM_DOMAIN", ""))


def record_name(selector: str, domain: str, sender: str) -> str:
    """Give the name that a key is published under (RFC 6376 §3.6.2.1).

    Raises:
        ConfigError: the selector or the domain can't stand in the DNS, or is not the sender's.
    """
    if not _NAME.fullmatch(selector):
        raise ConfigError(
            f"DIGEST_DKIM_SELECTOR is {selector!r}: it is a name in the DNS, of letters, digits and"
            " hyphens, such as digest2026"
        )
    return f"{selector}._domainkey.{signing_domain(domain, sender)}"


def signing_domain(domain: str, sender: str) -> str:
    """Give the domain that signs for a sender's address, in ASCII: the given one, or the sender's.

    It has to be the sender's own, one above or one below: else DMARC finds them unaligned (RFC 7489
    §3.1.1). Two below a common one may align too; without the list of public suffixes who knows?

    Raises:
        ConfigError: it is no domain, or not aligned.
    """
    own = _ascii(sender.rpartition("@")[2])
    signing = _ascii(domain) or own
    if "." not in signing or not _NAME.fullmatch(signing):
        raise ConfigError(
            f"DIGEST_DKIM_DOMAIN would be {signing!r}, which is no domain that a key can stand in:"
            " set it to the sender's domain, such as example.org"
        )
    if not (f".{own}".endswith(f".{signing}") or signing.endswith(f".{own}")):
        raise ConfigError(
            f"DIGEST_DKIM_DOMAIN is {signing}, and mail comes from {own} (site.sender.address in"
            " schedule.yaml): DMARC would take the signature for a stranger's; leave it out, or"
            " name the sender's domain or one above it"
        )
    return signing


def _ascii(domain: str) -> str:
    domain = domain.strip().rstrip(".").lower()
    try:
        return domain if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError:
        return domain


def _canonical(headers: Mapping[str, str], names: tuple[str, ...]) -> bytes:
    return b"".join(_line(name, headers[name]) + b"\r\n" for name in names if name in headers)


def _line(name: str, value: str) -> bytes:
    """Write a header as `relaxed` has it (§3.4.2): unfolded, with single spaces."""
    return name.lower().encode() + b":" + b" ".join(value.encode().split())


_ALL = ":".join(("From", *_SHARED)), ":".join(_OWN)
_NAMED = ":\r\n ".join(_ALL)
"""From twice: a second one, which a reader might be shown, would break the signature (§8.15)."""
_NAMELESS = _NAMED.removesuffix(":Message-ID")
