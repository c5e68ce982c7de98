"""Which pairs are compared: keys learned from the data under a budget of pairs, and what they cannot reach.

A key that too many records share says nothing and is left out block by block. What is counted is live records, so
that the pairs of a set of records follow from the set alone, whatever came first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from unequal.identity.arrays import Flags, Floats, Ints, distinct
from unequal.identity.matching.coding import NO_HASH, Hashes
from unequal.identity.matching.keys import Key, Part
from unequal.identity.matching.levels import Variants
from unequal.identity.matching.side_by_side import side_by_side

Sizes = Callable[[int, Hashes], Ints]
"""How many records have each of these hashes of a key, by the key's place."""

_MODULUS: Final = np.uint64(1 << 20)
_BUCKETS: Final = 1 << 21
_RECORDS_A_KEY: Final = 25_000
_STEPS: Final = 100.0
"""A key that costs less than one hundredth of the budget is as good as free."""


class KeyHashes:
    """Hashes of keys and their parts for one set of records, each worked out once."""

    def __init__(self, variants: Variants) -> None:
        self._variants = variants
        self._of_part: dict[str, Hashes] = {}
        self._held: dict[str, Ints] = {}

    def of(self, key: Key) -> Hashes:
        """A hash for each row of the variants; 0 where the key is not known."""
        return key.hashes(self.part)

    def some(self, rows: Ints) -> SomeHashes:
        """The same of some rows."""
        return SomeHashes(self, rows)

    def part(self, part: Part) -> Hashes:
        """A hash for each row, of one part."""
        if part.name not in self._of_part:
            records = self._variants.records
            # A part that none of these records has is known of none.
            self._of_part[part.name] = part.of(records) if records.has(*part.needs) else np.full(records.count, NO_HASH)
        return self._of_part[part.name]

    def held(self, part: Part, rows: Ints) -> Ints:
        """About how many rows hold what each of these rows holds of a part: counted in a sketch, so at most a little too many."""
        if part.name not in self._held:
            self._held[part.name] = np.bincount(self._bucket(part), minlength=_BUCKETS)
        return self._held[part.name][self._bucket(part, rows)]

    def _bucket(self, part: Part, rows: Ints | None = None) -> Ints:
        hashes = self.part(part) if rows is None else self.part(part)[rows]
        return (hashes >> np.uint64(43)).astype(np.int64)


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
        records: in order of hash and record.
        starts, sizes: of each block with two records or more.
        hashes: for each block.
    """

    records: Ints
    starts: Ints
    sizes: Ints
    hashes: Hashes

    def pairs_within(self, at_most: int) -> float:
        """How many pairs the blocks of that many records at the most hold."""
        sizes = self.sizes[self.sizes <= at_most].astype(np.float64)
        return float((sizes * (sizes - 1) / 2).sum())


def blocks_of(hashes: Hashes, records: Ints, *, several: bool) -> Blocks:
    """Blocks of one key.

    Args:
        hashes: for each row; 0 not known.
        records: for each row its record.
        several: whether a record may have more rows than one; it counts once in a block.
    """
    known = np.flatnonzero(hashes != NO_HASH)
    hashed, held = hashes[known], records[known]
    # Where a record stands in its block does not matter: pairs are put in order at the end.
    order = np.lexsort((held, hashed)) if several else np.argsort(hashed)
    hashed, held = hashed[order], held[order]
    if several and len(held):
        once = np.concatenate([[True], (hashed[1:] != hashed[:-1]) | (held[1:] != held[:-1])])
        hashed, held = hashed[once], held[once]
    starts = np.flatnonzero(np.concatenate([[True], hashed[1:] != hashed[:-1]])) if len(hashed) else np.zeros(0, dtype=np.int64)
    sizes = np.diff(np.append(starts, len(hashed)))
    more = sizes > 1
    return Blocks(held.astype(np.int64), starts[more], sizes[more], hashed[starts[more]])


def pairs_of(blocks: Blocks, at_most: int) -> tuple[Ints, Ints]:
    """All pairs within blocks of that many records at the most, the lower record first."""
    left, right = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for size in distinct(blocks.sizes[blocks.sizes <= at_most]).tolist():
        places = blocks.starts[blocks.sizes == size][:, None]
        one, other = np.triu_indices(size, 1)
        left.append(blocks.records[(places + one).ravel()])
        right.append(blocks.records[(places + other).ravel()])
    a, b = np.concatenate(left), np.concatenate(right)
    return np.minimum(a, b), np.maximum(a, b)


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
    count = np.int64(len(variants.first) - 1)

    def of_key(place: int) -> Ints:
        blocks = blocks_of(known.of(keys[place]), variants.owner, several=variants.several)
        if sizes is not None:
            small = sizes(place, blocks.hashes) <= at_most
            blocks = Blocks(blocks.records, blocks.starts[small], blocks.sizes[small], blocks.hashes[small])
        a, b = pairs_of(blocks, at_most)
        return a * count + b

    found = side_by_side(of_key, range(len(keys)))
    pairs = distinct(np.concatenate([np.zeros(0, dtype=np.int64), *found]))
    return pairs // count, pairs % count


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
    count = np.int64(len(variants.first) - 1)
    thin = max(int(count) // _RECORDS_A_KEY, 1)
    rates, totals = np.zeros(len(keys)), np.zeros(len(keys))
    firsts = list(dict.fromkeys(key.parts[0].name for key in keys))
    side_by_side(hashes.part, {part.name: part for key in keys for part in key.parts}.values())

    def of_part(first: str) -> list[Ints]:
        made: list[Ints] = []
        of_first = [at for at, key in enumerate(keys) if key.parts[0].name == first]
        rows = np.flatnonzero(_drawn(hashes.part(keys[of_first[0]].parts[0]), 1 / thin, salt=1))
        few = hashes.some(rows)
        for at in of_first:
            blocks = blocks_of(few.of(keys[at]), variants.owner[rows], several=variants.several)
            pairs = blocks.pairs_within(at_most)
            rates[at], totals[at] = min(1.0, pairs_a_key / max(pairs, 1.0)), pairs * thin
            drawn = _drawn(blocks.hashes, rates[at], salt=2 + at)
            a, b = pairs_of(Blocks(blocks.records, blocks.starts[drawn], blocks.sizes[drawn], blocks.hashes[drawn]), at_most)
            made.append(a * count + b)
        return made

    found = [pairs for made in side_by_side(of_part, firsts) for pairs in made]
    pairs_found = distinct(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)
    a, b = pairs_found // count, pairs_found % count
    reached = _reached(variants, keys, hashes, a, b, at_most=at_most)
    missed = np.ones(len(a))
    for first in firsts:
        of_first = [at for at, key in enumerate(keys) if key.parts[0].name == first]
        by_whole = np.exp(np.log1p(-np.minimum(rates[of_first], 1 - 1e-12)) @ reached[of_first].astype(np.float64))
        missed *= 1.0 - 1.0 / thin + by_whole / thin
    # A block is reckoned a little too large now and then: a pair that no key seems to reach stands for itself, not for a million.
    missed[~reached.any(axis=0)] = 0.0
    return Pilot(a, b, reached, 1.0 / np.maximum(1.0 - missed, 1e-6), totals)


def _drawn(hashes: Hashes, rate: float, *, salt: int) -> Flags:
    """A share of hashes, the same ones for the same share and salt; none that is not known."""
    known: Flags = hashes != NO_HASH
    if rate >= 1.0:
        return known
    stirred = (hashes ^ np.uint64(salt * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)) * np.uint64(0xD6E8FEB86659FD93)
    drawn: Flags = ((stirred >> np.uint64(40)) % _MODULUS < np.uint64(round(rate * int(_MODULUS)))) & known
    return drawn


def _reached(variants: Variants, keys: Sequence[Key], hashes: KeyHashes, a: Ints, b: Ints, *, at_most: int) -> Flags:
    """Whether each key brings each pair together: a row a key, a column a pair.

    How large a block is, is reckoned from how many records hold each of its parts, as if those were independent: exact
    for a part alone, a little too small for parts that go together, whose blocks are small in any case.
    """
    count = float(len(variants.first) - 1)
    found = np.zeros((len(keys), len(a)), dtype=np.bool_)
    sizes = np.diff(variants.first)
    ways = [(left, right) for left in range(int(sizes[a].max(initial=1))) for right in range(int(sizes[b].max(initial=1)))]
    for left, right in ways:
        at = np.flatnonzero((sizes[a] > left) & (sizes[b] > right))
        one, other = variants.rows[variants.first[a[at]] + left], variants.rows[variants.first[b[at]] + right]
        equal: dict[str, Flags] = {}
        shares: dict[str, npt.NDArray[np.float32]] = {}
        for row, key in enumerate(keys):
            both, size = np.ones(len(at), dtype=np.bool_), np.full(len(at), count, dtype=np.float32)
            for part in key.parts:
                if part.name not in equal:
                    of_part = hashes.part(part)
                    equal[part.name] = (of_part[one] == of_part[other]) & (of_part[one] != NO_HASH)
                    shares[part.name] = (hashes.held(part, one) / count).astype(np.float32)
                both &= equal[part.name]
                size *= shares[part.name]
            found[row, at] |= both & (size <= at_most)
    return found


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
    worth = likely * found.counting
    reached = found.reached.astype(np.float32)
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
        open_[found.reached[best]] = 0.0


def missed_matches(reached: Ints, likely: Floats) -> float:
    """How many matches no key brought together: at least f1(f1-1) / 2(f2+1), of matches reached by one key only and by two.

    A lower bound: keys are not independent of each other. Source: Chao 1987, the bias-corrected form.

    >>> missed_matches(np.array([1, 1, 2, 3]), np.ones(4))
    0.5
    """
    once, twice = float(likely[reached == 1].sum()), float(likely[reached == 2].sum())
    return max(once * (once - 1) / (2 * (twice + 1)), 0.0)
