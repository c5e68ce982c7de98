"""Means over replications with their intervals, alone and as paired differences."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

_LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean and the ends of its 95 % interval; the ends are not numbers where fewer than two values are known."""

    expected: float
    low: float
    high: float

    @property
    def differs(self) -> bool:
        """Whether zero lies outside the interval: of a difference, that chance alone does not explain it."""
        return self.low > 0.0 or self.high < 0.0


def estimate(values: npt.ArrayLike) -> Estimate:
    """The mean of independent replications, by Student's t.

    Args:
        values: one for each replication; those that are not numbers (a class without contacts that day) are left out.

    >>> found = estimate([1.0, 2.0, 3.0])
    >>> round(found.expected, 2), round(found.low, 2), round(found.high, 2)
    (2.0, -0.48, 4.48)
    """
    every: Any = np.asarray(values, dtype=np.float64)
    known = every[~np.isnan(every)]
    if len(known) < 2:  # noqa: PLR2004 - one value has no spread
        return Estimate(float(known.mean()) if len(known) else math.nan, math.nan, math.nan)
    from scipy.special import stdtrit  # scipy.stats alone takes a second to load

    half = float(stdtrit(len(known) - 1, 0.5 + _LEVEL / 2.0) * known.std(ddof=1) / math.sqrt(len(known)))
    mean = float(known.mean())
    return Estimate(mean, mean - half, mean + half)


def difference(values: npt.ArrayLike, others: npt.ArrayLike) -> Estimate:
    """The mean of values − others, day by day: both must be of the same days, in one order."""
    return estimate(np.asarray(values, dtype=np.float64) - np.asarray(others, dtype=np.float64))
