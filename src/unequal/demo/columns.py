"""Columns of Meridian's tables while they are made: plain numpy arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
"""Arrays of str."""

Arrow = Any
"""An Arrow array; the published stubs cannot tell its kind."""

NOBODY = -1
"""In an array of positions: there is none."""


def texts(values: Sequence[str]) -> Texts:
    """An array of str from a sequence of them."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def filled(value: str, rows: int) -> Texts:
    """The same text in every row."""
    column = np.empty(rows, dtype=object)
    column[:] = value
    return column


def joined(*parts: Texts | str) -> Texts:
    """Row by row, the parts one after the other."""
    whole: Texts = np.add(parts[0], parts[1])
    for part in parts[2:]:
        whole = np.add(whole, part)
    return whole


def numbered(prefix: str, numbers: Ints, digits: int) -> Texts:
    """Ids such as P0000042: a prefix and the number, with leading zeros."""
    return texts([f"{prefix}{number:0{digits}d}" for number in numbers.tolist()])


def counted_within(groups: Ints) -> Ints:
    """For each row its place among the rows of its group, from 0; equal groups stand together."""
    if len(groups) == 0:
        return groups
    new = np.r_[True, groups[1:] != groups[:-1]]
    starts = np.flatnonzero(new)
    return np.arange(len(groups)) - np.repeat(starts, np.diff(np.r_[starts, len(groups)]))
