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
    found, differ, one, other = held(coded, a, b)
    if len(differ):
        found[differ] = unequal_level(one, other)
    return found


def held(coded: Coded, a: Ints, b: Ints) -> tuple[Levels, Ints, Codes, Codes]:
    """For each pair 0 where either value is not known, 1 where both are the same, else 2; and of those where they differ place and codes."""
    from unequal.identity.matching import pair_kernels as kernels

    return kernels.held(coded.codes, np.ascontiguousarray(a), np.ascontiguousarray(b))


def agree(pairs: Pairs, name: str) -> tuple[Flags, Flags]:
    """Where both hold the same value, and where both hold one."""
    if name not in pairs.records.features:
        nowhere = np.zeros(len(pairs.a), dtype=np.bool_)
        return nowhere, nowhere
    found = held(pairs.coded(name), pairs.a, pairs.b)[0]
    return found == 1, found > 0
