"""Pareto/NBD: customers order at rates of their own and live, unseen, for times of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from scipy.special import gammaln, psi

from unequal.terms.errors import ValuationError
from unequal.value.arrays import Floats, Ints, dot
from unequal.value.buying.histories import Histories
from unequal.value.buying.model import Horizons, Made, Model, each_observed, lengths


@dataclass(frozen=True)
class ParetoNbd(Model):
    """Exponential lifetimes whose rates are Gamma(s, beta); orders at rates that are Gamma(r, alpha).

    The likelihood of a history is, but for a factor, the integral over the time of death. Parted at the end of observation,
    and by parts beyond it, it is the sum of two positive integrals that stay exact at any history:

        (r+x) int_T^inf (alpha+u)^-(r+x+1) (beta+u)^-s du + s int_t_x^inf (alpha+u)^-(r+x) (beta+u)^-(s+1) du

    Source: Schmittlein, Morrison & Colombo 1987; Fader & Hardie 2005, note on deriving the Pareto/NBD.
    """

    r: float
    alpha: float
    s: float
    beta: float

    @classmethod
    def times(cls) -> tuple[float, ...]:
        """See `Model`."""
        return 0.0, 1.0, 0.0, 1.0

    def _terms(self, histories: Histories) -> tuple[Floats, Floats]:
        """Logs of the two integrals with their derivatives by (r+x), s, alpha and beta, for each of `at_end` and of `at_last`."""
        from unequal.value.buying.integrals import power_integrals

        end, last = histories.at_end, histories.at_last
        shape = self.r + end.orders
        beyond = power_integrals(shape + 1, self.s, self.alpha + end.time, self.beta + end.time)
        beyond[0] += np.log(shape)
        beyond[1] += 1 / shape
        since = power_integrals(self.r + last.orders, self.s + 1, self.alpha + last.time, self.beta + last.time)
        since[0] += np.log(self.s)
        since[2] += 1 / self.s
        return beyond, since

    def likelihood_and_gradient(self, histories: Histories) -> tuple[float, Floats]:
        """See `Model`."""
        from unequal.value.buying.counting import mixed_sum

        r, alpha, s, beta = self.r, self.alpha, self.s, self.beta
        beyond, since = self._terms(histories)
        end, last = histories.at_end, histories.at_last
        total, of_beyond, of_since = mixed_sum(beyond[0], since[0], end.at, last.at, histories.weight)
        orders, weight = histories.by_orders
        everyone = weight.sum()
        total += dot(weight, gammaln(r + orders) - gammaln(r)) + everyone * (r * np.log(alpha) + s * np.log(beta))
        slopes = [dot(over, of_beyond) + dot(through, of_since) for over, through in zip(beyond[1:], since[1:], strict=True)]
        by_r = slopes[0] + dot(weight, psi(r + orders) - psi(r)) + everyone * np.log(alpha)
        by_s = slopes[1] + everyone * np.log(beta)
        return float(total), np.array([by_r, slopes[2] + everyone * r / alpha, by_s, slopes[3] + everyone * s / beta])

    def p_alive(self, histories: Histories) -> Floats:
        """See `Model`: A / (A + s int_t_x^T (alpha+u)^-(r+x) (beta+u)^-(s+1) du), A = (alpha+T)^-(r+x) (beta+T)^-s."""
        beyond, since = self._terms(histories)
        end, last = histories.at_end, histories.at_last
        alive = -(self.r + end.orders) * np.log(self.alpha + end.time) - self.s * np.log(self.beta + end.time)
        return np.asarray(np.minimum(np.exp(alive[end.at] - np.logaddexp(beyond[0][end.at], since[0][last.at])), 1.0))

    def orders_if_alive(self, histories: Histories, horizon: float) -> Floats:
        """See `Model`."""
        end = histories.at_end
        alpha, beta = self.alpha + end.time, self.beta + end.time
        lived = np.log1p(horizon / beta)
        power = self.s - 1
        # The limit at s = 1; beside it expm1 loses nothing.
        weeks = beta * (lived if power == 0 else -np.expm1(-power * lived) / power)
        return np.asarray((self.r + end.orders) / alpha * weeks)

    def discounted_orders(self, histories: Histories, rate: float, *, horizon: float | None = None) -> Floats:
        """Expected orders from the end of observation on, each discounted to that day: DERT.

        Args:
            histories: of n kinds of customers.
            rate: continuous, for a unit of time; log(1 + yearly rate) / 52 where that is a week.
            horizon: without one, for ever.

        Raises:
            ValuationError: VAL004, the sum grows without bound: no discount, no horizon, and s at most 1; or the rate is negative.

        Source: Fader, Hardie & Lee 2005, RFM and CLV; their confluent hypergeometric function as an integral.
        """
        from unequal.value.buying.integrals import discounted_time

        if not 0 <= rate < np.inf or (rate == 0 and horizon is None and self.s <= 1):
            raise ValuationError("VAL004", "discounted orders have no sum", seen=f"rate {rate}, s = {self.s:.4g}, no horizon",
                                 do="give a positive rate of discount, or a horizon")  # fmt: skip
        if rate == 0 and horizon is not None:
            return self.expected_orders(histories, horizon)
        end = histories.at_end
        beta = self.beta + end.time
        time = beta * discounted_time(self.s, rate * beta)
        if horizon is not None:
            (ahead,) = lengths(horizon)
            later = beta + ahead
            time -= np.exp(-rate * ahead - self.s * np.log(later / beta)) * later * discounted_time(self.s, rate * later)
        return np.asarray(self.p_alive(histories) * ((self.r + end.orders) / (self.alpha + end.time) * time)[end.at])

    def probabilities_if_alive(self, histories: Histories, horizon: float, most: int) -> Floats:
        """See `Model`."""
        from unequal.value.buying.chances import orders_until_death

        end = histories.at_end
        nodes, shares = np.polynomial.legendre.leggauss(32)
        return orders_until_death(
            self.r + end.orders, self.alpha + end.time, self.s, self.beta + end.time, horizon, most, (nodes + 1) / 2, shares / 2
        )

    def draw_lives(self, histories: Histories, periods: Floats, generator: Generator) -> Ints:
        """See `Model`."""
        rate = generator.gamma(self.r + histories.repeat_orders) / (self.alpha + histories.observed)
        dying = generator.gamma(self.s, size=len(histories)) / (self.beta + histories.observed)
        return _future(rate, _life(dying, generator), periods, generator)

    def simulate(self, observed: Any, generator: Generator, *, periods: Horizons = ()) -> Made:
        """See `Model`."""
        time = each_observed(observed)
        rate = generator.gamma(self.r, size=len(time)) / self.alpha
        life = _life(generator.gamma(self.s, size=len(time)) / self.beta, generator)
        lived = np.minimum(life, time)
        orders = generator.poisson(rate * lived).astype(np.int64)
        last = np.where(orders > 0, lived * generator.beta(np.maximum(orders, 1), 1), 0.0)
        alive = life > time
        future = _future(rate, np.where(alive, life - time, 0.0), lengths(periods), generator)
        return Made(orders, last, time, alive, future)


def _life(dying: Floats, generator: Generator) -> Floats:
    """Time until each customer dies, at these rates."""
    return np.asarray(generator.exponential(size=len(dying)) / np.maximum(dying, 1e-300))


def _future(rate: Floats, life: Floats, periods: Floats, generator: Generator) -> Ints:
    """Orders in each period, as far as life reaches."""
    ends = np.cumsum(periods)
    lived = np.diff(np.minimum(life[:, None], ends), axis=1, prepend=0.0)
    return generator.poisson(rate[:, None] * lived).astype(np.int64)
