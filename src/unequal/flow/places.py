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

from unequal.terms.networks import INSIDE as INSIDE  # noqa: PLC0414 - who goes anywhere asks here
from unequal.terms.networks import is_on_this_machine as is_on_this_machine  # noqa: PLC0414 - likewise
from unequal.terms.networks import why_refused as why_refused  # noqa: PLC0414 - likewise

Resolve = Callable[[str, int], Sequence[str]]

_WRITTEN: Final = re.compile(r"[!-\[\]-_a-z{|}~]{1,2000}")
"""Letters of an address: printable ASCII without blanks, backslashes and backticks, which readers of addresses do not agree on."""
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_NUMBER: Final = re.compile(r"0x[0-9a-f]*|[0-9]+")
PORTS: Final = {"https": 443, "http": 80}
"""Of schemes, where an address names none."""


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
