"""Words for arrays of numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
"""Places in another array."""
Floats = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]


def dot(left: Ints | Floats, right: Ints | Floats) -> float:
    """The sum of products, added in pairs: more digits than a BLAS keeps, the same ones every time, and no threads to wake."""
    return float(np.sum(left * right, dtype=np.float64))
