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
    same = one == other
    whole = (one > 0).all(axis=1) & (other > 0).all(axis=1)
    changed_over = same[:, 0] & (one[:, 1] == other[:, 2]) & (one[:, 2] == other[:, 1])
    slip = whole & (changed_over | (_digits_apart(one, other) == 1) | _neighbours_changed(one, other))
    two = whole & (same.sum(axis=1) == 2)
    partial = ~whole & same[:, 0] & ((one[:, 1] == 0) | (other[:, 1] == 0) | same[:, 1])
    near = whole & (np.abs(_days(one) - _days(other)) <= _A_YEAR)
    told = [slip, two, partial | (whole & same[:, 0]), near]
    return np.select(told, [np.int8(2), np.int8(3), np.int8(4), np.int8(5)], np.int8(6)).astype(np.int8)


def _days(rows: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Days since the year 0, all months taken for equally long."""
    found: npt.NDArray[np.int32] = (rows[:, 0] * _DAYS_A_YEAR + rows[:, 1] * _DAYS_A_MONTH + rows[:, 2]).astype(np.int32)
    return found


def _digits(rows: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    year, month, day = rows[:, 0], rows[:, 1], rows[:, 2]
    return np.column_stack([year // 1000, year // 100 % 10, year // 10 % 10, year % 10, month // 10, month % 10, day // 10, day % 10])


def _digits_apart(one: npt.NDArray[np.int32], other: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    found: npt.NDArray[np.int64] = (_digits(one) != _digits(other)).sum(axis=1)
    return found


def _neighbours_changed(one: npt.NDArray[np.int32], other: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Two digits next to each other changed places, and nothing else."""
    left, right = _digits(one), _digits(other)
    found = np.zeros(len(one), dtype=np.bool_)
    two = (left != right).sum(axis=1) == 2
    for at in range(left.shape[1] - 1):
        found |= two & (left[:, at] == right[:, at + 1]) & (left[:, at + 1] == right[:, at]) & (left[:, at] != left[:, at + 1])
    return found
