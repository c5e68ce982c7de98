"""The contest of models: which forecasts earlier days would have made best, told in dollars.

Mean absolute error alone would choose to forecast nothing: most customers order nothing, and
a constant zero comes within a hair of the best model. What decides is the root mean squared
error in dollars together with the Poisson deviance of the orders, relative to the best of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.value.arrays import Floats, Ints
from unequal.value.known import Known

BASELINES: Final = ("last_year_again", "mean", "zero")
"""Forecasts that need no model; one that does not beat them is not worth its name."""

_LEAST_ORDERS: Final = 1e-3
"""A forecast of no order at all is held to have meant this many, so that one order does not make its deviance infinite."""


@dataclass(frozen=True)
class Ahead:
    """What is expected of each customer in a window of time: orders, and what they bring after service."""

    orders: Floats
    brought: Floats


@dataclass(frozen=True)
class Score:
    """How one forecast did in one test.

    Args:
        rmse: root mean squared error of what each customer brought.
        mae: mean absolute error of it.
        deviance: mean Poisson deviance of the orders.
        orders, orders_expected: totals.
        brought, brought_expected: totals.
    """

    rmse: float
    mae: float
    deviance: float
    orders: float
    orders_expected: float
    brought: float
    brought_expected: float

    @property
    def bias(self) -> float | None:
        """By what share of itself the total of orders was missed; None where none came."""
        return self.orders_expected / self.orders - 1 if self.orders else None


def baseline(name: str, known: Known, *, weeks: float, weeks_again: float) -> Ahead:
    """A forecast without a model.

    Args:
        name: one of BASELINES.
        known: histories.
        weeks: how far ahead.
        weeks_again: how long the window of `orders_again` was.

    Returns:
        last_year_again: what came in that window, scaled to `weeks`; mean: the base's mean of that for everyone; zero.
    """
    scale = weeks / weeks_again
    again = Ahead(known.orders_again * scale, known.brought_again * scale)
    if name == "last_year_again":
        return again
    if name == "mean":
        everyone = np.ones(len(known))
        return Ahead(everyone * _mean(again.orders), everyone * _mean(again.brought))
    if name == "zero":
        return Ahead(np.zeros(len(known)), np.zeros(len(known)))
    raise KeyError(name)


def _mean(values: Floats | Ints) -> float:
    return float(values.mean()) if len(values) else 0.0


def score(ahead: Ahead, *, orders: Ints, brought: Floats) -> Score:
    """Hold a forecast against what came; both in the order of the same customers."""
    error = ahead.brought - brought
    return Score(
        rmse=float(np.sqrt(_mean(np.square(error)))),
        mae=_mean(np.abs(error)),
        deviance=poisson_deviance(orders, ahead.orders),
        orders=float(orders.sum()),
        orders_expected=float(ahead.orders.sum()),
        brought=float(brought.sum()),
        brought_expected=float(ahead.brought.sum()),
    )


def poisson_deviance(counts: Ints, expected: Floats) -> float:
    """Mean deviance 2(y ln(y/m) - y + m) of counts from their expectations; expectations below a thousandth count as that."""
    mean = np.maximum(expected, _LEAST_ORDERS)
    log_ratio = np.log(np.where(counts > 0, counts, 1.0) / mean)
    return _mean(2 * (np.where(counts > 0, counts * log_ratio, 0.0) - counts + mean))


def best(scores: Mapping[str, Sequence[Score]]) -> str:
    """Which candidate to trust: the one whose worse of two ratios, pooled over the tests, is smallest.

    The ratios are the root mean squared error in dollars, and the deviance of orders, each over the smallest that any
    candidate reached. Ties go to the first listed.

    Args:
        scores: candidate -> its scores, of the same tests in the same order; at least one candidate.
    """
    rmse = {name: float(np.sqrt(np.mean([np.square(one.rmse) for one in each]))) for name, each in scores.items()}
    deviance = {name: float(np.mean([one.deviance for one in each])) for name, each in scores.items()}
    least_rmse, least_deviance = min(rmse.values()), min(deviance.values())
    return min(scores, key=lambda name: max(_ratio(rmse[name], least_rmse), _ratio(deviance[name], least_deviance)))


def _ratio(value: float, least: float) -> float:
    if least > 0:
        return value / least
    return 1.0 if value <= 0 else np.inf
