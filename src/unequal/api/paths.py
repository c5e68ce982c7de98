"""Addresses whose parts hold slashes: a visitor's id is what a shop calls him, and some write theirs in base 64.

Servers decode a path before routes are looked for, so that %2F parts it as a slash does. Within a part it stands as a mark until the parts are known.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, unquote

from fastapi import Request
from starlette.types import Scope

_SLASH: Final = "\udc2f"
"""The mark: a lone surrogate, which no address spells."""
_WRITTEN: Final = re.compile("%2f", re.IGNORECASE)


def mark_slashes(scope: Scope) -> None:
    """Put the mark into the path of a request in place of each slash within a part; nothing is done where there is none."""
    raw: bytes = scope.get("raw_path") or b""
    if b"%2" in raw:
        path = _SLASH.join(unquote(one) for one in _WRITTEN.split(raw.partition(b"?")[0].decode("latin-1")))
        # Whoever writes a slash too many at the end is else sent to the address without it, which cannot be written with the mark.
        scope["path"] = path.rstrip("/") if _SLASH in path else path


def parts_of(request: Request) -> dict[str, str]:
    """What stands at the places of the route's path."""
    return {name: str(value).replace(_SLASH, "/") for name, value in request.path_params.items()}


def path_of(scope: Scope) -> str:
    """The path as it is written in an address."""
    return "%2F".join(quote(one, safe="/:") for one in scope["path"].split(_SLASH))
