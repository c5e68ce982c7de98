"""Sharing an amount so that its parts add up to it exactly: by largest remainder, ties by stable id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from unequal.terms.errors import LedgerError
from unequal.terms.money import SCALE

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

_LARGEST_WEIGHT: Final = 1 << 50
"""Up to here a quotient guessed in floating point is wrong by one at the most, and 64 bits hold what is left."""
_LARGEST_SUM: Final = 1 << 61
_DIGIT_OF: Final = np.zeros(256, dtype=np.uint8)
"""What a letter counts in hexadecimal, by its code."""
_DIGIT_OF[np.frombuffer(b"0123456789abcdef", dtype=np.uint8)] = np.arange(16, dtype=np.uint8)


def split_cost(total: int, weights: Sequence[int]) -> list[int]:
    """Share a cost so that the parts add up to it exactly (largest remainder).

    Amounts are whole numbers of the ledger's smallest unit (0.0001 of the currency). This is the definition, in exact
    fractions; `split_costs` does the same for many costs at once.

    >>> split_cost(100, [1, 1, 1])
    [34, 33, 33]

    Raises:
        LedgerError: LED020, a weight is negative, or no weight is positive.
    """
    if min(weights, default=-1) < 0 or sum(weights) == 0:
        raise LedgerError("LED020", "a shared cost cannot be split", seen=f"{total=}, {len(weights):,} weights",
                          do="give at least one row a weight, and none a negative one")  # fmt: skip
    sign, pool = (-1, -total) if total < 0 else (1, total)
    exact = [Fraction(pool * weight, sum(weights)) for weight in weights]
    parts = [int(share) for share in exact]
    # Units lost to rounding down go to the largest remainders; ties to the first listed,
    # so that a rerun gives the same customer the same unit.
    largest_first = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in largest_first[: pool - sum(parts)]:
        parts[i] += 1
    assert sum(parts) == pool, "money was made or lost in a split"
    return [sign * part for part in parts]


def split_costs(totals: Ints, starts: Ints, weights: Ints, ids: Hashes) -> Ints:
    """Share many costs, each over rows of its own: exact, by selection instead of sorting.

    Args:
        totals: one a cost, in smallest units, of either sign.
        starts: where each cost's rows begin, ascending, and at last how many rows there are: one more than costs.
        weights: one a row, none negative.
        ids: one a row: of rows that are due the same unit the one with the smallest id gets it.

    Returns:
        One a row, in smallest units; the rows of a cost add up to it. A cost of zero needs no rows.

    Raises:
        LedgerError: LED020, a weight is negative, or a cost that is not zero has no row with a weight.
    """
    shares = np.zeros(len(weights), dtype=np.int64)
    sums = np.add.reduceat(np.append(weights, 0), starts[:-1]) if len(totals) else np.zeros(0, dtype=np.int64)
    sums = np.where(np.diff(starts) > 0, sums, 0)
    if (len(weights) and int(weights.min()) < 0) or bool(((sums == 0) & (totals != 0)).any()):
        raise LedgerError("LED020", "a shared cost cannot be split", seen=f"{len(totals):,} costs, {len(weights):,} weights",
                          do="give at least one row a weight, and none a negative one")  # fmt: skip
    heavy = _too_heavy(starts, weights)
    _kernel()(np.where(heavy, 0, totals), starts, weights, ids, shares)
    for cost in np.flatnonzero(heavy & (totals != 0)).tolist():
        rows = np.arange(starts[cost], starts[cost + 1])
        rows = rows[np.argsort(ids[rows], kind="stable")]
        shares[rows] = split_cost(int(totals[cost]), weights[rows].tolist())
    assert int(shares.sum()) == int(totals.sum()), "money was made or lost in a split"
    return shares


def _too_heavy(starts: Ints, weights: Ints) -> npt.NDArray[np.bool_]:
    """Which costs have weights so large that 64 bits might not do: they are shared in Python's own numbers."""
    if not len(weights) or (int(weights.max()) < _LARGEST_WEIGHT and float(weights.sum(dtype=np.float64)) < _LARGEST_SUM):
        return np.zeros(len(starts) - 1, dtype=np.bool_)
    padded = np.append(weights, 0)
    largest = np.maximum.reduceat(padded, starts[:-1])
    total = np.add.reduceat(padded.astype(np.float64), starts[:-1])
    return (np.diff(starts) > 0) & ((largest >= _LARGEST_WEIGHT) | (total >= _LARGEST_SUM))


@cache
def _kernel() -> Callable[..., None]:
    from unequal.ledger.largest_remainder import share_out

    found: Callable[..., None] = share_out
    return found


def ids_of(names: pa.Array) -> Hashes:
    """The first 64 bits of ids that are md5 in hexadecimal, as numbers in the same order."""
    if not len(names):
        return np.zeros(0, dtype=np.uint64)
    fixed = names.cast(pa.binary()).cast(pa.binary(32))
    letters = np.frombuffer(fixed.buffers()[1], dtype=np.uint8)
    first = letters.reshape(-1, 32)[fixed.offset : fixed.offset + len(fixed), :16]
    digits = _DIGIT_OF[first]
    pairs = np.ascontiguousarray((digits[:, 0::2] << np.uint8(4)) | digits[:, 1::2])
    found: Hashes = pairs.view(">u8")[:, 0].astype(np.uint64)
    return found


def amounts_of(units: Ints, kind: Any = None) -> pa.Array:
    """Smallest units as exact decimals: two 64-bit words each, the upper one the sign.

    Args:
        units: whole numbers of 0.0001.
        kind: decimal128(18, 4) by default.
    """
    numbers = np.ascontiguousarray(units, dtype=np.int64)
    words = np.stack([numbers, numbers >> 63], axis=1)
    return pa.Array.from_buffers(kind or pa.decimal128(18, SCALE), len(numbers), [None, pa.py_buffer(words.tobytes())])
