"""One treatment or none for each customer, so that together they bring most and no limit is exceeded.

This is the multiple-choice knapsack with several limits. Prices come from its dual (`dual`). What everybody would take at them is close to what fits: the
moves that lose least at the prices make it fit, and then those that lose least fill what is left. A problem that is small is given to HiGHS, too, which
proves its answer.

Sources: Sinha and Zoltners, The Multiple-Choice Knapsack Problem, Operations Research 27 (1979); Kellerer, Pferschy and Pisinger, Knapsack
Problems (2004), chapter 11; Huangfu and Hall, Parallelizing the dual revised simplex method, Mathematical Programming Computation 10 (2018).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from unequal.treatments.allocation.alike import Kinds
from unequal.treatments.allocation.dual import SMALL, Pass, Pricing, priced, program
from unequal.treatments.allocation.problem import Allocation, Array, Limits, Options
from unequal.treatments.allocation.tables import Room
from unequal.treatments.allocation.two_minds import of_core

SMALL_AND_FAIR: Final = 2_000
"""The same where groups are to be treated alike, which is far harder to prove."""
SECONDS: Final = 10.0
"""How long it may take; then its best so far, and its bound, count."""
_MOVES: Final = 300_000
_ROUNDS: Final = 3
_FAR: Final = 1e-5
"""The share by which a plan may fall short before those who are in two minds are looked at again."""
_CLOSE: Final = 1e-6
"""The share by which a plan for many may fall short without HiGHS being asked for the last of it."""
_ERR: Final = 1e-9
"""How far, as a share, a bound may lie off by the way that floats are summed."""


def solve(options: Options, limits: Limits, *, small: int = SMALL) -> Allocation:
    """Choose for each customer a row of options or none.

    Args:
        options: what may be done with whom.
        limits: what there is to go round.
        small: HiGHS is asked up to so many rows.

    Returns:
        A choice within every limit, to the last unit; with a bound on the best there is, and the price of each limit.
    """
    pricing = Pricing(options, limits)
    found = priced(pricing, small=small)
    taken = _fitted(pricing, found)
    if found.planned is None and _value(options, taken) < found.bound * (1 - _FAR):
        found = of_core(pricing, found, small)
    if found.planned is not None:
        taken = max(taken, _fitted(pricing, replace(found, taken=found.planned)), key=lambda one: _value(options, one))
    value, bound, is_exact = _value(options, taken), found.bound, False
    kinds = pricing.kinds(small if limits.fairness is None else min(small, SMALL_AND_FAIR))
    if kinds is not None and value < bound and not (len(options.option) > small and value >= bound * (1 - _CLOSE)):
        exact, least = _exact(pricing, kinds)
        bound = max(min(bound, least), 0.0)
        if exact is not None and _value(options, exact) > value and _fits(pricing, exact):
            taken, value = exact, _value(options, exact)
        # Everything is whole, and so is the best there is.
        is_exact = bool(value >= np.floor(bound * (1 + _ERR)))
        bound = float(value) if is_exact else bound
    use = pricing.used(taken)
    names = limits.names
    return Allocation(
        taken, value, max(bound, float(value)), max(found.bound, float(value)), {name: int(use[at]) for at, name in enumerate(names)},
        {name: float(found.prices[at]) for at, name in enumerate(names)}, found.prices @ limits.of_groups, found.prices[len(names) :],
        is_exact or value >= bound * (1 - _ERR),
    )  # fmt: skip


def _value(options: Options, taken: Array) -> int:
    return int(options.value[taken[taken >= 0]].sum())


def _fits(pricing: Pricing, taken: Array) -> bool:
    return bool((pricing.used(taken) <= pricing.limits.limits).all())


def _fitted(pricing: Pricing, found: Pass) -> Array:
    """What is chosen at prices, made to fit, and filled up."""
    from unequal.treatments.allocation.kernels import end_some, fill, losses, repair

    options, limits, rows = pricing.options, pricing.limits, pricing.rows
    taken, use = found.taken.copy(), pricing.used(found.taken)
    moved = np.zeros(options.customers, np.bool_)
    owner = options.owner
    lost, room = np.empty(len(owner) + options.customers), Room(limits.of_options, limits.of_groups, limits.limits, limits.scale)
    losses(rows, pricing.prices(found.prices), taken, lost)
    if (use > limits.limits).any():
        for most in (_MOVES, len(lost)):
            if repair(_cheapest(lost, most), owner, rows, room, use, taken, moved):
                break
        else:
            end_some(np.argsort(lost[len(owner) :], kind="stable"), rows, room, use, taken)
    of_rows = lost[: len(owner)]
    of_rows[found.taken[found.taken >= 0]] = 0.0
    order = _cheapest(of_rows, _MOVES)
    for _ in range(_ROUNDS):
        if not fill(order, of_rows[order], owner, rows, room, use, taken):
            break
    return taken


def _cheapest(lost: Array, most: int) -> Array:
    """The moves that lose least, the least first; ties by place."""
    if len(lost) <= most:
        return np.argsort(lost, kind="stable")
    edge = np.partition(lost, most)[most]
    near = np.flatnonzero(lost <= edge)
    return near[np.argsort(lost[near], kind="stable")]


def _exact(pricing: Pricing, kinds: Kinds) -> tuple[Array | None, float]:
    """The best there is by HiGHS, and the bound it proves; none where it finds none in time."""
    limits = pricing.limits
    matrix, most, _, worth = program(kinds, limits, np.flatnonzero(pricing.can_bind), limits.limits)
    of_kinds = kinds.options
    found = milp(
        -of_kinds.value / worth, integrality=np.ones(len(of_kinds.option), np.int64), bounds=Bounds(0, kinds.counts[of_kinds.owner]),
        constraints=[LinearConstraint(matrix, ub=most)], options={"time_limit": SECONDS, "mip_rel_gap": 0.0},
    )  # fmt: skip
    bound = -found.mip_dual_bound * worth if found.mip_dual_bound is not None else np.inf
    if found.x is None:
        return None, float(bound)
    return kinds.spread(pricing.options, np.rint(found.x).astype(np.int64)), float(bound)
