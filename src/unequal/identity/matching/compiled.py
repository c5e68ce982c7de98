"""The one place where functions become kernels: compiled at their first call, without Python's lock, and kept on the disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """A function of arrays and plain numbers, as a kernel."""
    return cast("_Function", numba.njit(nogil=True, cache=True)(function))
