"""What an allocation is made of: options of customers, what they take, and how much there is; and what comes out.

Everything is a whole number: amounts in ten-thousandths of the currency, contacts one by one. So a limit is kept to the last unit, and only
prices and bounds, which are forecasts of what one more unit would bring, are floats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

import numpy as np

Array = Any
"""A numpy array; what of stands beside it in words."""
UNITS: Final = 10_000
"""Of an amount in one of the currency."""


@dataclass(frozen=True, slots=True)
class Options:
    """What may be done with whom: a row for each customer and option, the rows of a customer side by side.

    Args:
        starts: of the rows of each customer, one more than there are customers; int64.
        option: of each row which option it is; int32.
        value: what it brings, in units; int64. What brings nothing may be left out, for nobody need be treated.
    """

    starts: Array
    option: Array
    value: Array

    @property
    def customers(self) -> int:
        """How many there are."""
        return len(self.starts) - 1

    @property
    def owner(self) -> Array:
        """Of each row its customer; int32."""
        return np.repeat(np.arange(self.customers, dtype=np.int32), np.diff(self.starts))

    def some(self, share: int) -> Options:
        """Those of every so manieth customer."""
        lengths = np.diff(self.starts)[::share]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        rows = np.repeat(self.starts[:-1][::share] - starts[:-1], lengths) + np.arange(starts[-1])
        return Options(starts, self.option[rows], self.value[rows])


@dataclass(frozen=True)
class Fairness:
    """How far the rates at which groups are treated may lie apart.

    Args:
        group: of each customer its group's number; -1 where it is not known: such a customer counts in no rate.
        sizes: how many customers each group has in all, those without any option too.
        share: the rate of every group is at least this share of the rate of every other, as 4/5.
    """

    group: Array
    sizes: tuple[int, ...]
    share: Fraction

    @cached_property
    def rows(self) -> Array:
        """A row for each two groups: what one treated customer of each group takes of it, of which there is nothing; int64.

        rate of g >= share * rate of h  <=>  p * size of g * treated of h - q * size of h * treated of g <= 0, where share = p/q.
        """
        count, (over, under) = len(self.sizes), self.share.as_integer_ratio()
        found = np.zeros((count * count, count), np.int64)
        for g in range(count):
            for h in range(count):
                if g != h:
                    found[g * count + h, h] = over * self.sizes[g]
                    found[g * count + h, g] = -under * self.sizes[h]
        return found[found.any(axis=1)]


@dataclass(frozen=True)
class Limits:
    """What there is to go round.

    Args:
        names: of the resources.
        takes: what one of each option takes of each resource; int64, resources × options, nothing negative.
        most: how much there is of each; int64.
        fairness: none by default.
    """

    names: tuple[str, ...]
    takes: Array
    most: Array
    fairness: Fairness | None = None

    @cached_property
    def of_groups(self) -> Array:
        """What one treated customer of each group takes of each row; the rows of fairness stand behind those of resources.

        The last column is of those whose group is not known, who take nothing.
        """
        if self.fairness is None:
            return np.zeros((len(self.names), 1), np.int64)
        of_fairness = np.pad(self.fairness.rows, ((0, 0), (0, 1)))
        return np.vstack([np.zeros((len(self.names), of_fairness.shape[1]), np.int64), of_fairness])

    @cached_property
    def of_options(self) -> Array:
        """What one of each option takes of each row."""
        return np.vstack([self.takes, np.zeros((len(self.of_groups) - len(self.names), self.takes.shape[1]), np.int64)])

    @cached_property
    def limits(self) -> Array:
        """How much there is of each row."""
        return np.concatenate([self.most, np.zeros(len(self.of_groups) - len(self.names), np.int64)])

    @cached_property
    def scale(self) -> Array:
        """Of each row what one that is used twice over is measured by: what there is; of fairness, a rate of one."""
        if self.fairness is None:
            return np.maximum(1.0, self.limits)
        sizes = np.array(self.fairness.sizes, float)
        whole = self.fairness.rows.clip(min=0) @ sizes
        return np.maximum(1.0, np.concatenate([self.most, whole]))

    def groups(self, customers: int) -> Array:
        """The group of each customer, int32; where there are none, all are of the first, which takes nothing."""
        return np.zeros(customers, np.int32) if self.fairness is None else np.ascontiguousarray(self.fairness.group, np.int32)


@dataclass(frozen=True)
class Allocation:
    """What was chosen.

    Args:
        taken: of each customer the row that is chosen; -1 of who is not treated.
        value: in units.
        bound: no choice can bring more, in units.
        dual: what `prices` prove to be the most, in units; not below `bound`.
        used: of each resource, in units.
        prices: of each resource, units per unit: what one more of it would bring.
        group_prices: what treating one more of a group takes beside the resources, in units; negative where fairness asks for more of them.
        fairness_prices: of the rows of fairness.
        is_exact: it was solved exactly, not only to within the gap.
    """

    taken: Array
    value: int
    bound: float
    dual: float
    used: Mapping[str, int]
    prices: Mapping[str, float]
    group_prices: Array = field(default_factory=lambda: np.zeros(1))
    fairness_prices: Array = field(default_factory=lambda: np.zeros(0))
    is_exact: bool = False

    @property
    def gap(self) -> float:
        """The share of the bound by which the choice may fall short of the best there is."""
        return max(0.0, 1 - self.value / self.bound) if self.bound > 0 else 0.0

    def price_of(self, limits: Limits) -> Array:
        """What each option takes of resources, at their prices, in units."""
        return np.array([self.prices[name] for name in limits.names]) @ limits.takes if limits.names else np.zeros(limits.takes.shape[1])


def used(limits: Limits, treated: Array) -> Array:
    """What is used of each row.

    Args:
        limits: with R rows.
        treated: how many of each option and group, int64, options × columns of `of_groups`.
    """
    return limits.of_options @ treated.sum(axis=1) + limits.of_groups @ treated.sum(axis=0)


def of_customers(lists: Sequence[Sequence[tuple[int, int]]]) -> Options:
    """Options from plain lists: of each customer pairs of option and value.

    >>> of_customers([[(0, 5)], [], [(0, 7), (1, 2)]]).starts.tolist()
    [0, 1, 1, 3]
    """
    starts = np.concatenate([[0], np.cumsum([len(one) for one in lists], dtype=np.int64)]).astype(np.int64)
    flat = [pair for one in lists for pair in one]
    return Options(starts, np.array([one for one, _ in flat], np.int32), np.array([value for _, value in flat], np.int64))
