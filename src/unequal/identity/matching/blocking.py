"""Which pairs are compared: keys learned from the data under a budget of pairs, and what they cannot reach.

A key that too many records share says nothing and is left out block by block. What is counted is live records, so
that the pairs of a set of records follow from the set alone, whatever came first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from unequal.identity.arrays import Flags, Floats, Ints, distinct
from unequal.identity.matching.coding import NO_HASH, Codes, Hashes, in_order
from unequal.identity.matching.keys import Key, Part
from unequal.identity.matching.levels import Variants
from unequal.identity.matching.side_by_side import side_by_side

Sizes = Callable[[int, Hashes], Ints]
"""How many records have each of these hashes of a key, by the key's place."""

_MODULUS: Final = 1 << 20
_BUCKETS: Final = 1 << 21
_SHIFT: Final = np.uint64(64 - 21)
_PAIR: Final = np.int64(32)
_RECORDS_A_KEY: Final = 25_000
_STEPS: Final = 100.0
"""A key that costs less than one hundredth of the budget is as good as free."""


class KeyHashes:
    """Hashes of keys and their parts for one set of records, each worked out once."""

    def __init__(self, variants: Variants) -> None:
        self._variants = variants
        self._of_part: dict[str, Hashes] = {}
        self._held: dict[str, Codes] = {}

    def of(self, key: Key) -> Hashes:
        """A hash for each row of the variants; 0 where the key is not known."""
        return key.hashes(self.part)

    def some(self, rows: Ints) -> SomeHashes:
        """The same of some rows."""
        return SomeHashes(self, rows)

    def work_out(self, keys: Sequence[Key]) -> None:
        """Have the parts of all these keys at hand."""
        side_by_side(self.part, {part.name: part for key in keys for part in key.parts}.values())

    def part(self, part: Part) -> Hashes:
        """A hash for each row, of one part."""
        if part.name not in self._of_part:
            records = self._variants.records
            # A part that none of these records has is known of none.
            self._of_part[part.name] = part.of(records) if records.has(*part.needs) else np.full(records.count, NO_HASH)
        return self._of_part[part.name]

    def shares(self, part: Part, one: Ints, other: Ints, found: npt.NDArray[np.float32]) -> None:
        """About the share of rows that hold what both of two rows hold of a part: counted in a sketch, so at most a little too many; else infinite."""
        from unequal.identity.matching import hash_kernels

        of_part = self.part(part)
        if part.name not in self._held:
            self._held[part.name] = hash_kernels.sketched(of_part, _SHIFT, _BUCKETS)
        hash_kernels.agreed(of_part, self._held[part.name], _SHIFT, one, other, float(len(self._variants.first) - 1), found)


class SomeHashes:
    """Hashes of keys for some rows."""

    def __init__(self, whole: KeyHashes, rows: Ints) -> None:
        self._whole, self._rows = whole, rows
        self._of_part: dict[str, Hashes] = {}

    def of(self, key: Key) -> Hashes:
        """A hash for each of the rows; 0 where the key is not known."""
        return key.hashes(self._part)

    def _part(self, part: Part) -> Hashes:
        if part.name not in self._of_part:
            self._of_part[part.name] = self._whole.part(part)[self._rows]
        return self._of_part[part.name]


@dataclass(frozen=True, eq=False)
class Blocks:
    """Records that share a key's hash, block after block.

    Args:
        records: ascending in each block.
        starts, sizes: of each block with two records or more.
        hashes: for each block.
    """

    records: Codes
    starts: Ints
    sizes: Ints
    hashes: Hashes

    @classmethod
    def of(cls, hashes: Hashes, records: Codes, *, at_most: int) -> Blocks:
        """Blocks of one key, of that many records at the most.

        Args:
            hashes: for each row; 0 not known.
            records: for each row its record, ascending; one that has a hash twice counts once.
            at_most: larger blocks are left out.
        """
        from unequal.identity.matching import hash_kernels

        return cls(*hash_kernels.blocks_of(*in_order(hashes), hashes, records, at_most))

    def some(self, which: Flags) -> Blocks:
        """Some of the blocks."""
        return Blocks(self.records, self.starts[which], self.sizes[which], self.hashes[which])

    @property
    def pairs_within(self) -> float:
        """How many pairs the blocks hold."""
        sizes = self.sizes.astype(np.float64)
        return float((sizes * (sizes - 1) / 2).sum())

    def pairs(self) -> Ints:
        """All pairs within blocks, as numbers; see _unpacked."""
        from unequal.identity.matching import hash_kernels

        return hash_kernels.pairs_of(self.records, self.starts, self.sizes)


def _unpacked(pairs: Sequence[Ints]) -> tuple[Ints, Ints]:
    """Pairs that are each one number, each once and in order: the lower record above, the higher in the lower half."""
    whole = distinct(np.concatenate([np.zeros(0, dtype=np.int64), *pairs]))
    return whole >> _PAIR, whole & np.int64(0xFFFFFFFF)


def _by_owner(variants: Variants) -> Ints | None:
    """The rows in the order of their records; None where they are in it."""
    return variants.rows if variants.several else None


def candidates(
    variants: Variants, keys: Sequence[Key], *, at_most: int, hashes: KeyHashes | None = None, sizes: Sizes | None = None
) -> tuple[Ints, Ints]:
    """The pairs that any of the keys brings together, each once, in order.

    Args:
        variants: the records.
        keys: the keys.
        at_most: a block of more records than this brings nobody together.
        hashes: kept from before, where they are.
        sizes: how many records a block holds in truth, where these records are only some of all.
    """
    known = hashes or KeyHashes(variants)
    rows = _by_owner(variants)
    owner = (variants.owner if rows is None else variants.owner[rows]).astype(np.int32)

    def of_key(place: int) -> Ints:
        of_rows = known.of(keys[place])
        blocks = Blocks.of(of_rows if rows is None else of_rows[rows], owner, at_most=at_most)
        if sizes is not None:
            blocks = blocks.some(sizes(place, blocks.hashes) <= at_most)
        return blocks.pairs()

    return _unpacked(side_by_side(of_key, range(len(keys))))


@dataclass(frozen=True, eq=False)
class Pilot:
    """A sample of the pairs that any candidate key would bring together.

    Args:
        a, b: the pairs, each once.
        reached: a row a key, a column a pair: whether the key brings it together.
        counting: for how many pairs of the union of all keys each stands.
        pairs: for each key how many pairs it brings together in all.
    """

    a: Ints
    b: Ints
    reached: Flags
    counting: Floats
    pairs: Floats


def pilot(variants: Variants, keys: Sequence[Key], hashes: KeyHashes, *, at_most: int, pairs_a_key: int) -> Pilot:
    """Sample each key's blocks by their hash, so that what a key reaches and costs is known without running it whole.

    Sampled twice: by the hash of the key's first part, then by the hash of the whole.
    """
    thin = max((len(variants.first) - 1) // _RECORDS_A_KEY, 1)
    by_owner, owner = _by_owner(variants), variants.owner.astype(np.int32)
    rates, totals = np.zeros(len(keys)), np.zeros(len(keys))
    firsts = list(dict.fromkeys(key.parts[0].name for key in keys))
    hashes.work_out(keys)

    def of_part(first: str) -> list[Ints]:
        made: list[Ints] = []
        of_first = [at for at, key in enumerate(keys) if key.parts[0].name == first]
        drawn = _drawn(hashes.part(keys[of_first[0]].parts[0]), 1 / thin, salt=1)
        rows = np.flatnonzero(drawn) if by_owner is None else by_owner[drawn[by_owner]]
        few = hashes.some(rows)
        for at in of_first:
            blocks = Blocks.of(few.of(keys[at]), owner[rows], at_most=at_most)
            pairs = blocks.pairs_within
            rates[at], totals[at] = min(1.0, pairs_a_key / max(pairs, 1.0)), pairs * thin
            made.append(blocks.some(_drawn(blocks.hashes, rates[at], salt=2 + at)).pairs())
        return made

    found = [pairs for made in side_by_side(of_part, firsts) for pairs in made]
    a, b = _unpacked(found)
    reached = _reached(variants, keys, hashes, a, b, at_most=at_most)
    missed = np.ones(len(a))
    for first in firsts:
        of_first = [at for at, key in enumerate(keys) if key.parts[0].name == first]
        unseen = np.zeros(len(a))
        for at in of_first:
            unseen += reached[at] * np.log1p(-min(rates[at], 1 - 1e-12))
        missed *= 1.0 - 1.0 / thin + np.exp(unseen) / thin
    # A block is reckoned a little too large now and then: a pair that no key seems to reach stands for itself, not for a million.
    missed[~reached.any(axis=0)] = 0.0
    return Pilot(a, b, reached, 1.0 / np.maximum(1.0 - missed, 1e-6), totals)


def _drawn(hashes: Hashes, rate: float, *, salt: int) -> Flags:
    """A share of hashes, the same ones for the same share and salt; none that is not known."""
    from unequal.identity.matching import hash_kernels

    if rate >= 1.0:
        known: Flags = hashes != NO_HASH
        return known
    return hash_kernels.drawn(hashes, np.uint64(salt * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF), np.uint64(round(rate * _MODULUS)))


def _reached(variants: Variants, keys: Sequence[Key], hashes: KeyHashes, a: Ints, b: Ints, *, at_most: int) -> Flags:
    """Whether each key brings each pair together: a row a key, a column a pair.

    How large a block is, is reckoned from how many records hold each of its parts, as if those were independent: exact
    for a part alone, a little too small for parts that go together, whose blocks are small in any case.
    """
    found = np.zeros((len(keys), len(a)), dtype=np.bool_)
    sizes = np.diff(variants.first)
    if not variants.several:
        _reach(found, variants, keys, hashes, a, b, at_most=at_most)
        return found
    for left, right in product(range(int(sizes[a].max(initial=1))), range(int(sizes[b].max(initial=1)))):
        at = np.flatnonzero((sizes[a] > left) & (sizes[b] > right))
        one, other = variants.rows[variants.first[a[at]] + left], variants.rows[variants.first[b[at]] + right]
        of_way = np.zeros((len(keys), len(at)), dtype=np.bool_)
        _reach(of_way, variants, keys, hashes, one, other, at_most=at_most)
        found[:, at] |= of_way
    return found


def _reach(found: Flags, variants: Variants, keys: Sequence[Key], hashes: KeyHashes, one: Ints, other: Ints, *, at_most: int) -> None:
    """The same of pairs of rows, into `found`."""
    parts = {part.name: part for key in keys for part in key.parts}
    shares = {name: np.empty(len(one), dtype=np.float32) for name in parts}
    side_by_side(lambda name: hashes.shares(parts[name], one, other, shares[name]), parts)

    def of_key(row: int) -> None:
        size = np.full(len(one), len(variants.first) - 1, dtype=np.float32)
        for part in keys[row].parts:
            size *= shares[part.name]
        np.less_equal(size, at_most, out=found[row])

    side_by_side(of_key, range(len(keys)))


def reached_by(variants: Variants, keys: Sequence[Key], hashes: KeyHashes, a: Ints, b: Ints, *, at_most: int) -> Ints:
    """How many of the keys bring each pair together."""
    found: Ints = _reached(variants, keys, hashes, a, b, at_most=at_most).sum(axis=0)
    return found


def chosen_keys(keys: Sequence[Key], found: Pilot, likely: Floats, *, pairs_at_most: float, least_gain: float) -> list[Key]:
    """The keys that reach the most likely matches for their pairs, until the budget is spent or no key adds anything.

    Args:
        keys: candidates, in the order of the pilot's rows.
        found: see pilot.
        likely: for each pilot pair the probability that it is one customer's.
        pairs_at_most: the budget.
        least_gain: a key must add this share of all likely matches.
    """
    likely_at_all = np.flatnonzero(likely)
    worth = (likely * found.counting)[likely_at_all]
    reached = found.reached[:, likely_at_all].astype(np.float32)
    affordable = found.pairs <= pairs_at_most
    chosen: list[Key] = []
    open_, spent = worth.astype(np.float32), 0.0
    while True:
        gains = reached @ open_
        fitting = affordable & (spent + found.pairs <= pairs_at_most) & (gains > least_gain * worth.sum())
        if not fitting.any():
            return chosen
        best = int(np.argmax(np.where(fitting, gains / (found.pairs + pairs_at_most / _STEPS), -1.0)))
        chosen.append(keys[best])
        spent += float(found.pairs[best])
        still = np.flatnonzero(reached[best] == 0)
        reached, open_ = reached[:, still], open_[still]


def missed_matches(reached: Ints, likely: Floats) -> float:
    """How many matches no key brought together: at least f1(f1-1) / 2(f2+1), of matches reached by one key only and by two.

    A lower bound: keys are not independent of each other. Source: Chao 1987, the bias-corrected form.

    >>> missed_matches(np.array([1, 1, 2, 3]), np.ones(4))
    0.5
    """
    once, twice = float(likely[reached == 1].sum()), float(likely[reached == 2].sum())
    return max(once * (once - 1) / (2 * (twice + 1)), 0.0)
