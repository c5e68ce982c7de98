"""Who is in two minds at prices that are close: a problem that is small, beside all the others, whose choice is clear.

Where some options tie and others do not, prices lie on an edge that rounding only comes near, and who takes which of the options that tie is not told
by them. Whoever brings much more by one option than by any other has that one in the best plan, too; of the others a linear program says how many of
each kind have which option, and prices what is scarce among them.

Source: Kellerer, Pferschy and Pisinger, Knapsack Problems (2004), chapter 5 on cores.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from unequal.treatments.allocation.alike import kinds_of
from unequal.treatments.allocation.dual import Pass, Pricing, linear
from unequal.treatments.allocation.problem import Array, Options

_APART: Final = (0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001, 0.00001)
"""How far apart two options are, in averages of what is brought, of which the better is clear: the first that leaves few enough."""


def of_core(pricing: Pricing, found: Pass, most: int) -> Pass:
    """Better prices, and a plan that is close to what fits, of prices that are close.

    Args:
        pricing: the problem.
        found: what comes of the prices.
        most: rows of kinds of customers who are in two minds, all together.

    Returns:
        The same where no core is small enough.
    """
    options, average = pricing.options, found.bound / max(1, int((found.taken >= 0).sum()))
    owner = options.owner
    lost, ended = _lost(pricing, found, owner)
    for apart in _APART:
        near = lost <= apart * average
        # Who takes nothing, or would take nothing nearly as gladly, is in two minds by one option.
        minds = np.bincount(owner[near], minlength=options.customers) + (ended <= apart * average)
        inside = minds > 1
        rows = np.flatnonzero(near & inside[owner])
        if not len(rows):
            return found
        starts = np.concatenate([[0], np.cumsum(np.bincount(owner[rows], minlength=options.customers)[inside])]).astype(np.int64)
        core = Options(starts, options.option[rows], options.value[rows])
        kinds = kinds_of(core, pricing.group[inside], most)
        if kinds is None:
            continue
        clear = np.where(inside, -1, found.taken)
        prices, chosen = linear(pricing, kinds, pricing.limits.limits - pricing.used(clear))
        if chosen is None:
            return found
        again, taken = pricing.at(prices), kinds.spread(core, chosen)
        clear[inside] = np.where(taken >= 0, rows[taken], -1)
        return replace(min(found, again, key=lambda one: one.bound), planned=clear)
    return found


def _lost(pricing: Pricing, found: Pass, owner: Array) -> tuple[Array, Array]:
    """What each row brings less, at the prices, than the one that is taken; and what nothing does, of each customer."""
    options, prices = pricing.options, pricing.prices(found.prices)
    reduced = options.value - prices.option[options.option] - prices.group[pricing.group[owner]]
    best = np.where(found.taken >= 0, reduced[found.taken] if len(reduced) else 0.0, 0.0)
    return best[owner] - reduced, best
