"""Who would have been treated but for his lot, where there is not enough for all.

At the prices of a plan many may be in two minds, and of these the plan treats as many as there is room for. Whoever is held out must be counted as often as
those like him are treated, no more and no less: else the arms of a trial are not as they were drawn. So each who is held out is held against those of the
same policy who are not, and for whom it is as much better than what else they may have: the share of these who are treated is how likely he would have been.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from unequal.treatments.allocation.problem import Array

_NEAR: Final = 25
"""Of those who are not quite alike so many to each side count, or a hundredth of all where that is fewer."""


def would_have(owner: Array, policy: Array, stands: Array, reduced: Array, taken: Array) -> Array:
    """Of each row whether it would have been taken, had the lot, or the person who decides, not kept it back.

    The likelihoods of one policy, put side by side in the order of how much better it is, choose every row at which their sum passes another half:
    so as many are chosen as they add up to, and the same ones whenever it is asked.

    Args:
        owner: of each row its customer, in the order of customers.
        policy: of each row, from 0 on; it stands in all rows of a customer, or in none.
        stands: of each row whether it may be taken.
        reduced: what it brings beyond its price, a float.
        taken: of each customer the row that he takes; -1 for none.

    Returns:
        Of each row a truth value; of a customer and policy one row at most, the one that brings most.
    """
    found = np.zeros(len(owner), bool)
    if not len(owner):
        return found
    better, is_taken = _better(owner, policy, stands, reduced, len(taken)), np.zeros(len(owner), bool)
    is_taken[taken[taken >= 0]] = True
    order = np.argsort(policy, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(policy[order])) + 1):
        kept_back = rows[~stands[rows]]
        if not len(kept_back):
            continue
        asked = _best_of_each(kept_back, owner, better)
        others = rows[stands[rows]]
        likely = _likely(better[asked], *_each(others, owner, better, is_taken))
        asked, likely = (one[np.argsort(better[asked], kind="stable")] for one in (asked, likely))
        passed = np.floor(np.cumsum(likely) + 0.5)
        found[asked[np.diff(passed, prepend=0.0) > 0]] = True
    return found


def _better(owner: Array, policy: Array, stands: Array, reduced: Array, customers: int) -> Array:
    """By how much each row brings more, beyond its price, than the best that its customer may have by another policy, or than nothing."""
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    standing, mine = np.where(stands, reduced, -np.inf), np.empty(customers, np.int64)
    mine[owner[first]] = np.arange(len(first))
    of_row = mine[owner]
    most = np.maximum.reduceat(standing, first)
    # The first of those that bring most says which policy it is.
    places = np.where(standing == most[of_row], np.arange(len(owner)), len(owner))
    best = policy[np.minimum(np.minimum.reduceat(places, first), len(owner) - 1)]
    of_others = np.maximum.reduceat(np.where(policy == best[of_row], -np.inf, standing), first)
    return reduced - np.maximum(0.0, np.where(policy == best[of_row], of_others[of_row], most[of_row]))


def _best_of_each(rows: Array, owner: Array, better: Array) -> Array:
    """Of the rows of one policy the best of each customer."""
    inside = rows[np.lexsort((rows, -better[rows], owner[rows]))]
    return inside[np.diff(owner[inside], prepend=-1) > 0]


def _each(rows: Array, owner: Array, better: Array, is_taken: Array) -> tuple[Array, Array]:
    """Of each customer for whom one policy stands: by how much it is better, and whether he has it."""
    if not len(rows):
        return np.empty(0), np.empty(0)
    first = np.flatnonzero(np.diff(owner[rows], prepend=-1))
    return np.maximum.reduceat(better[rows], first), np.maximum.reduceat(is_taken[rows], first).astype(float)


def _likely(asked: Array, others: Array, treated: Array) -> Array:
    """The share of those treated among who is alike, in the band where the plan does not go by the prices alone; elsewhere who would take it at them."""
    count, at_prices = len(others), (asked > 0).astype(float)
    if not count:
        return at_prices
    band = np.abs(others[treated != (others > 0)]).max(initial=0.0)
    order = np.argsort(others, kind="stable")
    others, sums = others[order], np.concatenate([[0.0], np.cumsum(treated[order])])
    left, right = np.searchsorted(others, asked, "left"), np.searchsorted(others, asked, "right")
    near = min(_NEAR, max(1, count // 100))
    middle = (left + right) // 2
    first, last = np.clip(np.minimum(left, middle - near), 0, count - 1), np.clip(np.maximum(right, middle + near), 1, count)
    return np.where(np.abs(asked) <= band, (sums[last] - sums[first]) / (last - first), at_prices)
