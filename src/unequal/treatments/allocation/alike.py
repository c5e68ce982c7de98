"""Customers who are alike, counted instead of told one by one.

Where policies state their effects in fixed amounts, thousands of customers may have the same options with the same values. Told one by one they make a
problem that is large and full of ties, where prices lie on an edge and every order of moves is as good as any other; counted it is small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.treatments.allocation.problem import Array, Options

_SAMPLE: Final = 20_000
"""Customers who are looked at first: where they are of too many kinds, all are."""
_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)
_MIXED: Final = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
"""Of splitmix64 (Steele, Lea and Flood, Fast splittable pseudorandom number generators, OOPSLA 2014)."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """Kinds of customers: all of one kind have the same rows, in the same order, and are of one group.

    Args:
        options: of one customer of each kind.
        group: of each kind, as of customers.
        counts: how many customers are of each kind; int64.
        kind: of each customer; int64.
    """

    options: Options
    group: Array
    counts: Array
    kind: Array

    def spread(self, options: Options, chosen: Array) -> Array:
        """Rows for customers, from how many of each kind are to have each row of it: the first in their places have the first row.

        Args:
            options: of the customers.
            chosen: of each row of `self.options`; whole, and of a kind together no more than there are of it.

        Returns:
            Of each customer the row that is chosen, -1 for none.
        """
        starts = self.options.starts
        several = np.add.reduceat(np.append(chosen, 0), starts[:-1]) * (np.diff(starts) > 0)
        number = np.arange(len(chosen)) - np.repeat(starts[:-1], np.diff(starts))
        # Behind the rows of each kind stands the choice of none.
        numbers = np.insert(number, starts[1:], -1)
        counts = np.insert(chosen, starts[1:], self.counts - several)
        order = np.argsort(self.kind, kind="stable")
        taken = np.empty(len(self.kind), np.int64)
        taken[order] = np.repeat(numbers, counts)
        return np.where(taken >= 0, options.starts[:-1] + taken, -1)


def kinds_of(options: Options, group: Array, most: int) -> Kinds | None:
    """The kinds of customers; None where their rows are more than `most`.

    Args:
        options: of the customers.
        group: of each customer.
        most: rows of all kinds together.
    """
    share = options.customers // _SAMPLE
    if share > 1 and _kinds(options.some(share), group[::share], most) is None:
        return None
    return _kinds(options, group, most)


def _kinds(options: Options, group: Array, most: int) -> Kinds | None:
    lengths = np.diff(options.starts)
    place = np.arange(len(options.option)) - np.repeat(options.starts[:-1], lengths)
    with np.errstate(over="ignore"):
        of_rows = _mixed(_mixed(_mixed(options.option) + options.value.astype(np.uint64)) + place.astype(np.uint64))
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(of_rows, dtype=np.uint64)])
        marks = sums[options.starts[1:]] - sums[options.starts[:-1]] + _mixed(group)
    _, first, kind, counts = np.unique(marks, return_index=True, return_inverse=True, return_counts=True)
    if lengths[first].sum() > most:
        return None
    starts = np.concatenate([[0], np.cumsum(lengths[first])]).astype(np.int64)
    rows = np.repeat(options.starts[first] - starts[:-1], lengths[first]) + np.arange(starts[-1])
    found = Kinds(Options(starts, options.option[rows], options.value[rows]), group[first], counts.astype(np.int64), kind.astype(np.int64))
    return found if _are_alike(options, group, found, place) else None


def _mixed(number: Array) -> Array:
    """Whole numbers, each as another one that tells nothing of it."""
    found = (number.astype(np.uint64) + np.uint64(1)) * _SPREAD
    found = (found ^ (found >> np.uint64(30))) * _MIXED[0]
    found = (found ^ (found >> np.uint64(27))) * _MIXED[1]
    return found ^ (found >> np.uint64(31))


def _are_alike(options: Options, group: Array, found: Kinds, place: Array) -> bool:
    """Whether everybody is as his kind says: of two who are not, the marks may be equal by chance."""
    lengths = np.diff(options.starts)
    if (np.diff(found.options.starts)[found.kind] != lengths).any() or (found.group[found.kind] != group).any():
        return False
    like = np.repeat(found.options.starts[:-1][found.kind], lengths) + place
    return bool((found.options.option[like] == options.option).all() and (found.options.value[like] == options.value).all())
