"""The one check in front of every verb."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, Final, ParamSpec, TypeVar

from unequal.access.callers import Caller
from unequal.access.permissions import FUNCTIONS, check

_Given = ParamSpec("_Given")
_Desk = TypeVar("_Desk")
_Answer = TypeVar("_Answer")
_Verb = Callable[Concatenate[_Desk, Caller, _Given], _Answer]

FUNCTION_OF: Final[dict[str, str]] = {}
"""Every verb that is guarded, by its qualified name, and the function that allows it."""


def allowed(function: str) -> Callable[[_Verb[_Desk, _Given, _Answer]], _Verb[_Desk, _Given, _Answer]]:
    """Let a verb, whose first argument is who calls, be used by those alone whom the table lets use `function`."""
    if function not in FUNCTIONS:
        raise KeyError(function)

    def guard(verb: _Verb[_Desk, _Given, _Answer]) -> _Verb[_Desk, _Given, _Answer]:
        @functools.wraps(verb)
        def guarded(desk: _Desk, caller: Caller, /, *given: _Given.args, **named: _Given.kwargs) -> _Answer:
            check(caller, function)
            return verb(desk, caller, *given, **named)

        FUNCTION_OF[verb.__qualname__] = function
        return guarded

    return guard
