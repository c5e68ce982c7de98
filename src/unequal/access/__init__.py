"""Who may see and do what: roles, functions, fields, people, keys and sessions. One layer for every interface; it knows no HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.access import fields, permissions, verbs
    from unequal.access.accounts import Accounts, on_this_machine
    from unequal.access.callers import ANYBODY, Caller
    from unequal.access.desk import Desk
    from unequal.access.gate import Gate, csrf_of, is_csrf_of
    from unequal.access.limits import TooManyRequests

__all__ = [
    "ANYBODY",
    "Accounts",
    "Caller",
    "Desk",
    "Gate",
    "TooManyRequests",
    "csrf_of",
    "fields",
    "is_csrf_of",
    "on_this_machine",
    "permissions",
    "verbs",
]

open_by_name(
    __name__,
    __all__,
    accounts=["Accounts", "on_this_machine"],
    callers=["ANYBODY", "Caller"],
    desk=["Desk"],
    gate=["Gate", "csrf_of", "is_csrf_of"],
    limits=["TooManyRequests"],
)
