"""Parts in whole units of 0.0001 that add up to their whole, for many wholes at once."""

from __future__ import annotations

import numpy as np

from unequal.terms.money import UNITS_PER_DOLLAR
from unequal.value.arrays import Floats, Ints


def in_whole_units(parts: Floats, wholes: Ints) -> Ints:
    """Parts as whole units, each within one unit of what it is, with row sums exactly the wholes (largest remainder).

    Args:
        parts: dollars: rows x parts; each row's sum lies within half a unit a part of its whole.
        wholes: units of 0.0001, one a row.

    Returns:
        Rows x parts. Each part is first rounded down; the units that are left go to the largest remainders, ties to the
        first, so that a rerun gives the same part the same unit.

    Raises:
        ValueError: a row that is further from its whole: its parts are not of that whole.

    >>> in_whole_units(np.array([[0.00005, 0.00005], [0.00003, -0.00013]]), np.array([1, -1])).tolist()
    [[1, 0], [0, -1]]
    """
    exact = parts * UNITS_PER_DOLLAR
    down = np.floor(exact).astype(np.int64)
    left = wholes - down.sum(axis=1)
    if (np.abs(exact.sum(axis=1) - wholes) > np.maximum(0.5 * parts.shape[1], 1e-9 * np.abs(exact).sum(axis=1))).any():
        raise ValueError("parts that are not of their whole")
    # Whole rounds first: floats may leave a unit more than there are parts, or one too few.
    rounds, left = np.divmod(left, parts.shape[1])
    order = np.argsort(-(exact - down), axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(parts.shape[1])[None, :].repeat(len(parts), axis=0), axis=1)
    units = down + rounds[:, None] + (rank < left[:, None])
    assert (units.sum(axis=1) == wholes).all(), "money was made or lost in a split"
    return np.asarray(units, dtype=np.int64)
