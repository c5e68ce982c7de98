"""What makes a kernel of a function: numba compiles it, without Python's lock and kept on the disk where that may be.

Modules of kernels import this one, and are imported where a kernel is first called; see docs/decisions/0018-kernels-in-numba.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

_Function = TypeVar("_Function", bound=Callable[..., object])


def kernel(function: _Function) -> _Function:
    """The function, compiled on its first call; its type stays what it says. In each process anew where no folder may be written to."""
    try:
        return cast("_Function", numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:  # numba has found neither a folder of its own, nor the package's, nor the user's
        return cast("_Function", numba.njit(nogil=True)(function))
