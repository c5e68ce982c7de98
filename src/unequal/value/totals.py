"""Totals of forecasts, and how far off they may be.

Customers' own chances cancel out in a total, and the error that all of them share does not: a
model that is 8 % too high is 8 % too high for a million customers as for ten thousand. That
shared error, the common shock, is estimated from how far earlier forecasts of totals were off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from scipy.special import stdtrit

from unequal.value.arrays import Floats

PRIOR_SHOCK = 0.10
"""How far totals are off before anything is known: a tenth, which published comparisons of such models come to."""
PRIOR_WEIGHT = 3.0
"""As how many totals the prior counts."""


@dataclass(frozen=True)
class Shock:
    """The error that all customers of a forecast share.

    Args:
        bias: how much of a total's size came beside what was expected, on average; shrunk towards zero.
        spread: standard deviation of a total's relative error beside that.
        freedom: degrees of freedom of the spread: as many totals as it rests on, the prior's counted in.
    """

    bias: float
    spread: float
    freedom: float


def together(lines: Sequence[Mapping[date, Any]], segments: int) -> list[Any]:
    """Totals of segments over all lines of business, for each day of earlier forecasts.

    Errors are those of what is told, a segment's total: a line of business that is small in it cannot be far off in it.

    Args:
        lines: of each line and kind of customer, by the day of the forecast: segments x came, expected, variance, size; lines may have
            fewer segments, of the lowest numbers.
        segments: how many there are.

    Returns:
        One array for each day, latest first: segments x the same; lines are taken as independent.
    """
    found: dict[date, Any] = {}
    for line in lines:
        for day, each in line.items():
            found.setdefault(day, np.zeros((segments, 4)))[: len(each)] += each
    return [found[day] for day in sorted(found, reverse=True)]


def common_shock(actual: Floats, expected: Floats, variance: Floats, size: Floats) -> Shock:
    """The common shock that earlier forecasts of totals show.

    The squared relative error of a total is what its customers' chances explain (variance over size squared) and the shock's
    own variance; the latter is what is left, by moments, with a prior of PRIOR_SHOCK that counts as PRIOR_WEIGHT totals.

    Args:
        actual: what came, a total each.
        expected: what was forecast.
        variance: of the total by its customers' chances and the parameters' uncertainty.
        size: what errors are measured by: the sum of the absolute expectations. Totals of no size are left out.
    """
    told = size > 0
    prior = PRIOR_SHOCK**2
    if not told.any():
        return Shock(0.0, PRIOR_SHOCK, PRIOR_WEIGHT)
    error = (actual[told] - expected[told]) / size[told]
    chance = variance[told] / size[told] ** 2
    weight = 1.0 / (prior + chance)
    bias = float((weight * error).sum() / (weight.sum() + 1.0 / prior))
    excess = np.square(error - bias) - chance
    left = float((weight * excess).sum() / weight.sum())
    count = float(weight.sum() * prior)
    spread = (max(left, 0.0) * count + prior * PRIOR_WEIGHT) / (count + PRIOR_WEIGHT)
    return Shock(bias, float(np.sqrt(spread)), PRIOR_WEIGHT + count)


def interval(expected: Floats, variance: Floats, size: Floats, shock: Shock, *, coverage: float = 0.9) -> tuple[Floats, Floats]:
    """Between what ends totals lie: low and high, each like `expected`.

    Args:
        expected: the totals.
        variance: by customers' chances and parameters.
        size: sum of absolute expectations, as in `common_shock`.
        shock: what earlier totals showed.
        coverage: how often the truth is to lie between the ends.
    """
    centre = expected + shock.bias * size
    half = float(stdtrit(shock.freedom, 0.5 + coverage / 2)) * np.sqrt(variance + np.square(shock.spread * size))
    # Where earlier totals were off to one side for long, the range may lie beside what is expected: it is widened to hold it.
    return np.minimum(centre - half, expected), np.maximum(centre + half, expected)
