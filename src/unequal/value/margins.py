"""How much of a dollar spent is left: each customer's margin rate, drawn towards the base as far as he is little known.

Spend is positive and margin may be negative, so that no model of spend may be fed with profit; the rate is modelled apart.
Margin over spend of an order is the customer's rate and noise of variance sigma_i^2 / spend; customers' rates scatter around
the base's with variance tau^2. The expected rate is (rate seen) x B + (base) x (1 - B), B = tau^2 / (tau^2 + sigma_i^2 / spend).

Against outliers: a customer's noise is his own as far as his orders tell (an order sold at a ruinous price makes him less
certain, and moves him less), and no customer counts for more than 2.5 deviations in what is learned of the base.

Sources: Efron & Morris 1975 (shrinkage); Smyth 2004 (each one's own variance, moderated); Paule & Mandel 1982 and Huber 1964
(scatter between, squares clipped).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.value.arrays import Floats, Ints
from unequal.value.maximum import maximise

_CLIP: Final = 2.5
_LEAST_FREEDOM: Final = 2.5
_MOST_FREEDOM: Final = 1e6
_ROUNDS: Final = 30
_TINY: Final = 1e-300


@dataclass(frozen=True, eq=False)
class Margins:
    """What orders brought, counted once; one row a customer.

    Args:
        spend: sum of what orders were invoiced at; 0 or more, above 0 where there is an order.
        margin: sum of their margins, either sign.
        squares: sum over orders of margin^2 / spend.
        orders: how many orders.

    Raises:
        ValueError: spend that is not positive where there is an order, or sums of squares too small for their sums.
    """

    spend: Floats
    margin: Floats
    squares: Floats
    orders: Ints

    def __post_init__(self) -> None:
        some = self.orders > 0
        if (self.spend[some] <= 0).any() or (self.spend < 0).any():
            raise ValueError("orders with a spend of 0 or less have no margin rate: leave them out")
        if (self.squares[some] + _TINY < (self.margin[some] ** 2 / self.spend[some]) * (1 - 1e-9)).any():
            raise ValueError("sums of squares do not belong to these margins")

    @property
    def total_rate(self) -> float:
        """All margin over all spend; 0 without spend. It holds what the base's own rate is kept from: large customers, rare disasters."""
        spent = float(self.spend.sum())
        return float(self.margin.sum()) / spent if spent else 0.0

    @property
    def rates(self) -> Floats:
        """Margin over spend; 0 without an order."""
        return np.asarray(self.margin / np.where(self.spend > 0, self.spend, 1.0))


@dataclass(frozen=True)
class MarginModel:
    """What the base tells of margin rates.

    Args:
        base: the mean rate of customers.
        base_variance: of that mean, as an estimate.
        between: tau^2, variance of customers' rates.
        noise: variance of one dollar's rate, typical.
        freedom: how many orders' worth of knowledge `noise` is beside a customer's own orders.
    """

    base: float
    base_variance: float
    between: float
    noise: float
    freedom: float


@dataclass(frozen=True, eq=False)
class Expected:
    """A customer's margin rate to come: its mean and the variance of that mean, one number a customer."""

    rate: Floats
    variance: Floats


def counted(customer: Ints, spend: Floats, margin: Floats, customers: int) -> Margins:
    """Sums of orders by customer.

    Args:
        customer: whose each order is, from 0.
        spend: of each order, above 0.
        margin: of each order.
        customers: how many there are.

    Raises:
        ValueError: an order with a spend of 0 or less.
    """
    if (spend <= 0).any():
        raise ValueError("orders with a spend of 0 or less have no margin rate: leave them out")
    spent, brought, squares = (
        np.bincount(customer, weights=each, minlength=customers).astype(np.float64) for each in (spend, margin, margin**2 / spend)
    )
    return Margins(spent, brought, squares, np.bincount(customer, minlength=customers).astype(np.int64))


def fit(margins: Margins) -> MarginModel:
    """What the base tells.

    Without a customer of several orders the noise cannot be told from the scatter; it is then taken to be all of it, and
    every customer is expected at the base.

    Raises:
        ValueError: no order at all.
    """
    some = margins.orders > 0
    if not some.any():
        raise ValueError("no order to learn a margin rate from")
    noise, freedom = _noise(margins)
    rates, spend = margins.rates[some], margins.spend[some]
    if noise is None:
        base = _middle(rates, spend)
        noise = float(np.average(np.minimum((rates - base) ** 2 * spend, _CLIP**2 * _spread(rates, spend, base)), weights=None))
        return MarginModel(base, noise / float(spend.sum()), 0.0, noise, _MOST_FREEDOM)
    of_rate = _own_noise(margins, noise, freedom)[some] / spend
    base, between = _between(rates, of_rate, _middle(rates, spend))
    return MarginModel(base, 1 / float((1 / (between + of_rate + _TINY)).sum()), between, noise, freedom)


def expected(model: MarginModel, margins: Margins) -> Expected:
    """Each customer's rate; the base's where he has no order."""
    of_rate = _own_noise(margins, model.noise, model.freedom) / np.where(margins.spend > 0, margins.spend, 1.0)
    known = np.where(margins.orders > 0, model.between / np.maximum(model.between + of_rate, _TINY), 0.0)
    # Where there is neither scatter nor noise, what is seen is the base.
    rate = known * margins.rates + (1 - known) * model.base
    return Expected(rate, (1 - known) * model.between + (1 - known) ** 2 * model.base_variance)


def noise_of(margins: Margins) -> tuple[Floats, Floats]:
    """Each customer's variance of one dollar's rate, and of how many orders' worth it is known: of scaled inverse chi-squares.

    Without a customer of several orders it is not known, and nothing.
    """
    noise, freedom = _noise(margins)
    if noise is None:
        return np.zeros(len(margins.orders)), np.full(len(margins.orders), _MOST_FREEDOM)
    return _own_noise(margins, noise, freedom), freedom + np.maximum(margins.orders - 1, 0).astype(np.float64)


def own_noise(model: MarginModel, margins: Margins) -> Floats:
    """Each customer's variance of one dollar's rate, typical of all where he has few orders."""
    return _own_noise(margins, model.noise, model.freedom)


def made_orders(
    model: MarginModel, orders: Ints, spend: Floats, chance: np.random.Generator
) -> tuple[Ints, Floats, Floats, Floats]:  # fmt: skip
    """Orders of a made world in which the model is true, all with the typical noise.

    Args:
        model: the truth.
        orders: how many orders each customer has.
        spend: of each order, in the order of customers.
        chance: where luck comes from.

    Returns:
        Of each order the customer, spend and margin; and each customer's true rate.
    """
    customer = np.repeat(np.arange(len(orders)), orders)
    rates = chance.normal(model.base, np.sqrt(model.between), len(orders))
    margin = spend * (rates[customer] + chance.standard_normal(len(customer)) * np.sqrt(model.noise / spend))
    return customer, spend, margin, rates


def _within(margins: Margins) -> Floats:
    """Sum over a customer's orders of spend x (rate of the order - his rate)^2."""
    return np.clip(margins.squares - margins.rates * margins.margin, 0.0, None)


def _noise(margins: Margins) -> tuple[float | None, float]:
    """Typical noise, and how alike customers are in it: the likeliest, where own variances are noise x F(orders - 1, freedom)."""
    from scipy.special import gammaln, psi

    several = margins.orders > 1
    if not several.any():
        return None, _MOST_FREEDOM
    free, within = (margins.orders[several] - 1).astype(np.float64), _within(margins)[several]
    pooled = float(within.sum() / free.sum())
    if pooled <= 0:
        return 0.0, _MOST_FREEDOM

    def likelihood(place: Floats) -> tuple[float, Floats]:
        noise, freedom = np.exp(place)
        ratio = within / (freedom * noise)
        both, known = (free + freedom) / 2, np.log1p(ratio)
        value = gammaln(both) - gammaln(freedom / 2) - free / 2 * np.log(freedom * noise) - both * known
        by_noise = both * ratio / (1 + ratio) - free / 2
        by_freedom = by_noise + freedom / 2 * (psi(both) - psi(freedom / 2) - known)
        return float(value.sum()), np.array([by_noise.sum(), by_freedom.sum()])

    edges = [(float(np.log(pooled)) - 20, float(np.log(pooled)) + 5), (float(np.log(_LEAST_FREEDOM)), float(np.log(_MOST_FREEDOM)))]
    found = maximise(likelihood, [(float(np.log(pooled)), 3.0)], edges, size=float(len(free)))
    return float(np.exp(found.at[0])), float(np.exp(found.at[1]))


def _own_noise(margins: Margins, noise: float, freedom: float) -> Floats:
    own = np.maximum(margins.orders - 1, 0)
    return np.asarray((freedom * noise + _within(margins)) / (freedom + own))


def _middle(rates: Floats, spend: Floats) -> float:
    """The rate below which half of the dollars were spent."""
    order = np.argsort(rates, kind="stable")
    running = np.cumsum(spend[order])
    return float(rates[order][np.searchsorted(running, running[-1] / 2)])


def _spread(rates: Floats, spend: Floats, base: float) -> float:
    return float(np.median((rates - base) ** 2 * spend)) / 0.4549


def _between(rates: Floats, of_rate: Floats, start: float) -> tuple[float, float]:
    """Mean and variance of customers' rates, of each of which the variance of its noise is known."""
    from scipy.optimize import brentq

    spread = float(np.median(np.abs(rates - start))) * 1.4826
    base, between = start, max(spread**2, 1e-12)
    highest = float(((rates - start) ** 2).max(initial=0.0)) + between
    for _ in range(_ROUNDS):
        trust = 1 / (between + of_rate + _TINY)
        tame = np.minimum(1.0, _CLIP / np.maximum(np.abs(rates - base) * np.sqrt(trust), _TINY))
        base = float(np.average(rates, weights=trust * tame))

        def excess(tau2: float, centre: float = base, trust: Floats = trust) -> float:
            squares = np.minimum((rates - centre) ** 2 / (tau2 + of_rate + _TINY), _CLIP**2)
            return float(np.average(squares / _CLIPPED_SQUARE - 1, weights=trust))

        new = 0.0 if excess(0.0) <= 0 else float(brentq(excess, 0.0, highest, xtol=1e-14, rtol=1e-9))
        done, between = abs(new - between) <= 1e-6 * between, new
        if done or between == 0:
            break
    return base, between


_CLIPPED_SQUARE: Final = 0.97756
"""Mean of the square of a standard normal number clipped at _CLIP."""
