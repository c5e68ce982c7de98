"""Customers who never stop: what is fallen back to where histories say nothing of stopping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from scipy.special import gammaln, psi

from unequal.value.arrays import Floats, Ints, dot
from unequal.value.buying.histories import Histories
from unequal.value.buying.model import Horizons, Made, Model, each_observed, lengths


@dataclass(frozen=True)
class _Steady(Model):
    """What both models of this file share: everybody is alive."""

    def p_alive(self, histories: Histories) -> Floats:
        """See `Model`: 1."""
        return np.ones(len(histories))

    def orders_if_alive(self, histories: Histories, horizon: float) -> Floats:
        """See `Model`."""
        shape, scale = self._rates(histories.at_end.orders, histories.at_end.time)
        return shape / scale * horizon

    def probabilities_if_alive(self, histories: Histories, horizon: float, most: int) -> Floats:
        """See `Model`."""
        from unequal.value.buying.chances import due_orders

        shape, scale = self._rates(histories.at_end.orders, histories.at_end.time)
        return due_orders(shape, horizon / scale, most)

    def draw_lives(self, histories: Histories, periods: Floats, generator: Generator) -> Ints:
        """See `Model`."""
        shape, scale = self._rates(histories.repeat_orders, histories.observed)
        return generator.poisson((generator.gamma(shape) / scale)[:, None] * periods).astype(np.int64)

    def simulate(self, observed: Any, generator: Generator, *, periods: Horizons = ()) -> Made:
        """See `Model`."""
        time = each_observed(observed)
        shape, scale = self._rates(np.zeros(len(time), np.int64), np.zeros(len(time)))
        rate = generator.gamma(shape) / scale
        orders = generator.poisson(rate * time).astype(np.int64)
        last = np.where(orders > 0, time * generator.beta(np.maximum(orders, 1), 1), 0.0)
        future = generator.poisson(rate[:, None] * lengths(periods)).astype(np.int64)
        return Made(orders, last, time, np.ones(len(time), np.bool_), future)

    def _rates(self, orders: Ints, observed: Floats) -> tuple[Floats, Floats]:
        """Shape and scale of the rates of customers with such histories."""
        raise NotImplementedError


@dataclass(frozen=True)
class Nbd(_Steady):
    """Rates of orders are Gamma(r, alpha) over customers, and nobody stops.

    Source: Ehrenberg 1959, The pattern of consumer purchases.
    """

    r: float
    alpha: float

    @classmethod
    def times(cls) -> tuple[float, ...]:
        """See `Model`."""
        return 0.0, 1.0

    def likelihood_and_gradient(self, histories: Histories) -> tuple[float, Floats]:
        """See `Model`."""
        r, alpha, end = self.r, self.alpha, histories.at_end
        of_end = np.bincount(end.at, weights=histories.weight, minlength=len(end.time))
        orders, weight = histories.by_orders
        everyone, scale = weight.sum(), alpha + end.time
        total = dot(weight, gammaln(r + orders) - gammaln(r)) + everyone * r * np.log(alpha)
        total -= dot(of_end, (r + end.orders) * np.log(scale))
        by_r = dot(weight, psi(r + orders) - psi(r)) + everyone * np.log(alpha) - dot(of_end, np.log(scale))
        return float(total), np.array([by_r, everyone * r / alpha - dot(of_end, (r + end.orders) / scale)])

    def _rates(self, orders: Ints, observed: Floats) -> tuple[Floats, Floats]:
        return self.r + orders, self.alpha + observed


@dataclass(frozen=True)
class Poisson(_Steady):
    """Everybody orders at one rate and nobody stops: the mean, said as a model."""

    rate: float

    @classmethod
    def times(cls) -> tuple[float, ...]:
        """See `Model`."""
        return (-1.0,)

    def likelihood_and_gradient(self, histories: Histories) -> tuple[float, Floats]:
        """See `Model`."""
        orders, time = dot(histories.repeat_orders, histories.weight), dot(histories.observed, histories.weight)
        return orders * float(np.log(self.rate)) - self.rate * time, np.array([orders / self.rate - time])

    def _rates(self, orders: Ints, observed: Floats) -> tuple[Floats, Floats]:  # noqa: ARG002 - the rate is known
        # A rate that is known is a gamma of a shape beyond all measure; its spread is then one part in a million.
        shape = np.full(len(orders), 1e12)
        return shape, shape / self.rate
