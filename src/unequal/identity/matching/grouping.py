"""Pairs into customers: groups grow while the records of two groups agree on average, and never across what forbids it.

Connected components are not enough: one weak pair chains strangers. Inside a component every pair is weighed, also
those that no key brought together, and groups are joined from the best average down (average linkage), many pairs counting for a little more than one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.identity.arrays import Floats, Ints
from unequal.identity.clustering import components

MUST: Final = 1e6
"""The weight of a pair that a steward, or an exact identifier, says is one customer."""
NEVER: Final = -1e9
"""The weight of a pair that can never be one customer; far enough down that nothing beside it makes up for it."""
Weigh = Callable[[Ints, Ints], Floats]
"""Weights of any pairs of records."""

_BITS_A_DOUBLING: Final = 0.45
"""Twice as many pairs that agree as well say more, though little more: pairs of two groups are far from independent."""
_BITS_FOR_MANY_AT_MOST: Final = 2.0
BITS_AT_MOST: Final = 12.0
_FOR_MANY: Final = np.minimum(_BITS_A_DOUBLING * np.log2(np.maximum(np.arange(32.0), 1.0)), _BITS_FOR_MANY_AT_MOST)
"""What so many pairs add; the last for any more."""
_CELLS_AT_ONCE: Final = 4_000_000
_LARGEST: Final = 400
_BITS_A_STEP: Final = 1.0


@dataclass(frozen=True, eq=False)
class Grouped:
    """The outcome.

    Args:
        label: for each record the lowest record of its group.
        component: for each record the lowest of all that hang together with it by links.
        joins: a row a join: the average weight, and how many pairs of records it made one customer's.
    """

    label: Ints
    component: Ints
    joins: Floats


def grouped(count: int, a: Ints, b: Ints, bits: Floats, weigh: Weigh, *, link_from: float, bits_at_most: float = BITS_AT_MOST) -> Grouped:
    """Make groups of records.

    Args:
        count: how many records.
        a, b: pairs that were compared.
        bits: their weights as `weigh` has them; MUST and NEVER among them.
        weigh: weights of any pairs, MUST and NEVER among them; asked of those that were not compared.
        link_from: two groups are joined while the average weight between them is at least so much.
        bits_at_most: a single pair counts for no more than this, either way, unless it is MUST or NEVER.
    """
    from unequal.identity.matching import grouping_kernels as kernels

    linking = bits >= link_from
    component = components(count, a[linking], b[linking])
    label = _not_too_large(component, a, b, bits, link_from)
    found, joins = np.arange(count, dtype=np.int64), [np.zeros((0, 2))]
    crowds = np.bincount(label, minlength=count)[label] > _LARGEST
    if crowds.any():
        _put_by_rule(found, np.flatnonzero(crowds[a] & (bits >= MUST)), a, b, weigh)
    records, first = kernels.members(np.where(crowds, np.arange(count), label))
    for some in _at_once(first):
        held = records[some[0] : some[-1]]
        cells, unknown, left, right = kernels.cells(held, some - some[0], count, a, b, bits)
        if len(unknown):
            cells[unknown] = weigh(left, right)
        plain = np.where(np.abs(cells) >= MUST, cells, np.clip(cells, -bits_at_most, bits_at_most))
        found[held], joined = kernels.agglomerated(held, some - some[0], plain, _FOR_MANY, link_from)
        joins.append(joined)
    return Grouped(found, component, np.concatenate(joins))


def _at_once(first: Ints) -> Iterator[Ints]:
    """Where groups begin, and the last ends: so many at once as have their pairs in bounded memory."""
    cells = np.cumsum(np.diff(first) ** 2)
    full = np.flatnonzero(np.diff(cells // _CELLS_AT_ONCE)) + 1
    begun = 0
    for end in [*full.tolist(), len(cells)]:
        if end > begun:
            yield first[begun : end + 1]
            begun = end


def _not_too_large(component: Ints, a: Ints, b: Ints, bits: Floats, link_from: float) -> Ints:
    """Components; where too many records hang together, only by stronger links, until they fall apart."""
    count, label, least = len(component), component, link_from
    linking = np.flatnonzero(bits >= link_from)
    while True:
        large = np.bincount(label, minlength=count)[label] > _LARGEST
        # What is a crowd still by rules alone stays one; no weight tells its records apart.
        if not large.any() or least > bits[linking][bits[linking] < MUST].max(initial=link_from):
            return label
        least += _BITS_A_STEP
        of_large = linking[large[a[linking]] & (bits[linking] >= least)]
        label = np.where(large, components(count, a[of_large], b[of_large]), label)


def _put_by_rule(found: Ints, ruled: Ints, a: Ints, b: Ints, weigh: Weigh) -> None:
    """Crowds that rules tie: pair after pair, each as far as no record of one side never can be one with any of the other.

    Args:
        found: for each record the lowest of its group; changed.
        ruled: places of the pairs that must be one.
        a, b, weigh: see grouped.
    """
    members: dict[int, Ints] = {}
    for one, other in zip(a[ruled].tolist(), b[ruled].tolist(), strict=True):
        low, high = sorted((int(found[one]), int(found[other])))
        if low == high:
            continue
        left, right = members.get(low, np.array([low])), members.get(high, np.array([high]))
        if weigh(np.repeat(left, len(right)), np.tile(right, len(left))).min() <= -MUST:
            continue
        members[low] = np.concatenate([left, right])
        found[members[low]] = low
