"""Rows that are alike, told column by column: what many customers share is reckoned once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unequal.value.arrays import Floats, Ints


def alike(columns: Sequence[Ints | Floats]) -> tuple[Ints, Ints]:
    """The first row of each kind, kinds in ascending order, and which kind each row is of.

    Args:
        columns: at least one, all of one length.

    >>> [found.tolist() for found in alike([np.array([2, 1, 2, 2]), np.array([0, 5, 0, 1])])]
    [[1, 0, 3], [1, 0, 1, 2]]
    """
    kinds = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        # Numbers of kinds stay small, so that no product of them overflows.
        values, codes = np.unique(column, return_inverse=True)
        _, kinds = np.unique(kinds * max(len(values), 1) + codes, return_inverse=True)
    _, first = np.unique(kinds, return_index=True)
    return np.asarray(first, dtype=np.int64), np.asarray(kinds, dtype=np.int64)
