"""Which addresses of networks a program never goes to by itself, and which only where somebody says so."""

from __future__ import annotations

import ipaddress
from typing import Final

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LOCAL: Final = tuple(
    ipaddress.ip_network(each) for each in ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
"""This machine and private networks: refused, unless the config says allow_private."""
_NEVER: Final = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
"""No system of anybody's: this network, links and clouds' own services, what is kept for documents and tests, many at once, and the ways in
which an IPv6 address carries another (6to4, Teredo), which could carry any."""
_CARRIES_IPV4: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))
INSIDE: Final = "it lies on this machine or in a private network"


def is_on_this_machine(address: str) -> bool:
    """Whether an address is this machine's alone: what is sent there no network carries.

    >>> is_on_this_machine("127.0.0.2"), is_on_this_machine("10.0.0.1"), is_on_this_machine("no address")
    (True, False, False)
    """
    try:
        return _meant(ipaddress.ip_address(address)).is_loopback
    except ValueError:
        return False


def why_refused(address: str, *, allow_private: bool = False) -> str | None:
    """Why an address is not sent to; None where it is.

    >>> why_refused("::ffff:127.0.0.1")
    'it lies on this machine or in a private network'
    >>> why_refused("169.254.169.254", allow_private=True)
    'it is no public address'
    """
    try:
        found = _meant(ipaddress.ip_address(address))
    except ValueError:
        return "it is no address"
    if any(found in network for network in _LOCAL if network.version == found.version):
        return None if allow_private else INSIDE
    kept = any(found in network for network in _NEVER if network.version == found.version)
    return "it is no public address" if kept or not found.is_global or found.is_multicast else None


def _meant(address: _Address) -> _Address:
    """The IPv4 address that an IPv6 address carries, where it is one of the ways in which systems connect to it."""
    if isinstance(address, ipaddress.IPv4Address) or int(address) <= 1:
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    carries = any(address in network for network in _CARRIES_IPV4)
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if carries else address
