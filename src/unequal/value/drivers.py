"""Why a customer is worth more or less than the base: the difference in dollars, shared among what makes it.

Profit is a sum of products: tenure x orders a period x (...). Which driver is changed first changes what it seems to do, so
every order of changing them counts once (Shapley 1953). For sums of products that average is an integral along the straight
line from the base to the customer (Aumann & Shapley 1974; Owen 1972), and since the integrand is a polynomial, Gauss's points
give it exactly: three evaluations instead of two to the power of the drivers.

It is arithmetic, not cause: what a driver is given is not what changing it would bring.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np

from unequal.terms.money import UNITS_PER_DOLLAR
from unequal.value.arrays import Floats, Ints
from unequal.value.whole_units import in_whole_units

Terms = Sequence[tuple[float, tuple[str, ...]]]
"""A sum of products: of each its sign and its drivers, each driver once."""

PROFIT: Final[Terms] = (
    (1.0, ("tenure", "orders", "volume", "price")),
    (-1.0, ("tenure", "orders", "volume", "price", "discount")),
    (-1.0, ("tenure", "orders", "volume", "price", "returns")),
    (-1.0, ("tenure", "orders", "volume", "mix", "unit_cost")),
    (-1.0, ("tenure", "orders", "freight")),
    (-1.0, ("tenure", "service")),
)
"""Profit = tenure x (orders x (volume x (price x (1 - discount - returns) - mix x unit cost) - freight) - service)."""

LIFETIME: Final[Terms] = (
    (1.0, ("alive", "orders", "spend", "margin_rate")),
    (-1.0, ("alive", "orders", "cost_per_order")),
    (-1.0, ("alive", "stay", "fixed_cost")),
)
"""Value to come = alive x (orders x (spend x margin rate - cost per order) - stay x fixed cost), orders and stay discounted."""

OTHER: Final = "other"
"""What no driver holds: money without the orders or sales that it would be counted by."""


@dataclass(frozen=True, eq=False)
class Activity:
    """What customers did and brought within a period; one number a customer, costs and give-backs as positive numbers.

    Args:
        tenure: periods as a customer.
        orders: how many.
        list_revenue: sales at the prices that the list had for them.
        discounts: on and off invoice.
        returns: what came back, at sales prices, less the goods that could be sold again.
        cost_of_goods: of what was sold.
        freight: of delivering.
        service: of everything else that serving cost.
        at_base_prices: the same goods at the base's average prices; without it price is not told from volume.
        at_base_costs: the same goods at the base's average unit costs; without it unit cost is not told from mix.
    """

    tenure: Floats
    orders: Floats
    list_revenue: Floats
    discounts: Floats
    returns: Floats
    cost_of_goods: Floats
    freight: Floats
    service: Floats
    at_base_prices: Floats | None = None
    at_base_costs: Floats | None = None

    @property
    def profit(self) -> Floats:
        """List revenue less all that is given and paid away."""
        return self.list_revenue - self.discounts - self.returns - self.cost_of_goods - self.freight - self.service

    def summed(self) -> Activity:
        """All customers as one."""
        told = ((each.name, getattr(self, each.name)) for each in fields(self))
        sums: dict[str, Any] = {name: None if of is None else of.sum(keepdims=True) for name, of in told}
        return Activity(**sums)


def profit_drivers(customers: Activity, base: Activity | None = None) -> dict[str, Floats]:
    """Why each customer's profit differs from the average customer's of the base.

    Args:
        customers: whose differences are told.
        base: all customers of the base; the same ones by default.

    Returns:
        tenure, orders (a period), volume (an order), price, discount, returns, mix, unit_cost, freight, service and `other`,
        in dollars; together exactly the customer's profit less the base's mean profit, but for the rounding of floats. A
        ratio that a customer does not have, as the price of somebody who bought nothing, is the base's, so that it drives
        nothing.
    """
    of_base = base or customers
    count = len(of_base.tenure)
    average = _drivers_of(of_base.summed(), None)
    average["tenure"] = average["tenure"] / count
    # Of the base as one customer every ratio is the quotient of sums, so that its profit is the mean profit.
    own = _drivers_of(customers, average)
    shared = shapley(PROFIT, own, average)
    mean = float(of_base.profit.sum()) / count
    return {**shared, OTHER: (customers.profit - mean) - sum(shared.values())}


def value_drivers(own: Mapping[str, Floats], base: Mapping[str, float]) -> dict[str, Floats]:
    """Why each customer's value to come differs from that of a customer who is the base's average in every driver.

    Args:
        own: of each customer: alive (chance to be one now), orders and stay (expected while he stays, discounted), spend,
            margin_rate, cost_per_order, fixed_cost.
        base: the same seven of the base.

    Returns:
        Dollars by driver; together the difference in value. The base's drivers do not make the mean value of customers, for
        drivers go together: the loyal also spend more; see the docs.
    """
    return shapley(LIFETIME, own, {name: np.array([of]) for name, of in base.items()})


def shapley(terms: Terms, own: Mapping[str, Floats], base: Mapping[str, Floats]) -> dict[str, Floats]:
    """The difference between two values of a sum of products, shared among its drivers.

    Args:
        terms: the sum.
        own: by driver, one number a customer.
        base: by driver, one number a customer or one for all.

    Returns:
        By driver, dollars; their sum is value(own) - value(base), but for the rounding of floats. A driver in which customer
        and base agree gets 0.
    """
    names = list(dict.fromkeys(name for _, of in terms for name in of))
    # The integrand has one degree less than the longest product, and k points are exact up to degree 2k - 1.
    points, weights = np.polynomial.legendre.leggauss((max(len(of) for _, of in terms) + 1) // 2)
    shared: dict[str, Floats] = {name: np.zeros(np.broadcast_shapes(own[name].shape, base[name].shape)) for name in names}
    for point, weight in zip((points + 1) / 2, weights / 2, strict=True):
        at = {name: base[name] + point * (own[name] - base[name]) for name in names}
        for sign, of in terms:
            for name in of:
                others = np.prod(np.stack(np.broadcast_arrays(*(at[other] for other in of if other != name), np.array([1.0]))), axis=0)
                shared[name] = shared[name] + sign * weight * others * (own[name] - base[name])
    return shared


def value_of(terms: Terms, at: Mapping[str, Floats]) -> Floats:
    """What a sum of products comes to."""
    return np.asarray(sum(sign * np.prod(np.stack(np.broadcast_arrays(*(at[name] for name in of))), axis=0) for sign, of in terms))


def drivers_in_units(drivers: Mapping[str, Floats], differences: Ints) -> dict[str, Ints]:
    """Drivers in whole units of 0.0001 that add up exactly, by largest remainder.

    Args:
        drivers: dollars.
        differences: customer less base, in units; what each customer's drivers add up to.

    Raises:
        ValueError: drivers that are not of these differences.
    """
    parts = np.stack(list(drivers.values()), axis=1)
    # Dollars of floats may be some units off where they are many: the rest is rounding, and goes to the largest driver.
    off = differences / UNITS_PER_DOLLAR - parts.sum(axis=1)
    if (np.abs(off) > 1e-9 * np.abs(parts).sum(axis=1) + 1 / UNITS_PER_DOLLAR).any():
        raise ValueError("drivers that are not of these differences")
    parts[np.arange(len(parts)), np.abs(parts).argmax(axis=1)] += off
    units = in_whole_units(parts, differences)
    return {name: units[:, at] for at, name in enumerate(drivers)}


def _drivers_of(of: Activity, base: Mapping[str, Floats] | None) -> dict[str, Floats]:
    """The ratios that make profit; where one has nothing below its line, the base's."""
    volume = of.list_revenue if of.at_base_prices is None else of.at_base_prices
    goods = of.cost_of_goods if of.at_base_costs is None else of.at_base_costs
    ratios = {
        "orders": (of.orders, of.tenure), "volume": (volume, of.orders), "price": (of.list_revenue, volume),
        "discount": (of.discounts, of.list_revenue), "returns": (of.returns, of.list_revenue), "mix": (goods, volume),
        "unit_cost": (of.cost_of_goods, goods), "freight": (of.freight, of.orders), "service": (of.service, of.tenure),
    }  # fmt: skip
    drivers = {name: _ratio(above, below, 0.0 if base is None else base[name]) for name, (above, below) in ratios.items()}
    return {"tenure": of.tenure.astype(np.float64), **drivers}


def _ratio(above: Floats, below: Floats, absent: Floats | float) -> Floats:
    return np.where(below > 0, above / np.where(below > 0, below, 1.0), absent)
