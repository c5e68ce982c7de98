"""One request to one place, by an address that was checked: bounded in time and size, and never led elsewhere by a redirect."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from typing import Final

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from unequal.flow.places import Place, Unreached
from unequal.version import __version__

_SECONDS_TO_CONNECT: Final = 3.0
_MOST_ADDRESSES: Final = 3


@dataclass(frozen=True)
class Answer:
    """What came back.

    Args:
        status: of HTTP; a redirect is not followed.
        body: no more of it than was asked for.
        is_whole: false where there was more.
    """

    status: int
    body: bytes = b""
    is_whole: bool = True


def exchanged(
    place: Place, addresses: Sequence[str], method: str, body: bytes | None, headers: Mapping[str, str], *, seconds: float, at_most: int = 0
) -> Answer:
    """Send a request to the first address that can be connected to.

    Args:
        place: whom it is for.
        addresses: of the place, checked.
        method, body, headers: of the request.
        seconds: for all of it, however slowly the other side speaks.
        at_most: bytes of the answer that are read; of a body that is not asked for, none.

    Raises:
        Unreached: there was no connection, or no answer in time.
    """
    every = {"Host": place.authority, "User-Agent": f"unequal/{__version__}", "Connection": "close", **headers}
    with _connected(place, list(addresses)[:_MOST_ADDRESSES], seconds) as connection:
        try:
            connection.request(method, place.target, body=body, headers=every, preload_content=False, decode_content=False)
            answer = connection.getresponse()
            read = answer.read(at_most + 1, decode_content=False) if at_most else b""
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            raise Unreached(f"no answer: {type(error).__name__}") from error
    return Answer(answer.status, read[:at_most], len(read) <= at_most)


@contextmanager
def _connected(place: Place, addresses: Sequence[str], seconds: float) -> Iterator[HTTPConnection]:
    """A connection to one of some checked addresses, cut off when its time is over, however slowly the other side speaks."""
    for left, address in enumerate(addresses, start=1 - len(addresses)):
        connection = _connection(place, address)
        cut = threading.Timer(seconds, _cut_off, (connection,))
        cut.daemon = True
        cut.start()
        try:
            connection.connect()
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            cut.cancel()
            connection.close()
            if left == 0:
                raise Unreached(f"no connection: {type(error).__name__}") from error
            continue
        try:
            yield connection
        finally:
            cut.cancel()
            connection.close()
        return


def _connection(place: Place, address: str) -> HTTPConnection:
    if place.scheme == "http":
        return HTTPConnection(address, place.port, timeout=_SECONDS_TO_CONNECT)
    return HTTPSConnection(
        address, place.port, timeout=_SECONDS_TO_CONNECT, ssl_context=trusting(), server_hostname=place.host, assert_hostname=place.host
    )


@cache
def trusting() -> ssl.SSLContext:
    """Certificates are held against the system's authorities, and against the name."""
    return ssl.create_default_context()


def _cut_off(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        try:
            connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            connection.sock.close()
