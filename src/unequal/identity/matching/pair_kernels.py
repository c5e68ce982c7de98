"""Loops over pairs of records: who holds the same value, and what that is worth."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from unequal.identity.arrays import Flags, Floats, Ints
from unequal.identity.matching.compiled import kernel

Codes = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]
Levels = npt.NDArray[np.int8]


@kernel
def held(codes: Codes, a: Ints, b: Ints) -> tuple[Levels, Ints, Codes, Codes]:
    """For each pair 0 where either value is not known, 1 where both are the same, else 2; and of those where they differ place and codes."""
    found = np.empty(len(a), dtype=np.int8)
    at, one, other = np.empty(len(a), dtype=np.int64), np.empty(len(a), dtype=np.int32), np.empty(len(a), dtype=np.int32)
    count = 0
    for pair in range(len(a)):
        left, right = codes[a[pair]], codes[b[pair]]
        found[pair] = 0 if left < 0 or right < 0 else 1 if left == right else 2
        at[count], one[count], other[count] = pair, left, right
        count += found[pair] == 2
    return found, at[:count], one[:count], other[:count]


@kernel
def changed_over(given: Codes, of_given: Hashes, family: Codes, of_family: Hashes, a: Ints, b: Ints) -> Flags:
    """Whether given[a] = family[b] or given[b] = family[a], by their hashes; both known."""
    found = np.zeros(len(a), dtype=np.bool_)
    for pair in range(len(a)):
        one, other = given[a[pair]], family[b[pair]]
        found[pair] = one >= 0 and other >= 0 and of_given[one] == of_family[other] != 0
        one, other = given[b[pair]], family[a[pair]]
        found[pair] |= one >= 0 and other >= 0 and of_given[one] == of_family[other] != 0
    return found


@kernel
def hopes(codes: Codes, a: Ints, b: Ints, rarity: Floats, same: float, unequal: float, unknown: float) -> Floats:
    """By pair same + max(rarity, -same) where both hold a value, `unequal` where they hold two, `unknown` where either holds none."""
    found = np.empty(len(a))
    for pair in range(len(a)):
        left, right = codes[a[pair]], codes[b[pair]]
        found[pair] = unknown if left < 0 or right < 0 else unequal if left != right else same + max(rarity[left], -same)
    return found


@kernel
def add_rarities(extra: Floats, level: Levels, wanted: int, codes: Codes, a: Ints, b: Ints, rarity: Floats, least: float) -> None:
    """Make extra = max(rarity of the commoner value, least) at the wanted level; rarity is infinite for what is not known."""
    for pair in range(len(a)):
        if level[pair] == wanted:
            found = min(rarity[codes[a[pair]]], rarity[codes[b[pair]]])
            extra[pair] = max(0.0 if np.isinf(found) else found, least)


@kernel
def add_others(others: Floats, level: Levels, extra: Floats, of_class: Floats, inherits: Any) -> None:
    """For each class others += of_class[level] + extra where it inherits; a row a class."""
    for class_ in range(len(others)):
        for pair in range(len(level)):
            others[class_, pair] += of_class[class_, level[pair]]
            if inherits[class_]:
                others[class_, pair] += extra[pair]


@kernel
def add_told(total: Floats, level: Levels, extra: Floats, bits: Floats) -> None:
    """Make total += bits[level] + extra."""
    for pair in range(len(level)):
        total[pair] += bits[level[pair]]
        total[pair] += extra[pair]
