"""What customers could become: how likely each is to stand among the best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from unequal.value.arrays import Floats

TOP_SHARE = 0.2
"""The best are the first fifth, rounded down, as everywhere."""


def bar_of(draws: Any, *, top_share: float = TOP_SHARE) -> Floats:
    """What it takes to stand among the best, in each of several futures.

    Args:
        draws: customers x futures: what each brings in each.
        top_share: of the customers.

    Returns:
        For each future the amount of the last customer among the best; infinite where the share rounds to nobody.
    """
    customers, futures = draws.shape
    best = int(customers * top_share)
    if best == 0:
        return np.full(futures, np.inf)
    place = customers - best
    bars: Floats = np.partition(draws, place, axis=0)[place]
    return bars


def top_probability(draws: Any, bar: Floats | float) -> Floats:
    """How likely each customer is to stand among the best: the share of futures in which he reaches the bar, and brings more than nothing."""
    reached: Floats = ((draws >= bar) & (draws > 0)).mean(axis=1)
    return reached


@dataclass(frozen=True)
class Calibration:
    """How probabilities fared against what came.

    Args:
        brier: mean squared difference of probability and outcome; less is better.
        brier_of_rate: the same of a forecast that gives everyone the base's rate.
        expected, came: per tenth of customers by probability, lowest first: mean probability and share that came.
    """

    brier: float
    brier_of_rate: float
    expected: Floats
    came: Floats


def calibration(probability: Floats, came: Any, *, parts: int = 10) -> Calibration:
    """Hold probabilities against what came.

    Args:
        probability: of each customer.
        came: whether it did, boolean, in the same order.
        parts: into how many groups of equal size customers are put by probability.
    """
    outcome = came.astype(np.float64)
    order = np.argsort(probability, kind="stable")
    groups = [group for group in np.array_split(order, parts) if len(group)]
    return Calibration(
        brier=float(np.mean(np.square(probability - outcome))),
        brier_of_rate=float(np.mean(np.square(outcome.mean() - outcome))),
        expected=np.array([probability[group].mean() for group in groups]),
        came=np.array([outcome[group].mean() for group in groups]),
    )
