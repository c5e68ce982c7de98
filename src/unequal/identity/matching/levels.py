"""Levels of agreement of pairs, for all comparisons, with records that have several values of a kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from unequal.identity.arrays import Ints
from unequal.identity.matching.coding import Records
from unequal.identity.matching.comparisons import Comparison
from unequal.identity.matching.pairs import Pairs
from unequal.identity.matching.side_by_side import side_by_side
from unequal.identity.matching.similarity import Levels

_UNSEEN: Final = np.int8(127)
_PAIRS_A_THREAD: Final = 50_000


@dataclass(frozen=True, eq=False)
class Variants:
    """Records beside the same records with one of their further values put in the place of the first.

    Args:
        records: the records as they are, and after them the variants.
        owner: for each row of `records` the record that it is a variant of, itself for a record.
        first: where each record's variants begin in `rows`; one more than there are records.
        rows: the rows of each record, itself first.
    """

    records: Records
    owner: Ints
    first: Ints
    rows: Ints

    @property
    def several(self) -> bool:
        """Whether any record has variants."""
        return len(self.owner) > len(self.first) - 1


def variants_of(records: Records) -> Variants:
    """All records with their variants."""
    if not records.others:
        alone = np.arange(records.count + 1, dtype=np.int64)
        return Variants(records, alone[:-1], alone, alone[:-1])
    owners = [record for record, _ in records.others.values()]
    owner = np.concatenate([np.arange(records.count, dtype=np.int64), *owners])
    at = records.count
    codes = {name: coded.codes[owner].copy() for name, coded in records.features.items()}
    for name, (record, code) in records.others.items():
        codes[name][at : at + len(record)] = code
        at += len(record)
    features = {name: replace(coded, codes=codes[name]) for name, coded in records.features.items()}
    rows = np.argsort(owner, kind="stable").astype(np.int64)
    first = np.searchsorted(owner[rows], np.arange(records.count + 1))
    return Variants(Records(len(owner), features), owner, first.astype(np.int64), rows)


def levels_of(variants: Variants, comparisons: Sequence[Comparison], a: Ints, b: Ints) -> list[Levels]:
    """For each comparison the level of each pair: the best that any of the two records' values reach.

    Args:
        variants: see variants_of.
        comparisons: what is asked.
        a, b: places of records.
    """

    def some(start: int) -> list[Levels]:
        part = slice(start, start + _PAIRS_A_THREAD)
        compared = Compared(variants, a[part], b[part])
        return [compared.level(comparison) for comparison in comparisons]

    parts = side_by_side(some, range(0, max(len(a), 1), _PAIRS_A_THREAD))
    return [np.concatenate(levels) for levels in zip(*parts, strict=True)] if len(parts) > 1 else parts[0]


class Compared:
    """Pairs that are compared one question after the other, so that those who cannot match any more are not asked on."""

    def __init__(self, variants: Variants, a: Ints, b: Ints) -> None:
        self._variants = variants
        self._pairs = Pairs(variants.records, a, b)
        self._at = np.zeros(0, dtype=np.int64)
        if variants.several:
            many = np.diff(variants.first) > 1
            self._at = np.flatnonzero(many[a] | many[b])
        if len(self._at):
            self._place, left, right = _each_way(variants, a[self._at], b[self._at])
            self._ways = Pairs(variants.records, left, right)

    def level(self, comparison: Comparison) -> Levels:
        """The level of each pair: the best that any of the two records' values reach."""
        if not any(name in self._pairs.records.features for name in comparison.needs):
            return np.full(len(self._pairs.a), comparison.silent, dtype=np.int8)
        found = comparison.of(self._pairs)
        if not len(self._at):
            return found
        reached = comparison.of(self._ways)
        best = np.full(len(self._at), _UNSEEN, dtype=np.int8)
        np.minimum.at(best, self._place, np.where(reached == 0, _UNSEEN, reached))
        # Where another comparison keeps what it found, it must not be changed under its hands.
        found = found.copy()
        found[self._at] = np.where(best == _UNSEEN, np.int8(0), best)
        return found


def _each_way(variants: Variants, a: Ints, b: Ints) -> tuple[Ints, Ints, Ints]:
    """Every variant of one record with every variant of the other: the pair's place, and the two rows."""
    size = np.diff(variants.first)
    of_a, of_b = size[a], size[b]
    total = of_a * of_b
    place = np.repeat(np.arange(len(a), dtype=np.int64), total)
    within = np.arange(len(place), dtype=np.int64) - np.repeat(np.cumsum(total) - total, total)
    return (
        place,
        variants.rows[variants.first[a[place]] + within // of_b[place]],
        variants.rows[variants.first[b[place]] + within % of_b[place]],
    )
