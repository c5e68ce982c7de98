"""Pairs of records that are being compared, and what most comparisons ask of them first: who knows a value, and who holds the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from unequal.identity.arrays import Flags, Ints
from unequal.identity.matching.coding import UNKNOWN, Coded, Codes, Records
from unequal.identity.matching.similarity import Levels

Held = tuple[Levels, Ints, Codes, Codes]


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

    def held(self, name: str) -> Held:
        """Who holds the same value of a feature, see `held`; kept, for several comparisons ask."""
        if name not in self.kept:
            self.kept[name] = held(self.coded(name), self.a, self.b)
        found: Held = self.kept[name]
        return found


def codes_of_pairs(coded: Coded, a: Ints, b: Ints) -> tuple[Codes, Codes, Flags]:
    """The codes of both records, and where both are known."""
    one, other = coded.codes[a], coded.codes[b]
    return one, other, (one != UNKNOWN) & (other != UNKNOWN)


def graded(pairs: Pairs, name: str, unequal_level: Callable[[Codes, Codes], Levels]) -> Levels:
    """Level 1 where both hold the same value of a feature, else what the function says of each pair of values."""
    found, differ, one, other = pairs.held(name)
    if len(differ):
        found = found.copy()
        found[differ] = unequal_level(one, other)
    return found


def held(coded: Coded, a: Ints, b: Ints) -> Held:
    """For each pair 0 where either value is not known, 1 where both are the same, else 2; and of those where they differ place and codes."""
    from unequal.identity.matching import pair_kernels as kernels

    return kernels.held(coded.codes, np.ascontiguousarray(a), np.ascontiguousarray(b))


def agree(pairs: Pairs, name: str) -> tuple[Flags, Flags]:
    """Where both hold the same value, and where both hold one."""
    if name not in pairs.records.features:
        nowhere = np.zeros(len(pairs.a), dtype=np.bool_)
        return nowhere, nowhere
    found = pairs.held(name)[0]
    return found == 1, found > 0
