"""Gamma-Gamma: what an order of a customer brings, between what it brought so far and what orders bring on the whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.random import Generator
from scipy.special import gammaln, psi

from unequal.terms.errors import ValuationError
from unequal.value.arrays import Floats, Ints, dot
from unequal.value.buying.climbing import Objective, Summit, climb, is_hill

_START = (3.0, 3.0)
_WIDTH = 2.0
_FARTHEST = 9.0
_SAMPLE = 20_000


@dataclass(frozen=True)
class Spend:
    """What customers spent.

    Args:
        orders: over how many orders each customer's mean is taken; 1 or more.
        mean: what one of them brought in the mean, positive, in any one currency.

    Raises:
        ValuationError: VAL006, lengths differ, or a number of orders or a mean is not positive and finite.
    """

    orders: Ints
    mean: Floats

    def __post_init__(self) -> None:
        orders, mean = np.asarray(self.orders), np.asarray(self.mean, dtype=np.float64)
        if orders.shape != mean.shape or mean.ndim != 1:
            raise _no_spend(f"{orders.shape} numbers of orders, {mean.shape} means")
        wrong = ~((orders >= 1) & np.isfinite(orders) & (mean > 0) & np.isfinite(mean))
        if wrong.any():
            row = int(np.argmax(wrong))
            raise _no_spend(f"{int(wrong.sum())} of {len(wrong)} customers, first in row {row}: {orders[row]} orders of {mean[row]}")
        object.__setattr__(self, "orders", orders.astype(np.int64))
        object.__setattr__(self, "mean", mean)


@dataclass(frozen=True)
class GammaGamma:
    """Orders of a customer are Gamma(p, nu); the nu of customers are Gamma(q, v). Spend and rate of ordering are unrelated.

    Args:
        p: the larger, the more alike are the orders of one customer.
        q: the larger, the more alike are customers; above 1, or the mean over customers is not finite.
        v: a scale, in the currency of the spend.

    Raises:
        ValuationError: VAL002, a parameter is not positive and finite, or q is not above 1.

    Source: Fader & Hardie 2013, The gamma-gamma model of monetary value.
    """

    p: float
    q: float
    v: float

    def __post_init__(self) -> None:
        for name, value, least in (("p", self.p, 0.0), ("q", self.q, 1.0), ("v", self.v, 0.0)):
            if not least < value < np.inf:
                raise ValuationError("VAL002", f"a model of spend has a parameter that is not above {least:g} and finite",
                                     seen=f"{name} = {value}", do="take the parameters from a fit")  # fmt: skip

    @property
    def mean(self) -> float:
        """What an order of a customer brings of whom nothing is known: p v / (q - 1)."""
        return self.p * self.v / (self.q - 1)

    def log_likelihood(self, spend: Spend) -> float:
        """Logarithm of the likelihood of all customers' means."""
        return self.likelihood_and_gradient(spend)[0]

    def gradient(self, spend: Spend) -> Floats:
        """Derivatives of the log-likelihood by p, q and v."""
        return self.likelihood_and_gradient(spend)[1]

    def likelihood_and_gradient(self, spend: Spend) -> tuple[float, Floats]:
        """The log-likelihood and its derivatives by p, q and v."""
        p, q, v = self.p, self.q, self.v
        numbers, weight = np.unique(spend.orders, return_counts=True)
        customers, total = len(spend.mean), spend.orders * spend.mean
        known = np.log(total)
        both = np.log(v + total)
        height = dot(weight, gammaln(p * numbers + q) - gammaln(p * numbers) - gammaln(q)) + customers * q * np.log(v)
        height += p * dot(spend.orders, known - both) - q * float(both.sum()) - float(np.log(spend.mean).sum())
        by_p = dot(weight * numbers, psi(p * numbers + q) - psi(p * numbers)) + dot(spend.orders, known - both)
        by_q = dot(weight, psi(p * numbers + q)) + customers * (np.log(v) - psi(q)) - float(both.sum())
        by_v = customers * q / v - float(((p * spend.orders + q) / (v + total)).sum())
        return float(height), np.array([by_p, by_q, by_v])

    def _posterior(self, orders: Any, mean: Any) -> tuple[Floats, Floats]:
        """Shape and scale of what is known of a customer's nu."""
        number = np.asarray(orders, dtype=np.float64)
        spent = np.where(number > 0, number * np.asarray(mean, dtype=np.float64), 0.0)
        return self.q + self.p * number, self.v + spent

    def expected_spend(self, orders: Any, mean: Any) -> Floats:
        """What one more order of each customer is expected to bring: p (v + x m) / (p x + q - 1).

        Args:
            orders: n numbers of orders known, 0 where none is.
            mean: what they brought in the mean; of no matter where there is none.
        """
        shape, scale = self._posterior(orders, mean)
        return self.p * scale / (shape - 1)

    def spend_variance(self, orders: Any, mean: Any, *, coming: Any = 1) -> Floats:
        """Variance of what `coming` further orders of each customer bring together: of orders, and of not knowing the customer.

        Returns:
            Infinite where the posterior has a shape of 2 or less, p x + q <= 2.
        """
        shape, scale = self._posterior(orders, mean)
        number = self.p * np.asarray(coming, dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            square = number * (number + 1) * scale**2 / ((shape - 1) * (shape - 2))
            found = square - (number * scale / (shape - 1)) ** 2
        return np.where(shape > 2, found, np.where(number > 0, np.inf, 0.0))  # noqa: PLR2004

    def draw_spend(self, orders: Any, mean: Any, coming: Any, generator: Generator) -> Floats:
        """Draw what `coming` further orders of each customer bring together."""
        shape, scale = self._posterior(orders, mean)
        number = np.broadcast_to(self.p * np.asarray(coming, dtype=np.float64), shape.shape)
        return np.asarray(generator.gamma(number) * scale / generator.gamma(shape))

    def simulate(self, orders: Ints, generator: Generator) -> Spend:
        """Make what customers spend who ordered so often, 1 time or more."""
        nu = generator.gamma(self.q, size=len(orders)) / self.v
        return Spend(orders, generator.gamma(self.p * orders) / nu / orders)


@dataclass(frozen=True)
class SpendFit:
    """The parameters that make what was spent likeliest.

    Args:
        model: with these.
        log_likelihood: of the spend.
        covariance: of log p, log(q - 1) and log v.
        converged: whether this is a maximum, or, where `note` says so, one with a weak pull.
        note: what is out of the ordinary; empty where nothing is.
        iterations: how often the likelihood was computed on all customers.
    """

    model: GammaGamma
    log_likelihood: float
    covariance: Floats
    converged: bool
    note: str
    iterations: int

    @property
    def standard_errors(self) -> Floats:
        """Of p, q and v, by the delta method."""
        slopes = np.array([self.model.p, self.model.q - 1, self.model.v])
        return np.asarray(slopes * np.sqrt(np.diag(self.covariance)))

    def draws(self, count: int, generator: Generator) -> list[GammaGamma]:
        """Models whose parameters are as likely as what the fit does not know."""
        drawn = generator.multivariate_normal(np.zeros(3), self.covariance, size=count, method="eigh")
        at = _logs(self.model)
        return [_model(at + np.clip(row, -_FARTHEST, _FARTHEST)) for row in drawn]


def fit_spend(spend: Spend) -> SpendFit:
    """Fit the model to spend; never an error.

    q is sought above 1 only. Where the likelihood has no maximum there, parameters are pulled weakly towards usual values (p and
    q 3, the mean as observed), and `note` says so; without customers they are those values, about 1 of the currency.
    """
    if not len(spend.mean):
        return SpendFit(
            _model(_usual(1.0)), 0.0, np.eye(3) * _WIDTH**2, converged=False, note="there is no spend to learn from", iterations=0
        )
    # In units of its typical size, so that the search starts near; the likelihood itself is computed of what was given.
    unit = float(np.exp(np.log(spend.mean).mean()))
    scaled = Spend(spend.orders, spend.mean / unit)
    home = _usual(1.0)
    top = _climbed(scaled, home, pulled=False)
    calls, note = top.steps, ""
    if not top.found:
        top = _climbed(scaled, home, pulled=True)
        calls += top.steps
        note = "the likelihood of the spend has no maximum: parameters are pulled weakly towards usual values"
    model = _model(top.at)
    model = replace(model, v=model.v * unit)
    known = np.linalg.inv(top.curvature) if is_hill(top.curvature) else np.eye(3) * _WIDTH**2
    return SpendFit(model, model.log_likelihood(spend), known, top.found, note, calls)


def _usual(mean: float) -> Floats:
    return _logs(GammaGamma(*_START, mean * (_START[1] - 1) / _START[0]))


def _logs(model: GammaGamma) -> Floats:
    return np.log([model.p, model.q - 1, model.v])


def _model(logs: Floats) -> GammaGamma:
    p, more, v = (float(value) for value in np.exp(logs))
    return GammaGamma(p, 1 + more, v)


def _objective(spend: Spend, home: Floats, *, pulled: bool) -> Objective:
    """The log-likelihood by log p, log(q - 1) and log v, less a weak pull where one is asked for."""

    def computed(logs: Floats) -> tuple[float, Floats]:
        height, slope = _model(logs).likelihood_and_gradient(spend)
        away = (logs - home) / _WIDTH if pulled else np.zeros(3)
        return height - float(away @ away) / 2, slope * np.exp(logs) - away / _WIDTH

    return computed


def _climbed(spend: Spend, home: Floats, *, pulled: bool) -> Summit:
    """The maximum; of many customers, from where every so manieth leads."""
    every = len(spend.mean) // _SAMPLE
    far = _FARTHEST * (4 if pulled else 1)
    box = (home - far, home + far)
    with np.errstate(all="ignore"):
        if every <= 1:
            return climb(_objective(spend, home, pulled=pulled), home, box=box)
        few = Spend(spend.orders[::every], spend.mean[::every])
        near = climb(_objective(few, home, pulled=pulled), home, box=box)
        known = near.curvature * (len(spend.mean) / len(few.mean)) if near.found else None
        return climb(_objective(spend, home, pulled=pulled), near.at, box=box, known=known)


def _no_spend(seen: str) -> ValuationError:
    return ValuationError("VAL006", "spend is not a positive mean over at least one order", seen=seen,
                          do="leave out customers without positive spend, and model the margin apart")  # fmt: skip
