"""Which network addresses may a fetch dial? Asked of every address really dialled.

A host's name, its literal spellings (`0x7f.1`) and every redirect end in a dialled address: this is
the one place that sees them all. Python 3.11's `is_global` passes several nets that lead inside.
"""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, TypeAlias

from digest.collect.answers import Nets

AddressInfo: TypeAlias = tuple[int, int, int, str, tuple[Any, ...]]
Dial: TypeAlias = Callable[[AddressInfo], socket.socket]
"""Opens an unconnected socket for one resolved address."""

_BLOCKED: Nets = tuple(
    ip_network(net)
    for net in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23"),
        *("2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10"),
        *("fec0::/10", "ff00::/8"),
    )
)
_MAPPED = IPv6Network("::ffff:0:0/96")


class AddressRefused(OSError):  # noqa: N818 - reads as what happened
    """The address leads inside a network, not to a public site."""


def may_dial(address: IPv4Address | IPv6Address, permitted: Nets) -> bool:
    """Tell whether an address is public, or in a net that was permitted by name."""
    plain = _unmapped(address)
    if any(plain in net for net in permitted):
        return True
    return not any(plain in net for net in _BLOCKED)


def guarded(dial: Dial, permitted: Nets) -> Dial:
    """Give a dialler that refuses what may not be dialled before any socket exists."""

    def check_and_dial(info: AddressInfo) -> socket.socket:
        address = ip_address(str(info[4][0]).partition("%")[0])
        if not may_dial(address, permitted):
            raise AddressRefused(f"{address} is not a public address")
        return dial(info)

    return check_and_dial


def open_socket(info: AddressInfo) -> socket.socket:
    """Open a plain socket."""
    family, kind, protocol, _, _ = info
    return socket.socket(family=family, type=kind, proto=protocol)


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """See the IPv4 address within `::ffff:127.0.0.1`."""
    if isinstance(address, IPv6Address) and address in _MAPPED:
        return address.ipv4_mapped or address
    return address
