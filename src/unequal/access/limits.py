"""How often somebody may ask: a bucket of tokens each, which fills up again with time. In memory, for each process of its own."""

from __future__ import annotations

import ipaddress
import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from unequal.terms.errors import AccessError

_MOST_NAMES: Final = 10_000
_IPV6_NETWORK: Final = 64


@dataclass(frozen=True)
class Rate:
    """So many a second in the long run, and so many at once."""

    per_second: float
    at_once: int


@dataclass(frozen=True)
class Limits:
    """What keys, accounts and addresses may ask.

    Args:
        key: requests of one key.
        account: requests of one person's sessions.
        address: requests without a good credential from one address (of IPv6 one /64).
        sign_in: wrong passwords for one account, and from one address.
    """

    key: Rate = Rate(10_000, 20_000)
    account: Rate = Rate(50, 200)
    address: Rate = Rate(5, 60)
    sign_in: Rate = Rate(1 / 12, 5)


class TooManyRequests(AccessError):  # noqa: N818 - named as HTTP names it
    """ACC005: somebody asks too often.

    Args:
        seconds: after which he may ask again.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__("ACC005", "too many requests", do=f"wait {seconds} seconds")
        self.seconds = seconds


class Buckets:
    """A bucket for each name; the names used least lately are forgotten beyond ten thousand.

    Args:
        rate: how fast a bucket fills, and how much it holds.
        ticks: seconds that only go up.
    """

    def __init__(self, rate: Rate, ticks: Callable[[], float]) -> None:
        self._rate, self._ticks = rate, ticks
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, name: str) -> None:
        """Take a token out of a bucket.

        Raises:
            TooManyRequests: it is empty.
        """
        with self._lock:
            left = self._filled(name)
            if left < 1:
                raise TooManyRequests(max(1, math.ceil((1 - left) / self._rate.per_second)))
            self._put(name, left - 1)

    def give(self, name: str) -> None:
        """Put a token back that was taken for nothing wrong."""
        with self._lock:
            self._put(name, min(float(self._rate.at_once), self._filled(name) + 1))

    def _filled(self, name: str) -> float:
        now = self._ticks()
        left, since = self._buckets.get(name, (float(self._rate.at_once), now))
        return min(float(self._rate.at_once), left + (now - since) * self._rate.per_second)

    def _put(self, name: str, left: float) -> None:
        self._buckets[name] = (left, self._ticks())
        self._buckets.move_to_end(name)
        if len(self._buckets) > _MOST_NAMES:
            self._buckets.popitem(last=False)


def network_of(address: str) -> str:
    """The address that is counted: of IPv6 the network of 64 bits, for a household has as many addresses as it likes.

    >>> network_of("2001:db8::17"), network_of("192.0.2.7"), network_of("testclient")
    ('2001:db8::', '192.0.2.7', 'testclient')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:  # noqa: PLR2004
        return address
    return str(ipaddress.ip_network((found, _IPV6_NETWORK), strict=False).network_address)
