"""Whom messages are sent to: a declared address, taken apart strictly, looked up once, and refused where it leads inside.

An address that a program looks up a second time when it connects may lead elsewhere by then. So a name is looked up once, every address that it
has is checked, and the connection is made to an address that was checked, under the name that the certificate must have.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from unequal import config
from unequal.flow.opening import OpenProject
from unequal.terms.errors import LiveError

Resolve = Callable[[str, int], Sequence[str]]
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

SHORTEST_SECRET: Final = 24
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


@dataclass(frozen=True, slots=True)
class Receiver:
    """A declared webhook, ready to be sent to.

    Args:
        name: in the config.
        scheme, host, port, target: of its address; the target is path and query.
        secret: the key that messages are signed with.
        allow_private: whether it may lie on this machine or in a private network.
    """

    name: str
    scheme: str
    host: str
    port: int
    target: str
    secret: SecretStr
    allow_private: bool = False

    @property
    def key(self) -> bytes:
        """The bytes to sign with."""
        return _key(self.name, self.secret)


def receiver(project: OpenProject, name: str) -> Receiver:
    """A webhook of the project's config, with what it names looked up.

    Raises:
        LiveError: LIV600, none is declared of that name; LIV601, its address cannot be sent to; LIV604, its secret is too short.
        ConfigError: CFG009, a reference leads nowhere.
    """
    webhook = project.config.live.webhooks.get(name)
    if webhook is None:
        known = ", ".join(project.config.live.webhooks) or "none is declared"
        raise LiveError("LIV600", "there is no such webhook", where="live.webhooks", seen=name[:80], do=f"name one of: {known}")

    def follow(reference: str, key: str) -> SecretStr:
        where = project.loaded.where("live", "webhooks", name, key)
        return config.addresses.follow(reference, project.environment, project.folder, where=where)

    url = follow(webhook.url, "url").get_secret_value() if config.addresses.is_reference(webhook.url) else webhook.url
    scheme, host, port, target = taken_apart(url, name, allow_private=webhook.allow_private)
    secret = follow(webhook.secret, "secret")
    _key(name, secret)
    return Receiver(name, scheme, host, port, target, secret, webhook.allow_private)


def taken_apart(url: str, name: str, *, allow_private: bool) -> tuple[str, str, int, str]:
    """Scheme, host, port and target of an address, read so strictly that no two readers can differ on it.

    Args:
        url: as it was declared; it is never shown, for it may be a secret.
        name: of the webhook, for the error.

    Raises:
        LiveError: LIV601.
    """
    if not _WRITTEN.fullmatch(url):
        raise _no_address(name, "it holds blanks, letters beyond ASCII, or signs that no address has")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _no_address(name, "its brackets or its port are none") from error
    if parts.scheme not in PORTS or (parts.scheme == "http" and not allow_private):
        raise _no_address(name, "it does not begin with https://")
    if "@" in parts.netloc or "#" in url:
        raise _no_address(name, "it holds a user, a password or a fragment")
    if port == 0 or not _is_host(host, bracketed="[" in parts.netloc):
        raise _no_address(name, "its host is no name of the DNS, and no address as it is written in full")
    return parts.scheme, host, port or PORTS[parts.scheme], f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"


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


def checked_addresses(to: Receiver, look_up: Resolve = resolve) -> list[str]:
    """The addresses of a receiver, looked up once; refused where any of them leads inside.

    Raises:
        LiveError: LIV602, one of them must not be sent to; LIV603, it has none.
    """
    try:
        found = list(dict.fromkeys(look_up(to.host, to.port)))
    except (OSError, UnicodeError) as error:
        raise no_answer(to, "its name leads nowhere") from error
    if not found:
        raise no_answer(to, "its name leads nowhere")
    for address in found:
        if (why := why_refused(address, allow_private=to.allow_private)) is not None:
            do = "send to a public address" + (", or say allow_private of a program beside this one" if why == _INSIDE else "")
            raise LiveError(
                "LIV602", "a webhook leads where nothing is sent", where=f"live.webhooks.{to.name}", seen=f"{to.host}: {why}", do=do
            )
    return found


_INSIDE: Final = "it lies on this machine or in a private network"


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
        return None if allow_private else _INSIDE
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


def no_answer(to: Receiver, why: str) -> LiveError:
    """A receiver that cannot be reached now."""
    return LiveError(
        "LIV603", "a webhook was not reached", where=f"live.webhooks.{to.name}", seen=why, do="it is tried again by itself, for half a day"
    )


def _no_address(name: str, why: str) -> LiveError:
    return LiveError("LIV601", "a webhook's address cannot be sent to", where=f"live.webhooks.{name}.url", seen=why,
                     do="write https://NAME/PATH, the name in small letters as the DNS has it")  # fmt: skip


def _key(name: str, secret: SecretStr) -> bytes:
    """As Standard Webhooks writes it (whsec_ and base64), or the letters themselves."""
    text = secret.get_secret_value()
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True) if text.startswith("whsec_") else text.encode()
    except binascii.Error:
        key = b""
    if len(key) < SHORTEST_SECRET:
        raise LiveError("LIV604", "a webhook's secret could be guessed", where=f"live.webhooks.{name}.secret", seen=f"{len(key)} bytes",
                        do=f"give it {SHORTEST_SECRET} bytes or more, drawn by chance: openssl rand -base64 32")  # fmt: skip
    return key
