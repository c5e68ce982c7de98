"""What a request shows of who sends it: a key, a session's cookie, or nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request

from unequal.access import Caller, Gate, is_csrf_of
from unequal.terms.errors import AccessError

COOKIE: Final = "__Host-unequal"
CSRF_HEADER: Final = "X-CSRF-Token"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def address_of(request: Request) -> str:
    """Where a request comes from; behind a declared proxy what the proxy says."""
    return request.client.host if request.client else "unknown"


def key_in(headers: Mapping[str, str]) -> str | None:
    """A key: as a bearer's token, or as the user name of Basic, as Segment's libraries send it."""
    kind, _, rest = headers.get("authorization", "").strip().partition(" ")
    if kind.lower() == "bearer":
        return rest.strip() or None
    if kind.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(rest.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name or password or None


def plain_key_in(headers: Mapping[bytes, bytes]) -> str | None:
    """A bearer's token as headers come off the wire; None where there is none that is written plainly."""
    kind, _, key = headers.get(b"authorization", b"").partition(b" ")
    return key.decode("ascii") if kind == b"Bearer" and key.isascii() and key.strip() == key and key else None


def caller_of(gate: Gate, request: Request, written: str | None = None) -> Caller:
    """Who sends a request.

    Args:
        gate: what knows them.
        request: with a key, or with a session's cookie and, where it changes anything, the session's CSRF token.
        written: a write key within the body.

    Raises:
        AccessError: ACC001, nobody who is known; ACC005, too often; ACC014, a page of another site may have sent it.
    """
    key, address = key_in(request.headers) or written, address_of(request)
    if key is not None:
        return gate.by_key(key, address)
    token = request.cookies.get(COOKIE)
    if not token:
        return gate.unknown(address)
    caller = gate.by_session(token, address)
    if request.method not in _SAFE:
        check_origin(request)
        if not is_csrf_of(token, request.headers.get(CSRF_HEADER, "")):
            raise _foreign("no CSRF token of this session")
    return caller


def check_origin(request: Request) -> None:
    """Refuse what a page of another site sends.

    Raises:
        AccessError: ACC014, the origin is another.
    """
    origin = request.headers.get("origin")
    if origin is not None and _place(origin) != request.headers.get("host", ""):
        raise _foreign("another origin")


def _place(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _foreign(seen: str) -> AccessError:
    return AccessError("ACC014", "the request may come from another site's page", seen=seen,
                       do=f"send it from our own page, with the header {CSRF_HEADER} as the session tells it")  # fmt: skip
