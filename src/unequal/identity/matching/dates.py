"""How alike two dates are: slips of the hand, parts that changed places, parts that are not known."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from unequal.identity.matching.similarity import Levels

_DAYS_A_MONTH: Final = 31
_DAYS_A_YEAR: Final = 12 * _DAYS_A_MONTH
_A_YEAR: Final = _DAYS_A_YEAR + _DAYS_A_MONTH
"""Dates that are guessed or misread are often a year off, and a month beside."""


def parts(values: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """Year, month and day of texts YYYY, YYYY-MM or YYYY-MM-DD, a row a value; 0 for a part that is not known.

    >>> parts(np.array(["1971-06-24", "1971"], dtype=object)).tolist()
    [[1971, 6, 24], [1971, 0, 0]]
    """
    found = np.zeros((len(values), 3), dtype=np.int32)
    for at, value in enumerate(values):
        for place, part in enumerate(str(value).split("-")[:3]):
            found[at, place] = int(part) if part.isdigit() else 0
    return found


def levels(one: npt.NDArray[np.int32], other: npt.NDArray[np.int32]) -> Levels:
    """Levels of pairs of dates that are not the same text: 2 one slip, 3 two parts agree, 4 the year agrees, 5 a year apart at most, 6 different.

    Args:
        one, other: rows of year, month, day; 0 not known.
    """
    from unequal.identity.matching import date_kernels

    return date_kernels.levels(one, other, _DAYS_A_YEAR, _DAYS_A_MONTH, _A_YEAR)
