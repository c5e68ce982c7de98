"""Where a program goes by itself: an address taken apart strictly, looked up once, and refused where it leads inside.

An address that a program looks up a second time when it connects may lead elsewhere by then. So a name is looked up once, every address that it
has is checked, and the connection is made to an address that was checked, under the name that the certificate must have.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

Resolve = Callable[[str, int], Sequence[str]]
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_WRITTEN: Final = re.compile(r"[!-\[\]-_a-z{|}~]{1,2000}")
"""Letters of an address: printable ASCII without blanks, backslashes and backticks, which readers of addresses do not agree on."""
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_NUMBER: Final = re.compile(r"0x[0-9a-f]*|[0-9]+")
PORTS: Final = {"https": 443, "http": 80}
"""Of schemes, where an address names none."""

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


@dataclass(frozen=True, slots=True)
class Place:
    """An address, taken apart; the target is path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Host and port as an HTTP request names them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


class Astray(Exception):  # noqa: N818 - it says of an address what it is
    """Why an address is not gone to; the address itself is not in it, for it may be a secret."""


class LeadsInside(Astray):
    """A name leads where nothing is sent."""


class Unreached(Exception):  # noqa: N818 - it says of a place what it is
    """Why nobody was reached, or gave no answer."""


def place_of(url: str, *, allow_plain: bool) -> Place:
    """An address, read so strictly that no two readers can differ on it.

    Args:
        url: as somebody declared it.
        allow_plain: whether it may begin with http://.

    Raises:
        Astray: it is no such address.
    """
    if not _WRITTEN.fullmatch(url):
        raise Astray("it holds blanks, letters beyond ASCII, or signs that no address has")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Astray("its brackets or its port are none") from error
    if parts.scheme not in PORTS or (parts.scheme == "http" and not allow_plain):
        raise Astray("it does not begin with https://")
    if "@" in parts.netloc or "#" in url:
        raise Astray("it holds a user, a password or a fragment")
    if port == 0 or not _is_host(host, bracketed="[" in parts.netloc):
        raise Astray("its host is no name of the DNS, and no address as it is written in full")
    return Place(parts.scheme, host, port or PORTS[parts.scheme], f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}")


def _is_host(host: str, *, bracketed: bool) -> bool:
    """A name, an IPv4 address in four decimal numbers, or an IPv6 address in brackets without a zone."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        # Some readers take `2130706433`, `0x7f.1` and `127.1` for 127.0.0.1: a name never ends in a number.
        return bool(_HOST.fullmatch(host)) and not _NUMBER.fullmatch(host.rsplit(".", 1)[-1])
    return "%" not in host and bracketed == isinstance(found, ipaddress.IPv6Address)


def resolve(host: str, port: int) -> list[str]:
    """The addresses that a name has now.

    Raises:
        OSError: it has none, or nobody could be asked.
    """
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def addresses_of(place: Place, look_up: Resolve = resolve, *, allow_private: bool) -> list[str]:
    """The addresses of a place, looked up once; refused where any of them leads inside.

    Raises:
        LeadsInside: one of them must not be gone to.
        Unreached: it has none.
    """
    try:
        found = list(dict.fromkeys(look_up(place.host, place.port)))
    except (OSError, UnicodeError) as error:
        raise Unreached("its name leads nowhere") from error
    if not found:
        raise Unreached("its name leads nowhere")
    for address in found:
        if (why := why_refused(address, allow_private=allow_private)) is not None:
            raise LeadsInside(why)
    return found


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
