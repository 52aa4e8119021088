"""What proves that a reader agreed, or left? Rows that are only ever added.

A row names nobody: the address and the network address stand in it as keyed hashes, so that the
proof outlives an erased person without being a list of addresses. HMAC-SHA256 with the
installation's secret key, cut to 128 bits (RFC 2104 §5); with another key nothing would match.
"""

import hmac
import ipaddress
import re
from datetime import datetime
from typing import Any

from subscribers.model import ConsentAction, Evidence

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:/\"']+@[^\s@<>()\[\],;:/\"']+")


def address_hash(secret_key: bytes, key: str) -> str:
    """Hash an address's key (subscribers.addresses): 32 hex digits."""
    return hmac.digest(secret_key, b"address:" + key.encode(), "sha256").hex()[:32]


def network_hash(secret_key: bytes, network: str) -> str:
    """Hash a network address, in whichever way it is written; empty for none."""
    if not network:
        return ""
    plain = _plain(network).encode("utf-8", "replace")
    return hmac.digest(secret_key, b"network:" + plain, "sha256").hex()[:32]


def evidence_row(
    *,
    secret_key: bytes,
    address_hash: str,
    list_name: str,
    action: ConsentAction,
    evidence: Evidence,
    now: datetime,
) -> dict[str, Any]:
    """Make the row of `consents` that says what happened."""
    return {
        "address_hash": address_hash,
        "list_name": list_name,
        "action": action.value,
        "at": now,
        "origin": _nameless(evidence.origin),
        "wording": _nameless(evidence.wording),
        "wording_version": evidence.wording_version,
        "network_hash": evidence.network_hash or network_hash(secret_key, evidence.network),
    }


def _nameless(text: str) -> str:
    """Take addresses out of a note, "her mail from awa@example.org": it outlives who is erased."""
    return _ADDRESS.sub("…@…", text)


def _plain(network: str) -> str:
    try:
        address = ipaddress.ip_address(network)
    except ValueError:
        return network  # the name of a socket or a test client
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
