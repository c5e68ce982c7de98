"""The weight of a pair: log2 odds that two records are one customer's, part by part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.identity.arrays import Flags, Floats, Ints
from unequal.identity.matching.coding import Records
from unequal.identity.matching.comparisons import Comparison
from unequal.identity.matching.frequencies import Frequency, rarities
from unequal.identity.matching.levels import Compared, Variants, levels_of
from unequal.identity.matching.side_by_side import side_by_side
from unequal.identity.matching.similarity import Levels
from unequal.identity.matching.weighing import CLASSES, MATCHING, STRANGERS, Chances, shared_by

_PAIRS_A_THREAD: Final = 100_000
_LEAST_BITS_OF_AGREEMENT: Final = 0.25
_RARITY_AT_MOST: Final = 8.0
_WORTH_GIVING_UP: Final = 0.8
"""Pairs are given up where at least a fifth of them can be."""
_OTHERS: Final = tuple(enumerate(CLASSES))[1:]


@dataclass(frozen=True, eq=False)
class Weighed:
    """What two records' agreement comes to, part by part, in bits.

    Args:
        levels: for each comparison the level of each pair.
        agreement: for each comparison log2 of m over u.
        rarity: for each comparison what the value's frequency adds.
        others: what is taken off because two of one household, two namesakes and the like agree in the same way.
        total: prior, agreement, rarity and others together: log2 posterior odds.
    """

    levels: list[Levels]
    agreement: list[Floats]
    rarity: list[Floats]
    others: Floats
    total: Floats


def weighed(
    variants: Variants, comparisons: Sequence[Comparison], chances: Chances, frequencies: Mapping[str, Frequency], a: Ints, b: Ints,
    levels: list[Levels] | None = None,
) -> Weighed:  # fmt: skip
    """Weigh pairs.

    Args:
        variants: the records.
        comparisons: what is compared; the order of the chances.
        chances: m, h, u and the shares.
        frequencies: of values, as they were when the model was learned.
        a, b: places of the records.
        levels: the pairs' levels, where they are known already.
    """
    from unequal.identity.matching import pair_kernels as kernels

    found = levels if levels is not None else levels_of(variants, comparisons, a, b)
    agreement, rarity = [], []
    others = np.repeat([[chances.prior_bits(class_)] for class_ in range(1, STRANGERS)], len(a), axis=1)
    for at, (comparison, level) in enumerate(zip(comparisons, found, strict=True)):
        bits = chances.bits(MATCHING, at)
        extra = _extra(comparison, bits, frequencies, variants.records, a, b, level)
        agreement.append(bits)
        rarity.append(extra)
        shares = [chances.bits(class_, at) if shared_by(comparison, kind.shares) else np.zeros(len(bits)) for class_, kind in _OTHERS]
        inherits = [shared_by(comparison, kind.shares) and shared_by(comparison, kind.inherits) for _, kind in _OTHERS]
        kernels.add_others(others, level, extra, np.array(shares), np.array(inherits))
    taken = -np.log2(1.0 + sum(np.exp2(np.minimum(other, 500.0)) for other in others))
    total = chances.prior_bits(MATCHING) + taken
    for level, bits, extra in zip(found, agreement, rarity, strict=True):
        kernels.add_told(total, level, extra, bits)
    return Weighed(found, [bits[level] for bits, level in zip(agreement, found, strict=True)], rarity, taken, total)


def _extra(
    comparison: Comparison, bits: Floats, frequencies: Mapping[str, Frequency], records: Records, a: Ints, b: Ints, level: Levels
) -> Floats:  # fmt: skip
    """What the values' frequency adds to a comparison's agreement."""
    from unequal.identity.matching import pair_kernels as kernels

    extra = np.zeros(len(a))
    for wanted, feature in comparison.frequency.items():
        # Agreement on the commonest value is still no evidence against.
        least = _LEAST_BITS_OF_AGREEMENT - max(float(bits[wanted]), _LEAST_BITS_OF_AGREEMENT)
        rarity = rarities(frequencies, records, feature)
        if rarity is None:
            extra[level == wanted] = max(0.0, least)
        else:
            kernels.add_rarities(extra, level, wanted, records.features[feature].codes, a, b, rarity, least)
    return extra


def weights(
    variants: Variants, comparisons: Sequence[Comparison], chances: Chances, frequencies: Mapping[str, Frequency], a: Ints, b: Ints,
    levels: list[Levels] | None = None,
) -> Floats:  # fmt: skip
    """The total alone, for many pairs in bounded memory."""

    def some(start: int) -> Floats:
        part = slice(start, start + _PAIRS_A_THREAD)
        known = None if levels is None else [level[part] for level in levels]
        return weighed(variants, comparisons, chances, frequencies, a[part], b[part], known).total

    return np.concatenate(side_by_side(some, range(0, max(len(a), 1), _PAIRS_A_THREAD)))


def survivors(
    variants: Variants,
    comparisons: Sequence[Comparison],
    chances: Chances,
    frequencies: Mapping[str, Frequency],
    a: Ints,
    b: Ints,
    *,
    least: float,
) -> tuple[Ints, Floats]:
    """The pairs whose weight is at least so much, and their weights; most pairs are given up after a question or two.

    Args:
        variants, comparisons, chances, frequencies: as for weighed.
        a, b: pairs.
        least: in bits.

    Returns:
        Places of the pairs that are left, and their weights.
    """

    def some(start: int) -> tuple[Ints, Floats]:
        part = slice(start, start + _PAIRS_A_THREAD)
        left, levels = _still_possible(_Bounds(variants, comparisons, chances, frequencies), a[part], b[part], least)
        of_left = weights(variants, comparisons, chances, frequencies, a[part][left], b[part][left], levels)
        return left[of_left >= least] + start, of_left[of_left >= least]

    parts = side_by_side(some, range(0, max(len(a), 1), _PAIRS_A_THREAD))
    return np.concatenate([kept for kept, _ in parts]), np.concatenate([found for _, found in parts])


_DEAREST_LAST: Final = ("given name", "family name", "name", "e-mail")
"""Comparisons of texts, which cost most: asked of the pairs that all others leave."""


@dataclass(frozen=True, eq=False)
class _Bounds:
    """How much each comparison can add to a pair's weight at the most."""

    variants: Variants
    comparisons: Sequence[Comparison]
    chances: Chances
    frequencies: Mapping[str, Frequency]

    def most(self, at: int, a: Ints, b: Ints) -> Floats:
        """Without asking: by equality of codes alone."""
        from unequal.identity.matching import pair_kernels as kernels

        comparison, bits = self.comparisons[at], self.chances.bits(MATCHING, at)
        feature = comparison.frequency.get(1)
        whole = max(float(bits[1:].max()), 0.0) + (_RARITY_AT_MOST if comparison.frequency else 0.0)
        if feature is None or not comparison.exact_by_value or feature not in self.variants.records.features:
            return np.full(len(a), whole)
        alone = comparison.needs == (feature,)
        unequal = float(bits[2:].max()) if alone else max(float(bits[2:].max()), 0.0) + _RARITY_AT_MOST
        rarity = rarities(self.frequencies, self.variants.records, feature)
        coded = self.variants.records.features[feature]
        rarity = np.zeros(len(coded.hashes)) if rarity is None else rarity
        return kernels.hopes(coded.codes, a, b, rarity, float(bits[1]), unequal, 0.0 if alone else unequal)

    def told(self, at: int, level: Levels) -> Floats:
        """Once asked: by the level, and as much rarity as there can be."""
        bits = self.chances.bits(MATCHING, at)
        rare = np.zeros(len(bits))
        rare[[*self.comparisons[at].frequency]] = _RARITY_AT_MOST
        found: Floats = (bits + rare)[level]
        return found


def _still_possible(bounds: _Bounds, a: Ints, b: Ints, least: float) -> tuple[Ints, list[Levels]]:
    """Pairs that could reach the weight whatever is not asked yet: asked question after question, the dear ones last.

    Returns:
        Places of the pairs that are left, and their levels.
    """
    order = sorted(range(len(bounds.comparisons)), key=lambda at: (bounds.comparisons[at].name in _DEAREST_LAST, at))
    hopes = [bounds.most(at, a, b) for at in range(len(order))]
    # A name changed over, or a second phone, may agree where codes do not: such pairs are asked everything.
    always = _several(bounds.variants, a, b) | _may_be_changed_over(bounds.variants, a, b)
    left = np.flatnonzero((sum(hopes, np.full(len(a), bounds.chances.prior_bits(MATCHING))) >= least) | always)
    hopes, always = [hope[left] for hope in hopes], always[left]
    levels: dict[int, Levels] = {}
    compared = Compared(bounds.variants, a[left], b[left])
    for at in order:
        levels[at] = compared.level(bounds.comparisons[at])
        hopes[at] = np.minimum(hopes[at], bounds.told(at, levels[at]))
        stays = (sum(hopes, np.full(len(left), bounds.chances.prior_bits(MATCHING))) >= least) | always
        if stays.mean() < _WORTH_GIVING_UP if len(stays) else False:
            left, always = left[stays], always[stays]
            hopes, levels = [hope[stays] for hope in hopes], {place: level[stays] for place, level in levels.items()}
            compared = Compared(bounds.variants, a[left], b[left])
    return left, [levels[at] for at in range(len(order))]


def _several(variants: Variants, a: Ints, b: Ints) -> Flags:
    """Whether either record has several values of a kind."""
    if not variants.several:
        return np.zeros(len(a), dtype=np.bool_)
    many = np.diff(variants.first) > 1
    found: Flags = many[a] | many[b]
    return found


def _may_be_changed_over(variants: Variants, a: Ints, b: Ints) -> Flags:
    """Whether one record's given name is the other's family name."""
    records = variants.records
    if not records.has("given", "family"):
        return np.zeros(len(a), dtype=np.bool_)
    from unequal.identity.matching import pair_kernels as kernels

    given, family = records.features["given"], records.features["family"]
    return kernels.changed_over(given.codes, given.hashes, family.codes, family.hashes, a, b)


def probability(bits: Floats) -> Floats:
    """Of log2 odds."""
    found: Floats = 1.0 / (1.0 + np.exp2(-np.clip(bits, -500.0, 500.0)))
    return found
