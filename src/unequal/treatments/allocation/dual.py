"""Prices of what is scarce: the Lagrangian dual of an allocation.

At given prices everybody is given what brings most beyond its price, in one pass over all options. The sum of those gains and of all there is at
its price bounds what any choice can bring; the prices that make the bound smallest are the shadow prices. The bound is convex in the prices, with an
edge wherever somebody would change. Of a small problem HiGHS finds the lowest point exactly. Of a large one the edges are rounded: instead of the
best option, the logarithm of the sum of exponentials of all of them, at a temperature that sinks. Newton's method finds the lowest point of that in few
passes, however many prices there are; the first of them look at a sample of the customers.

Sources: Everett, Generalized Lagrange Multiplier Method, Operations Research 11 (1963); Fisher, The Lagrangian Relaxation Method, Management
Science 27 (1981); Nesterov, Smooth minimization of non-smooth functions, Mathematical Programming 103 (2005); Bertsekas, Projected Newton
Methods for Optimization Problems with Simple Constraints, SIAM J. Control and Optimization 20 (1982).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Final, TypeVar

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from unequal.treatments.allocation.alike import Kinds, kinds_of
from unequal.treatments.allocation.problem import Array, Limits, Options, used
from unequal.treatments.allocation.tables import Prices, Rows, Taking

_Found = TypeVar("_Found")

SMALL: Final = 20_000
"""Rows of options up to which HiGHS is asked; of customers who are alike those of one."""
SAMPLE: Final = 50_000
"""Customers whom the first passes look at."""
_COOLER: Final = 3.0
_WARM, _TEPID, _COOL, _COLD = 1.0, 0.03, 0.003, 0.00001
"""Temperatures, in averages of what is brought without prices: the first, the first with everybody, the last if that is enough, the last."""
_STEPS: Final = 6
"""Newton's steps at one temperature, at most."""
_STILL: Final = 1e-7
_ENOUGH: Final = 1e-6
_LENGTHS: Final = (1.0, 0.25, 0.06, 0.015, 0.004, 0.001)
_LITTLE: Final = 0.1
_WHOLE: Final = 1e-6
"""What HiGHS calls a whole number may lie so far below it."""
_RIDGE: Final = 1e-6
_BLOCKS: Final = 8


@dataclass(frozen=True, slots=True)
class Pass:
    """What comes of prices.

    Args:
        prices: of each row of limits, in units per unit.
        taken: the row chosen for each customer.
        bound: no allocation brings more.
        planned: of each customer a row, where a linear program says how many of each kind should have which; close to what fits.
    """

    prices: Array
    taken: Array
    bound: float
    planned: Array | None = None


@dataclass(frozen=True, slots=True)
class _Rounded:
    """The rounded bound at prices: how high, its slope, how the slope changes, and the bound itself."""

    height: float
    slope: Array
    bend: Array
    bound: float


class Pricing:
    """The passes over one allocation's options."""

    def __init__(self, options: Options, limits: Limits) -> None:
        self.options, self.limits = options, limits
        self.group = limits.groups(options.customers)
        self.rows = Rows(options.starts, options.option, options.value, self.group)
        self._kinds: tuple[int, Kinds | None] | None = None
        self._edges = np.linspace(0, options.customers, _BLOCKS + 1).astype(int)
        counts = np.bincount(options.option, minlength=limits.of_options.shape[1])
        self.can_bind = limits.of_groups.any(axis=1) | (limits.of_options @ counts > limits.limits)

    def kinds(self, most: int) -> Kinds | None:
        """Kinds of customers, where they have so many rows at most; the last answer is kept."""
        if self._kinds is None or self._kinds[0] != most:
            self._kinds = most, kinds_of(self.options, self.group, most)
        return self._kinds[1]

    def prices(self, prices: Array) -> Prices:
        """What options and groups take at the prices of the rows of limits."""
        return Prices(prices @ self.limits.of_options, prices @ self.limits.of_groups)

    def at(self, prices: Array) -> Pass:
        """Choose for everybody at prices."""
        from unequal.treatments.allocation.kernels import best_at

        whole, taken = self.prices(prices), np.empty(self.options.customers, np.int64)
        reduced = self._each(lambda first, last: best_at(first, last, self.rows, whole, taken))
        return Pass(prices, taken, float(self.limits.limits @ prices) + sum(reduced))

    def rounded(self, prices: Array, temperature: float) -> _Rounded:
        """The rounded bound at prices."""
        from unequal.treatments.allocation.kernels import rounded

        whole, taking, rows = self.prices(prices), self._taking, len(prices)

        def of_block(first: int, last: int) -> tuple[float, float, Array, Array]:
            slope, bend = np.zeros(rows), np.zeros((rows, rows))
            height, bound = rounded(first, last, self.rows, whole, temperature, *taking, (slope, bend))
            return height, bound, slope, bend

        found = self._each(of_block)
        free = float(self.limits.limits @ prices)
        bend = sum(one[3] for one in found)
        slope = self.limits.limits - sum(one[2] for one in found)
        return _Rounded(
            free + sum(one[0] for one in found), slope, bend + np.tril(bend, -1).T, free + sum(one[1] for one in found)
        )  # fmt: skip

    @cached_property
    def _taking(self) -> tuple[Taking, Taking]:
        """What options and groups take of the rows that can bind."""
        sides = (self.limits.of_options, self.limits.of_groups)
        found = [sparse.csc_matrix(np.where(self.can_bind[:, None], side, 0)) for side in sides]
        one, other = (Taking(side.indptr.astype(np.int64), side.indices.astype(np.int64), side.data.astype(float)) for side in found)
        return one, other

    def _each(self, of_block: Callable[[int, int], _Found]) -> list[_Found]:
        with ThreadPoolExecutor(min(os.cpu_count() or 1, _BLOCKS)) as pool:
            return list(pool.map(lambda edges: of_block(*edges), pairwise(self._edges.tolist())))

    def used(self, taken: Array) -> Array:
        """What a choice takes of each row of limits."""
        from unequal.treatments.allocation.kernels import counted

        treated = np.zeros((self.limits.of_options.shape[1], self.limits.of_groups.shape[1]), np.int64)
        counted(self.rows, taken, treated)
        return used(self.limits, treated)

    def sample(self, share: int) -> Pricing:
        """Every so manieth customer, with as much of everything."""
        fairness = self.limits.fairness
        fairness = None if fairness is None else replace(fairness, group=fairness.group[::share])
        return Pricing(self.options.some(share), replace(self.limits, most=self.limits.most // share, fairness=fairness))


def priced(pricing: Pricing, *, small: int = SMALL) -> Pass:
    """The prices of the smallest bound, or close to it, with what they choose."""
    free = pricing.at(np.zeros(len(pricing.limits.limits)))
    # What is not used up without a price needs none.
    if free.bound <= 0 or not pricing.can_bind.any() or (pricing.used(free.taken) <= pricing.limits.limits).all():
        return free
    kinds = pricing.kinds(small)
    if kinds is not None:
        exact, chosen = linear(pricing, kinds, pricing.limits.limits)
        found = pricing.at(exact)
        if chosen is not None:
            found = replace(found, planned=kinds.spread(pricing.options, chosen))
        return min(free, found, key=lambda one: one.bound)
    average = free.bound / max(1, int((free.taken >= 0).sum()))
    prices, share = free.prices, pricing.options.customers // SAMPLE
    if share > 1:
        prices = _cooled(pricing.sample(share), prices, (_WARM * average, _TEPID * average, _TEPID * average))
    prices = _cooled(pricing, prices, ((_TEPID if share > 1 else _WARM) * average, _COOL * average, _COLD * average))
    return min(free, pricing.at(prices), key=lambda one: one.bound)


def _cooled(pricing: Pricing, prices: Array, between: tuple[float, float, float]) -> Array:
    """The prices of the smallest bound of all that are met while it cools down: to the second temperature, and on to the third while that helps."""
    temperature, cool, coldest = between
    best, least = prices, np.inf
    while True:
        prices, found = _newton(pricing, prices, temperature)
        gained = least - found.bound
        if gained > 0:
            best, least = prices, found.bound
        # The bound is flat where it is lowest: what little is gained is not worth another pass.
        if temperature <= coldest or (temperature <= cool and gained < _ENOUGH * least):
            return best
        temperature = max(temperature / _COOLER, coldest)


def _newton(pricing: Pricing, prices: Array, temperature: float) -> tuple[Array, _Rounded]:
    """The lowest point of the rounded bound at a temperature, from prices that are near it."""
    found, rows, limits = pricing.rounded(prices, temperature), pricing.can_bind, pricing.limits
    # Where nobody is in two minds the slope does not change: it is taken to change by a little of what one customer would change it by.
    most = np.maximum(np.abs(limits.of_options).max(axis=1, initial=1), np.abs(limits.of_groups).max(axis=1, initial=1))
    least = _LITTLE * most / np.sqrt(temperature)
    for _ in range(_STEPS):
        # A price of nothing that would sink stays where it is.
        free = rows & ((prices > 0) | (found.slope < 0))
        bend = found.bend[np.ix_(free, free)]
        size = np.maximum(np.sqrt(np.diag(bend).clip(min=0)), least[free])
        scaled = bend / np.outer(size, size)
        np.fill_diagonal(scaled, 1 + _RIDGE)
        step = np.linalg.solve(scaled, -found.slope[free] / size) / size
        promised = -float(found.slope[free] @ step)
        if promised <= _STILL * found.height:
            break
        tried, then = _searched(pricing, prices, (free, step), temperature, found)
        gained = found.height - then.height
        if gained > 0:
            prices, found = tried, then
        if gained <= _STILL * found.height:
            break
    return prices, found


def _searched(
    pricing: Pricing, prices: Array, along: tuple[Array, Array], temperature: float, found: _Rounded
) -> tuple[Array, _Rounded]:  # fmt: skip
    """The first place that is lower along a step, which is made shorter and shorter."""
    free, step = along
    tried, then = prices, found
    for length in _LENGTHS:
        tried = prices.copy()
        tried[free] = np.maximum(0.0, prices[free] + length * step)
        then = pricing.rounded(tried, temperature)
        if then.height < found.height:
            break
    return tried, then


def linear(pricing: Pricing, kinds: Kinds, there: Array) -> tuple[Array, Array | None]:
    """The prices of the smallest bound, by HiGHS: what the linear program without whole numbers says of its limits; and how many have each row of kinds.

    Args:
        pricing: whose limits.
        kinds: of all its customers, or of some.
        there: what there is for them of each row of limits.
    """
    limits, binding = pricing.limits, np.flatnonzero(pricing.can_bind)
    matrix, most, size, worth = program(kinds, limits, binding, there)
    found = linprog(-kinds.options.value / worth, A_ub=matrix, b_ub=most, bounds=(0, None), method="highs")
    prices = np.zeros(len(limits.limits))
    if found.x is None:
        return prices, None
    prices[binding] = np.maximum(0.0, -found.ineqlin.marginals[kinds.options.customers :]) * worth / size
    return prices, np.floor(found.x + _WHOLE).astype(np.int64)


def program(kinds: Kinds, limits: Limits, binding: Array, there: Array) -> tuple[Array, Array, Array, float]:
    """An allocation as a linear program: one option a customer, then the limits, each measured by what is taken of it most, as is the value.

    Returns:
        The matrix, what there is of each row of it, by what limits are measured, and by what the value is.
    """
    options, owner = kinds.options, kinds.options.owner
    rows = len(options.option)
    one_each = sparse.csr_matrix((np.ones(rows), (owner, np.arange(rows))), shape=(options.customers, rows))
    takes = limits.of_options[binding][:, options.option] + limits.of_groups[binding][:, kinds.group[owner]]
    size = np.maximum(1, np.abs(takes).max(axis=1, initial=1)).astype(float)
    matrix = sparse.vstack([one_each, sparse.csr_matrix(takes / size[:, None])], format="csr")
    most = np.concatenate([kinds.counts, there[binding] / size])
    return matrix, most, size, max(1.0, float(options.value.max(initial=1)))
