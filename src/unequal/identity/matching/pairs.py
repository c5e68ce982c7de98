"""Pairs of records that are being compared, and what most comparisons ask of them first: who knows a value, and who holds the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from unequal.identity.arrays import Flags, Ints
from unequal.identity.matching.coding import UNKNOWN, Coded, Codes, Records
from unequal.identity.matching.similarity import Levels


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of records that are being compared.

    Args:
        records: all of them.
        a, b: places of the two records of each pair.
        kept: what one comparison has worked out for another.
    """

    records: Records
    a: Ints
    b: Ints
    kept: dict[str, Any] = field(default_factory=dict)

    def coded(self, name: str) -> Coded:
        """A feature of all records."""
        return self.records.features[name]


def codes_of_pairs(coded: Coded, a: Ints, b: Ints) -> tuple[Codes, Codes, Flags]:
    """The codes of both records, and where both are known."""
    one, other = coded.codes[a], coded.codes[b]
    return one, other, (one != UNKNOWN) & (other != UNKNOWN)


def graded(coded: Coded, a: Ints, b: Ints, unequal_level: Callable[[Codes, Codes], Levels]) -> Levels:
    """Level 1 where both hold the same value, else what the function says of each distinct pair of values."""
    one, other, known = codes_of_pairs(coded, a, b)
    found = np.where(known, np.int8(1), np.int8(0))
    differ = np.flatnonzero(known & (one != other))
    if len(differ):
        found[differ] = unequal_level(one[differ], other[differ])
    return found


def agree(pairs: Pairs, name: str) -> tuple[Flags, Flags]:
    """Where both hold the same value, and where both hold one."""
    if name not in pairs.records.features:
        nowhere = np.zeros(len(pairs.a), dtype=np.bool_)
        return nowhere, nowhere
    one, other, known = codes_of_pairs(pairs.coded(name), pairs.a, pairs.b)
    return known & (one == other), known
