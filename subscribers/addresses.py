"""Is this an address that mail can be sent to, and whose is it? The form it is stored in.

What is accepted is what every provider and relay takes: an ASCII dot-atom before the @
(RFC 5321 §4.1.2, without quoted strings) and a public domain name after it, in A-labels (RFC 5890).
So a stored address can't hold a space, a line break, a comma or an angle bracket.
"""

import re
from dataclasses import dataclass

from subscribers.errors import AddressError

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_LOCAL = re.compile(rf"(?=.{{1,64}}\Z){_ATOM}(?:\.{_ATOM})*")
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)+(?=[a-z]){_LABEL}")
_LONGEST = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets
_AROUND = " \t\r\n\f\v\u00a0\u200b\u202f\ufeff"
"""What copying and pasting leaves around an address."""


@dataclass(frozen=True, slots=True)
class Address:
    """A mailable address."""

    text: str
    """As it is mailed: ASCII, the domain in lower case and A-labels."""
    key: str
    """In lower case throughout: one person, one key."""


def read_address(text: str) -> Address:
    """Read an address, without what stands around it.

    Raises:
        AddressError: mail can't be sent to it; says why.
    """
    bare = text.strip(_AROUND)
    local, at, domain = bare.rpartition("@")
    if not at:
        raise AddressError(f"{_shown(bare)} has no @" if bare else "the address is empty")
    address = f"{_local(local, bare)}@{_domain(domain, bare)}"
    if len(address) > _LONGEST:
        raise AddressError(f"{_shown(bare)} is longer than {_LONGEST} characters")
    return Address(address, address.lower())


def masked(address: str) -> str:
    """Show just enough of an address for its owner to know it: `a…@example.org`."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}…@{domain}"


def _local(local: str, whole: str) -> str:
    if not _LOCAL.fullmatch(local):
        raise AddressError(
            f"{_shown(whole)} is not an address: only plain letters, digits and signs may stand"
            " before the @, 64 of them at most"
        )
    return local


def _domain(domain: str, whole: str) -> str:
    name = domain.lower()
    if not name.isascii() or "xn--" in name:
        name = _a_labels(name, whole)
    if not _DOMAIN.fullmatch(name):
        raise AddressError(f"{_shown(whole)} has no valid domain name after the @")
    return name


def _a_labels(name: str, whole: str) -> str:
    import idna  # only foreign names need it

    try:
        if len(name) > _LONGEST:  # its run time is not linear
            raise idna.IDNAError
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError as failure:
        raise AddressError(f"{_shown(whole)} has no valid domain name after the @") from failure


def _shown(text: str) -> str:
    return repr(text) if len(text) <= 80 else f"{text[:80]!r}…"
