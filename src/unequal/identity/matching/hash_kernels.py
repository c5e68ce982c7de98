"""Kernels over hashes of records: who has the same.

Rows are put in order by one number each, the upper bits of the hash and the row below, which is what sorts fastest; where upper
bits are equal the whole hashes are looked at.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from unequal.identity.arrays import Flags, Ints
from unequal.identity.matching.compiled import kernel

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int32]

_NONE: Final = np.uint64(0)
_ONE: Final = np.uint64(1)
_7, _32, _40 = np.uint64(7), np.uint64(32), np.uint64(40)
_ADDED: Final = np.uint64(0x7F4A7C159E3779B9)
_FIRST: Final = np.uint64(0x9E3779B97F4A7C15)
_LAST: Final = np.uint64(0xD6E8FEB86659FD93)
_DRAWN_FROM: Final = np.uint64((1 << 20) - 1)


@kernel
def mixed(one: Hashes, other: Hashes) -> Hashes:
    """Two hashes as one: f = (one * c) ^ (other + d + (one >> 7)), then (f ^ (f >> 32)) * e, 0 made 1; 0 where either is 0."""
    found = np.empty(len(one), dtype=np.uint64)
    for at in range(len(one)):
        folded = (one[at] * _FIRST) ^ (other[at] + _ADDED + (one[at] >> _7))
        folded = (folded ^ (folded >> _32)) * _LAST
        folded = folded if folded != _NONE else _ONE
        found[at] = _NONE if (one[at] == _NONE) | (other[at] == _NONE) else folded
    return found


@kernel
def of_codes(of_value: Hashes, codes: Places) -> Hashes:
    """The hash of each record's value; 0 where that is not known."""
    found = np.empty(len(codes), dtype=np.uint64)
    for at in range(len(codes)):
        found[at] = of_value[codes[at]] if codes[at] >= 0 else _NONE
    return found


@kernel
def drawn(hashes: Hashes, salt: Any, below: Any) -> Flags:
    """Whether (hash ^ salt) * e, its bits 40 to 59, is below a bound; never for 0."""
    found = np.empty(len(hashes), dtype=np.bool_)
    for at in range(len(hashes)):
        found[at] = ((((hashes[at] ^ salt) * _LAST) >> _40) & _DRAWN_FROM < below) & (hashes[at] != _NONE)
    return found


@kernel
def sketched(hashes: Hashes, shift: Any, size: int) -> Places:
    """How many of the hashes have each value of their upper bits."""
    found = np.zeros(size, dtype=np.int32)
    for at in range(len(hashes)):
        found[np.int64(hashes[at] >> shift)] += 1
    return found


@kernel
def packed(hashes: Hashes, bits: Any) -> Hashes:
    """The upper bits of each hash over so many bits of its row; 0 left out."""
    found = np.empty(len(hashes), dtype=np.uint64)
    count = 0
    for row in range(len(hashes)):
        found[count] = ((hashes[row] >> bits) << bits) | np.uint64(row)
        count += hashes[row] != _NONE
    return found[:count]


@kernel
def unpacked(order: Hashes, bits: Any, hashes: Hashes) -> tuple[Places, Flags]:
    """Rows in the order of their hashes, those of one hash ascending; and whether each has the hash of the one before.

    Args:
        order: see packed; sorted.
        bits: likewise.
        hashes: for each row.
    """
    rows, same = np.empty(len(order), dtype=np.int32), np.zeros(len(order), dtype=np.bool_)
    below = (_ONE << bits) - _ONE
    begin = 0
    for at in range(len(order)):
        rows[at] = np.int32(order[at] & below)
        if at == 0 or (order[at] >> bits) != (order[at - 1] >> bits):
            begin = at
        elif hashes[rows[at]] == hashes[rows[at - 1]]:
            same[at] = True
        else:
            # Two hashes of the same upper bits: into their places among those that are there.
            mine, to = rows[at], at
            while to > begin and hashes[rows[to - 1]] > hashes[mine]:
                rows[to] = rows[to - 1]
                to -= 1
            rows[to] = mine
            for again in range(begin + 1, at + 1):
                same[again] = hashes[rows[again]] == hashes[rows[again - 1]]
    return rows, same


@kernel
def firsts_of(rows: Places, same: Flags, count: int) -> Places:
    """For each of so many rows the first that has the same hash; -1 for 0. See unpacked."""
    found = np.full(count, -1, dtype=np.int32)
    first = np.int32(-1)
    for at in range(len(rows)):
        if not same[at]:
            first = rows[at]
        found[rows[at]] = first
    return found


@kernel
def blocks_of(rows: Places, same: Flags, hashes: Hashes, records: Places, at_most: int) -> tuple[Places, Ints, Ints, Hashes]:
    """Records that have the same hash, each once in its block; blocks of one record, and of more than so many, are left out.

    Args:
        rows, same: see unpacked.
        hashes: for each row.
        records: for each row; ascending.
        at_most: how many records a block may have.

    Returns:
        The records of one block behind the other, ascending in each; where blocks begin, their sizes and hashes.
    """
    several = 0
    for at in range(1, len(rows)):
        several += same[at] and not same[at - 1]
    held, of_block = np.empty(len(rows), dtype=np.int32), np.empty(several, dtype=np.uint64)
    starts, sizes = np.empty(several, dtype=np.int64), np.empty(several, dtype=np.int64)
    count, total, end = 0, 0, 1
    for at in range(1, len(rows)):
        if not same[at] or at < end:
            continue
        begin = total
        held[total] = records[rows[at - 1]]
        end = at
        while end < len(rows) and same[end]:
            # A record that has a hash twice, by another of its values, has both next to each other.
            total += records[rows[end]] != held[total]
            held[total] = records[rows[end]]
            end += 1
        total += 1
        if 1 < total - begin <= at_most:
            starts[count], sizes[count], of_block[count] = begin, total - begin, hashes[rows[at]]
            count += 1
        else:
            total = begin
    return held[:total], starts[:count], sizes[:count], of_block[:count]


@kernel
def pairs_of(records: Places, starts: Ints, sizes: Ints) -> Ints:
    """Every pair of records of one block, lower first, as lower * 2^32 + higher."""
    total = 0
    for block in range(len(starts)):
        total += sizes[block] * (sizes[block] - 1) // 2
    found = np.empty(total, dtype=np.int64)
    count = 0
    for block in range(len(starts)):
        begin, end = starts[block], starts[block] + sizes[block]
        for one in range(begin, end - 1):
            for other in range(one + 1, end):
                found[count] = (np.int64(records[one]) << 32) | np.int64(records[other])
                count += 1
    return found


@kernel
def agreed(hashes: Hashes, counts: Places, shift: Any, one: Ints, other: Ints, records: float, shares: npt.NDArray[np.float32]) -> None:
    """For each pair of rows the share of records that hold what both hold, into `shares`; infinite where they do not hold the same.

    Args:
        hashes: for each row; 0 not known.
        counts, shift: see sketched.
        one, other: the rows of each pair.
        records: how many there are.
        shares: for each pair.
    """
    for at in range(len(one)):
        of = hashes[one[at]]
        same = (of == hashes[other[at]]) & (of != _NONE)
        shares[at] = np.float32(counts[np.int64(of >> shift)] / records) if same else np.float32(np.inf)
