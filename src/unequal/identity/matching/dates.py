"""How alike two dates are: slips of the hand, parts that changed places, parts that are not known."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from unequal.identity.arrays import spread
from unequal.identity.matching.likeness import compute
from unequal.identity.matching.similarity import Levels

_DAYS_A_MONTH: Final = 31
_DAYS_A_YEAR: Final = 12 * _DAYS_A_MONTH
_A_YEAR: Final = _DAYS_A_YEAR + _DAYS_A_MONTH
"""Dates that are guessed or misread are often a year off, and a month beside."""


def parts(values: Any) -> npt.NDArray[np.int32]:
    """Year, month and day of texts YYYY, YYYY-MM or YYYY-MM-DD, a row a value; 0 for a part that is not known.

    >>> parts(np.array(["1971-06-24", "1971"], dtype=object)).tolist()
    [[1971, 6, 24], [1971, 0, 0]]
    """
    of_values = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    words = compute("split_pattern", of_values, "-")
    sizes = np.asarray(compute("list_value_length", words), dtype=np.int64)
    row, place = spread(np.zeros(len(sizes), dtype=np.int64), sizes)
    coded = words.flatten().dictionary_encode()
    number = np.array([int(part) if part.isdigit() else 0 for part in coded.dictionary.to_pylist()], dtype=np.int32)
    inside = place < 3
    found = np.zeros((len(values), 3), dtype=np.int32)
    found[row[inside], place[inside]] = number[np.asarray(coded.indices)[inside]]
    return found


def levels(one: npt.NDArray[np.int32], other: npt.NDArray[np.int32]) -> Levels:
    """Levels of pairs of dates that are not the same text: 2 one slip, 3 two parts agree, 4 the year agrees, 5 a year apart at most, 6 different.

    Args:
        one, other: rows of year, month, day; 0 not known.
    """
    from unequal.identity.matching import date_kernels

    return date_kernels.levels(one, other, _DAYS_A_YEAR, _DAYS_A_MONTH, _A_YEAR)
