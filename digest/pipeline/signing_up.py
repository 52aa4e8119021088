"""What becomes of a form with an address in it? It is put down for a worker, unless there are many.

Nobody is looked up here: neither an answer nor its time may tell a stranger who reads what. What
follows from a request is decided by a worker (digest.pipeline.joining) and told by mail alone.
"""

import hmac
import ipaddress
from dataclasses import asdict, dataclass
from datetime import timedelta

from digest.model.notice import NoticeKind, Wish
from digest.pipeline.newsroom import Newsroom
from digest.storage import notices, quotas
from digest.storage.quotas import Allowance
from subscribers.addresses import Address
from subscribers.consent import network_hash
from subscribers.model import Evidence

PER_NETWORK = Allowance(each=timedelta(seconds=30), burst=20)
"""A class or an office may join together; ten thousand a minute may not."""
PER_ADDRESS = Allowance(each=timedelta(hours=6), burst=3)
"""Somebody may mistype or lose a mail; nobody's mailbox may be filled with ours."""
_SHARED_BITS = 64
"""Of an IPv6 address: what a household or a server has for itself (RFC 6177)."""
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})


@dataclass(frozen=True, kw_only=True)
class Request:
    """A form that somebody sent."""

    address: Address
    list_name: str
    language: str
    themes: tuple[str, ...]
    """Empty means all."""
    evidence: Evidence
    """With the network address it came from; only its keyed hash is kept."""


def take_request(newsroom: Newsroom, request: Request) -> timedelta:
    """Put a request down; more than zero: too many came from there, come back after so long.

    Too many for one address look as if they were taken: a stranger learns nothing, the owner has
    mail enough.
    """
    secret, now = newsroom.secret_key, newsroom.clock()
    network = _key(secret, "network", network_of(request.evidence.network))
    with newsroom.database.read() as connection:
        waits = quotas.wait(connection, network, PER_NETWORK, now)
    if waits:
        return waits  # a flood writes nothing
    mailbox = _key(secret, "mailbox", mailbox_of(request.address))
    with newsroom.database.write() as connection:
        waits = quotas.take(connection, network, PER_NETWORK, now)
        if not waits and not quotas.take(connection, mailbox, PER_ADDRESS, now):
            notices.ask(connection, _wish(secret, request), now)
    return waits


def network_of(address: str) -> str:
    """Give the network that shares one quota: an IPv4 address, or the first half of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _SHARED_BITS), strict=False))


def mailbox_of(address: Address) -> str:
    """Give the mailbox that shares one quota: what follows a +, or Google's dots, make no other."""
    local, _, domain = address.key.rpartition("@")
    bare = local.partition("+")[0] or local
    return f"{bare.replace('.', '') if domain in _DOTLESS else bare}@{domain}"


def _key(secret_key: bytes, kind: str, who: str) -> str:
    return hmac.digest(secret_key, f"quota:{kind}:{who}".encode("utf-8", "replace"), "sha256").hex()


def _wish(secret_key: bytes, request: Request) -> Wish:
    evidence = asdict(request.evidence)
    evidence["network_hash"] = network_hash(secret_key, evidence.pop("network"))
    return Wish(
        kind=NoticeKind.SIGN_UP,
        address=request.address.text,
        language=request.language,
        list_name=request.list_name,
        details={"themes": list(request.themes), "evidence": evidence},
    )
