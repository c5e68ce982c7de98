"""Pairs into customers: groups grow while the records of two groups agree on average, and never across what forbids it.

Connected components are not enough: one weak pair chains strangers. Inside a component every pair is weighed, also
those that no key brought together, and groups are joined from the best average down (average linkage), many pairs counting for a little more than one. Components of
one size are worked on side by side, so that a million records take a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from unequal.identity.arrays import Floats, Ints, distinct
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
        bits: their weights; MUST and NEVER among them.
        weigh: weights of any pairs, MUST and NEVER among them.
        link_from: two groups are joined while the average weight between them is at least so much.
        bits_at_most: a single pair counts for no more than this, either way, unless it is MUST or NEVER.
    """
    linking = bits >= link_from
    component = components(count, a[linking], b[linking])
    label = _not_too_large(component, a, b, bits, link_from)
    found, joins = np.arange(count, dtype=np.int64), [np.zeros((0, 2))]
    crowds = np.bincount(label, minlength=count)[label] > _LARGEST
    if crowds.any():
        _put_by_rule(found, np.flatnonzero(crowds[a] & (bits >= MUST)), a, b, weigh)
    for records in _by_size(np.where(crowds, np.arange(count), label)):
        size = records.shape[1]
        one, other = np.triu_indices(size, 1)
        left, right = records[:, one].ravel(), records[:, other].ravel()
        square = _squares(weigh(left, right), records.shape[0], size, bits_at_most)
        group, joined = _agglomerated(square, link_from)
        found[records.ravel()] = np.take_along_axis(records, group, axis=1).ravel()
        joins.append(joined)
    return Grouped(found, component, np.concatenate(joins))


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


def _by_size(label: Ints) -> Iterator[npt.NDArray[np.int64]]:
    """Components of two records and more: arrays of equal size, a row a component."""
    order = np.argsort(label, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], label[order][1:] != label[order][:-1]]))
    sizes = np.diff(np.append(starts, len(order)))
    for size in distinct(sizes[sizes > 1]).tolist():
        of_size = starts[sizes == size]
        at_once = max(_CELLS_AT_ONCE // (size * size), 1)
        for first in range(0, len(of_size), at_once):
            yield order[of_size[first : first + at_once, None] + np.arange(size)]


def _squares(bits: Floats, many: int, size: int, at_most: float) -> npt.NDArray[np.float64]:
    """Weights of all pairs as matrices, one a component."""
    one, other = np.triu_indices(size, 1)
    plain = np.where(np.abs(bits) >= MUST, bits, np.clip(bits, -at_most, at_most)).reshape(many, -1)
    square = np.zeros((many, size, size))
    square[:, one, other] = plain
    square[:, other, one] = plain
    return square


def _agglomerated(total: npt.NDArray[np.float64], link_from: float) -> tuple[npt.NDArray[np.int64], Floats]:
    """Join the two groups that agree best on average, again and again, in all components side by side.

    Args:
        total: sums of the weights between groups, each record a group of its own at first; used up.
        link_from: the least average.

    Returns:
        For each record the place of the first record of its group; and for each join, the average and for how many pairs.
    """
    many, size, _ = total.shape
    group = np.tile(np.arange(size), (many, 1))
    held = np.ones((many, size))
    joins: list[Floats] = []
    total[:, np.arange(size), np.arange(size)] = -np.inf
    at_work = np.arange(many)
    for _ in range(size - 1):
        pairs = held[at_work, :, None] * held[at_work, None, :]
        average = total[at_work] / pairs + np.minimum(_BITS_A_DOUBLING * np.log2(pairs), _BITS_FOR_MANY_AT_MOST)
        flat = average.reshape(len(at_work), -1)
        best = flat.argmax(axis=1)
        goes_on = flat[np.arange(len(at_work)), best] >= link_from
        heights = flat[goes_on, best[goes_on]]
        at_work, best = at_work[goes_on], best[goes_on]
        if not len(at_work):
            break
        keep, drop = np.minimum(best // size, best % size), np.maximum(best // size, best % size)
        joins.append(np.column_stack([heights, held[at_work, keep] * held[at_work, drop]]))
        _join(total, held, group, at_work, keep, drop)
    return group, np.concatenate(joins) if joins else np.zeros((0, 2))


def _join(total: Any, held: Any, group: Any, at: Any, keep: Any, drop: Any) -> None:
    """Make one group of two in each component."""
    total[at, keep] += total[at, drop]
    total[at, :, keep] += total[at, :, drop]
    total[at, keep, keep] = -np.inf
    total[at, drop] = -np.inf
    total[at, :, drop] = -np.inf
    held[at, keep] += held[at, drop]
    rows = group[at]
    group[at] = np.where(rows == drop[:, None], keep[:, None], rows)
