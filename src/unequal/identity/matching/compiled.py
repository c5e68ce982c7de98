"""What makes a kernel of a function: numba compiles it, without Python's lock and kept on the disk.

Modules of kernels import this one, and are imported where a kernel is first called; see docs/decisions/0018-kernels-in-numba.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

_Function = TypeVar("_Function", bound=Callable[..., Any])


def kernel(function: _Function) -> _Function:
    """The function compiled, once for each kind of arrays that it is given."""
    return cast("_Function", numba.njit(nogil=True, cache=True)(function))
