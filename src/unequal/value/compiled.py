"""What makes a kernel of a function: numba compiles it, without Python's lock and kept on the disk.

Modules of kernels import this one, and are imported where a kernel is first called; see docs/decisions/0018-kernels-in-numba.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

_Function = TypeVar("_Function", bound=Callable[..., object])


def kernel(function: _Function) -> _Function:
    """The function, compiled on its first call; its type stays what it says."""
    return cast("_Function", numba.njit(nogil=True, cache=True)(function))
