"""How alike two dates are, as a loop over pairs of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from unequal.identity.matching.compiled import kernel

Rows = npt.NDArray[np.int32]
Levels = npt.NDArray[np.int8]


@kernel
def _digits(date: Rows, into: Rows) -> None:
    """YYYYMMDD, digit by digit."""
    number = date[0] * 10000 + date[1] * 100 + date[2]
    for at in range(7, -1, -1):
        into[at] = number % 10
        number //= 10


@kernel
def _one_slip(one: Rows, other: Rows, left: Rows, right: Rows) -> bool:
    """Whether month and day changed places, or one digit differs, or two next to each other changed places and nothing else."""
    if one[0] == other[0] and one[1] == other[2] and one[2] == other[1]:
        return True
    _digits(one, left)
    _digits(other, right)
    apart, last = 0, 0
    for at in range(8):
        if left[at] != right[at]:
            apart += 1
            last = at
    if apart == 1:
        return True
    return apart == 2 and last > 0 and left[last] == right[last - 1] and left[last - 1] == right[last] and left[last] != right[last]


@kernel
def levels(one: Rows, other: Rows, days_a_year: int, days_a_month: int, near: int) -> Levels:
    """See dates.levels: level = 2, 3, 4, 5 or 6, the first of them that holds.

    Args:
        one, other: rows of year, month, day; 0 not known.
        days_a_year, days_a_month: as all are taken to have.
        near: days that are about a year.
    """
    found = np.empty(len(one), dtype=np.int8)
    left, right, weights = np.empty(8, dtype=np.int32), np.empty(8, dtype=np.int32), (days_a_year, days_a_month, 1)
    for pair in range(len(one)):
        whole, same, days = True, 0, 0
        for part in range(3):
            whole &= one[pair, part] > 0 and other[pair, part] > 0
            same += one[pair, part] == other[pair, part]
            days += (one[pair, part] - other[pair, part]) * weights[part]
        year = one[pair, 0] == other[pair, 0]
        if whole:
            slip = _one_slip(one[pair], other[pair], left, right)
            found[pair] = 2 if slip else 3 if same == 2 else 4 if year else 5 if abs(days) <= near else 6
        else:
            month = one[pair, 1] == 0 or other[pair, 1] == 0 or one[pair, 1] == other[pair, 1]
            found[pair] = 4 if year and month else 6
    return found
