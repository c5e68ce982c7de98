"""BG/NBD: customers order at rates of their own, and after each repeat order each may stop with a chance of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from scipy.special import betaln, gammaln, psi

from unequal.value.arrays import Floats, Ints, dot
from unequal.value.buying.histories import Histories
from unequal.value.buying.model import Horizons, Made, Model, each_observed, lengths


@dataclass(frozen=True)
class BgNbd(Model):
    """Beta-geometric drop-out, negative binomial orders.

    Rates are Gamma(r, alpha) over customers, in orders a unit of time; chances to stop after a repeat order are Beta(a, b).
    Who has not ordered again cannot have stopped: P(alive) is 1 at no repeat orders, which is the model's flaw.

    Source: Fader, Hardie & Lee 2005, "Counting your customers" the easy way.
    """

    r: float
    alpha: float
    a: float
    b: float

    @classmethod
    def times(cls) -> tuple[float, ...]:
        """See `Model`."""
        return 0.0, 1.0, 0.0, 0.0

    def _terms(self, histories: Histories) -> tuple[Floats, Floats]:
        """Logs of the likelihood's terms alive and left, for each of `at_end` and of `at_last`."""
        end, last = histories.at_end, histories.at_last
        alive = -(self.r + end.orders) * np.log(self.alpha + end.time)
        # After x - 1 orders survived, stopping at the last has odds a to b + x - 1 against surviving it; 1 stands for no order.
        odds = np.log(self.a) - np.log(self.b + np.maximum(last.orders, 1) - 1)
        left = np.where(last.orders > 0, odds - (self.r + last.orders) * np.log(self.alpha + last.time), -np.inf)
        return alive, left

    def likelihood_and_gradient(self, histories: Histories) -> tuple[float, Floats]:
        """See `Model`."""
        from unequal.value.buying.counting import mixed_sum

        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        end, last = histories.at_end, histories.at_last
        total, of_alive, of_left = mixed_sum(*self._terms(histories), end.at, last.at, histories.weight)
        orders, weight = histories.by_orders
        everyone = weight.sum()
        counts = gammaln(r + orders) - gammaln(r) + betaln(a, b + orders) - betaln(a, b)
        total += dot(weight, counts) + everyone * r * np.log(alpha)
        by_r = dot(weight, psi(r + orders) - psi(r)) + everyone * np.log(alpha)
        by_alpha = everyone * r / alpha
        by_a = dot(weight, psi(a + b) - psi(a + b + orders)) + of_left.sum() / a
        by_b = dot(weight, psi(b + orders) - psi(b) + psi(a + b) - psi(a + b + orders))
        by_b -= dot(of_left, 1 / (b + np.maximum(last.orders, 1) - 1))
        for share, pairs in ((of_alive, end), (of_left, last)):
            scale = alpha + pairs.time
            by_r -= dot(share, np.log(scale))
            by_alpha -= dot(share, (r + pairs.orders) / scale)
        return float(total), np.array([by_r, by_alpha, by_a, by_b])

    def p_alive(self, histories: Histories) -> Floats:
        """See `Model`: 1 / (1 + [x>0] a/(b+x-1) ((alpha+T)/(alpha+t_x))^(r+x)); always 1 where nothing was ordered again."""
        alive, left = self._terms(histories)
        with np.errstate(over="ignore"):
            return 1 / (1 + np.exp(left[histories.at_last.at] - alive[histories.at_end.at]))

    def orders_if_alive(self, histories: Histories, horizon: float) -> Floats:
        """See `Model`."""
        from unequal.value.buying.integrals import surviving_orders

        end = histories.at_end
        b = self.b + end.orders
        return surviving_orders(self.r + end.orders, horizon / (self.alpha + end.time), self.a, b, betaln(self.a, b))

    def probabilities_if_alive(self, histories: Histories, horizon: float, most: int) -> Floats:
        """See `Model`: the y-th order is the last one due, or the customer stops after it."""
        from unequal.value.buying.chances import due_orders

        end = histories.at_end
        due = due_orders(self.r + end.orders, horizon / (self.alpha + end.time), most)
        steps = np.arange(most)
        b = self.b + end.orders[:, None]
        survived = np.cumprod(np.hstack([np.ones_like(b), (b + steps) / (self.a + b + steps)]), axis=1)
        more = np.maximum(1 - np.cumsum(due, axis=1), 0)
        due[:, 1:] = due[:, 1:] * survived[:, :-1] - more[:, 1:] * np.diff(survived, axis=1)
        return due

    def draw_lives(self, histories: Histories, periods: Floats, generator: Generator) -> Ints:
        """See `Model`."""
        orders = histories.repeat_orders
        rate = generator.gamma(self.r + orders) / (self.alpha + histories.observed)
        return _future(rate, generator.beta(self.a, self.b + orders), periods, generator)

    def simulate(self, observed: Any, generator: Generator, *, periods: Horizons = ()) -> Made:
        """See `Model`."""
        time = each_observed(observed)
        rate = generator.gamma(self.r, size=len(time)) / self.alpha
        stopping = generator.beta(self.a, self.b, size=len(time))
        due, last_of_life = generator.poisson(rate * time), _survived(stopping, generator)
        orders = np.minimum(due, last_of_life)
        # Orders that are due fall evenly over the time observed: the k-th of n stands at a Beta(k, n+1-k) share of it.
        share = generator.beta(np.maximum(orders, 1), np.maximum(due - orders, 0) + 1)
        alive = due < last_of_life
        future = _future(rate, stopping, lengths(periods), generator) * alive[:, None]
        return Made(orders, np.where(orders > 0, share * time, 0.0), time, alive, future)


def _survived(stopping: Floats, generator: Generator) -> Ints:
    """The order after which each customer stops: 1 or more."""
    return generator.geometric(np.maximum(stopping, 1e-15)).astype(np.int64)


def _future(rate: Floats, stopping: Floats, periods: Floats, generator: Generator) -> Ints:
    """Orders of the living in each period: what is due, up to the one after which the customer stops."""
    due = np.cumsum(generator.poisson(rate[:, None] * periods), axis=1)
    kept = np.minimum(due, _survived(stopping, generator)[:, None])
    return np.diff(kept, axis=1, prepend=0).astype(np.int64)
