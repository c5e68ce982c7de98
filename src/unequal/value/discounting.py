"""From orders to dollars of today: discount factors, present values, residual value, customer equity.

A period's flows come in the middle of it, on average: the k-th period counts (1 + d)^-(k - 1/2), d the rate of a period.
Rates are of the whole sum at stake; inflation and risk are the user's to put into the annual rate, and it is always stated.
"""

from __future__ import annotations

import numpy as np

from unequal.value.arrays import Floats

MIDDLE = 0.5
"""Flows come in the middle of their period; 0.0 is the end of it, 1.0 the beginning."""


def period_rate(annual: float, periods_a_year: float) -> float:
    """The rate of a period that makes the annual rate over a year: (1 + annual)^(1 / periods a year) - 1.

    >>> round(period_rate(0.10, 52), 6)
    0.001835

    Raises:
        ValueError: a rate of -100 % or below, or no periods.
    """
    if annual <= -1 or periods_a_year <= 0:
        raise ValueError(f"no rate of a period follows from {annual} a year and {periods_a_year} periods a year")
    return float((1 + annual) ** (1 / periods_a_year) - 1)


def factors(rate: float, periods: int, *, early: float = MIDDLE) -> Floats:
    """What a dollar in each of the next periods is worth now: (1 + rate)^-(k - early), k from 1.

    >>> factors(0.21, 2).round(4).tolist()
    [0.9091, 0.7513]
    """
    return np.asarray((1.0 + rate) ** -(np.arange(1.0, periods + 1) - early))


def present_value(flows: Floats, rate: float, *, early: float = MIDDLE) -> Floats:
    """The worth now of what comes period by period.

    Args:
        flows: ... x periods; the last axis is time.
        rate: of a period.
        early: see MIDDLE.
    """
    return np.asarray(flows @ factors(rate, flows.shape[-1], early=early))


def residual_value(
    orders: Floats,
    alive: Floats,
    *,
    spend: Floats | float,
    margin_rate: Floats | float,
    cost_per_order: Floats | float = 0.0,
    fixed_cost: Floats | float = 0.0,
    rate: float,
) -> Floats:  # fmt: skip
    """Expected profit of each customer from now on, in dollars of today.

    sum over k of [orders_k (spend x margin rate - cost per order) - alive_k x fixed cost] (1 + rate)^-(k - 1/2).

    Args:
        orders: expected in each period, not since the beginning: customers x periods.
        alive: the chance to be a customer in each period: customers x periods.
        spend: expected dollars of an order, of each customer or of all.
        margin_rate: expected margin of a dollar spent, before what serving costs; may be negative.
        cost_per_order: what serving an order costs, a positive number.
        fixed_cost: what serving a customer costs for a period, orders or none, a positive number.
        rate: discount rate of a period.

    Returns:
        One number a customer; it may be negative: who costs more than he brings, and is expected to stay. What lies beyond
        the last period is left out. Spend and margin rate are taken to be independent of how many orders come.

    Raises:
        ValueError: orders and alive have other shapes.
    """
    if orders.shape != alive.shape:
        raise ValueError(f"orders of {orders.shape} and chances of {alive.shape} are not of the same customers and periods")
    worth_of_order = np.asarray(spend) * np.asarray(margin_rate) - np.asarray(cost_per_order)
    return np.asarray(present_value(orders, rate) * worth_of_order - present_value(alive, rate) * np.asarray(fixed_cost))


def renewal_value(residual_lifetime: Floats, margin: Floats | float, rate: float) -> Floats:
    """Expected profit of contracts from now, the start of a period that is paid for: margin x lifetime / (1 + rate).

    Args:
        residual_lifetime: see renewing.residual_lifetime: discounted to the moment of the next payment.
        margin: of a period, after what serving costs.
        rate: discount rate of a period.
    """
    return np.asarray(residual_lifetime * np.asarray(margin) / (1 + rate))


def future_equity(acquired: Floats, worth: Floats | float, rate: float) -> float:
    """The worth now of customers who will come: the second part of customer equity.

    Args:
        acquired: how many are expected in each of the next periods.
        worth: of one on the day he comes, what winning him costs taken off; of each period's, or of all.
        rate: of a period.
    """
    return float(present_value(acquired * np.asarray(worth), rate))


def customer_equity(residuals: Floats) -> float:
    """The sum over today's customers, losing ones included: the first part of customer equity."""
    return float(residuals.sum())


def return_on_customer(profit: float, equity_at_start: float, equity_at_end: float) -> float | None:
    """(profit + change in equity) / equity at the start; None where there was no equity to earn on.

    A year may bring profit and eat more equity than it brings: then it is negative (Peppers & Rogers 2005).

    >>> return_on_customer(10.0, 100.0, 95.0)
    0.05
    """
    return (profit + equity_at_end - equity_at_start) / equity_at_start if equity_at_start > 0 else None
