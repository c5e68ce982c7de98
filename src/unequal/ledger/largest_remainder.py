"""The kernel that shares costs by largest remainder; imported where it is first used, since numba takes its time to load."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def _before(left: Any, remainders: Any, ids: Any, one: int, other: int) -> bool:
    """Whether one row is due a unit before another: by the larger remainder, then by the smaller id."""
    a, b = left[one], left[other]
    if remainders[a] != remainders[b]:
        return bool(remainders[a] > remainders[b])
    return bool(ids[a] < ids[b])


@njit(nogil=True, cache=True)
def _select(left: Any, remainders: Any, ids: Any, low: int, high: int, wanted: int) -> None:
    """Move the rows that are due a unit to the front of left[low:high]: Hoare's selection, no sort."""
    end = low + wanted
    while high - low > 1:
        middle = (low + high) // 2
        left[low], left[middle] = left[middle], left[low]
        i, j = low, high
        while True:
            i += 1
            while i < high and _before(left, remainders, ids, i, low):
                i += 1
            j -= 1
            while _before(left, remainders, ids, low, j):
                j -= 1
            if i >= j:
                break
            left[i], left[j] = left[j], left[i]
        left[low], left[j] = left[j], left[low]
        if j < end:
            low = j + 1
        else:
            high = j
        if low >= end:
            return


@njit(nogil=True, cache=True)
def share_out(totals: Any, starts: Any, weights: Any, ids: Any, shares: Any) -> None:
    """Fill in the shares of each cost; see splitting.split_costs for what they must satisfy.

    floor(r w / W) is guessed in floating point and set right by what is left, r w - q W, which fits into 64 bits though the
    products wrap around: r < W < 2^61, w < 2^50, so the guess is off by one at the most.
    """
    remainders = np.zeros(len(weights), dtype=np.int64)
    left = np.zeros(len(weights), dtype=np.int64)
    for cost in range(len(totals)):
        begin, end = starts[cost], starts[cost + 1]
        total = totals[cost]
        if total == 0:
            continue
        sign = 1
        if total < 0:
            sign, total = -1, -total
        whole = np.int64(0)
        for row in range(begin, end):
            whole += weights[row]
        times, rest = total // whole, total % whole
        due = total
        for row in range(begin, end):
            weight = weights[row]
            guess = np.int64(np.float64(rest) * np.float64(weight) / np.float64(whole))
            remainder = rest * weight - guess * whole
            if remainder < 0:
                guess, remainder = guess - 1, remainder + whole
            elif remainder >= whole:
                guess, remainder = guess + 1, remainder - whole
            shares[row] = times * weight + guess
            remainders[row] = remainder
            due -= shares[row]
            left[row] = row
        if due > 0:
            _select(left, remainders, ids, begin, end, due)
        for place in range(begin, begin + due):
            shares[left[place]] += 1
        if sign < 0:
            for row in range(begin, end):
                shares[row] = -shares[row]
