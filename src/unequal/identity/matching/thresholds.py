"""From which weight on groups of records are joined: chosen without labels, from how many false joins are to be expected.

A weight is log2 odds, so a join of w bits is expected to be false one time in 1 + 2**w. Summed over all joins from the
strongest down, that is the share of pairs that a run would put together wrongly at each threshold.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from unequal.identity.arrays import Floats
from unequal.identity.matching.scoring import probability

LOWEST: Final = 1.45
"""Averages below this are not joined, however few there are: odds of five to two that two groups are one customer are too low.

A link that is missed shows as two smaller customers; a false one adds a stranger's losses to a good customer, and nobody sees it.
"""
HIGHEST: Final = 12.0


def threshold(joins: Floats, *, false_at_most: float) -> float:
    """The lowest weight at which no more than a share of all joined pairs is expected to be false, or less than one pair.

    A share says nothing of a handful of joins: there, what is likelier than not to be right by far is joined.

    Args:
        joins: a row a join: average weight, pairs of records; down to LOWEST.
        false_at_most: the share.

    >>> threshold(np.array([[8.0, 10.0], [3.0, 10.0], [0.0, 10.0]]), false_at_most=0.1)
    3.0

    Joins of one weight come all or not at all.

    >>> threshold(np.array([[8.0, 100.0], [2.0, 60.0], [2.0, 60.0]]), false_at_most=0.08)
    8.0
    """
    ordered = joins[np.argsort(-joins[:, 0], kind="stable")]
    rates = false_share(ordered)
    few = rates * ordered[:, 1].cumsum() < 1.0
    fitting = np.flatnonzero(few | (rates <= false_at_most))
    if not len(ordered):
        return LOWEST
    if not len(fitting):
        return HIGHEST
    if fitting[-1] == len(ordered) - 1:
        return LOWEST
    # Just above the first join that would be one too many, and all that weigh the same.
    fine = ordered[ordered[:, 0] > ordered[fitting[-1] + 1, 0], 0]
    return float(max(LOWEST, min(fine[-1], HIGHEST))) if len(fine) else HIGHEST


def false_share(joins: Floats) -> Floats:
    """For each join, in their order: the share of pairs expected to be false among those joined so far.

    >>> false_share(np.array([[0.0, 4.0], [0.0, 2.0]])).tolist()
    [0.5, 0.5]
    """
    false = (joins[:, 1] * (1.0 - probability(joins[:, 0]))).cumsum()
    found: Floats = false / np.maximum(joins[:, 1].cumsum(), 1.0)
    return found
