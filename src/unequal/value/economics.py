"""From orders to dollars: what a customer's order brings, and what serving the customer costs beside it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from unequal.value import margins, spending
from unequal.value.arrays import Floats
from unequal.value.known import Known
from unequal.value.rates import Rates, rates_of
from unequal.value.scatter import Scatter, scatter_of

_FEW_REPEATERS = 20
"""With fewer customers who ordered again, how spend varies between and within customers cannot be told apart."""


@dataclass(frozen=True)
class Economics:
    """What an order of each of n customers brings, and how sure that is.

    The spend of an order is Gamma(order_shape, nu) and nu is Gamma(spend_shape, spend_scale): the posterior of the
    Gamma-Gamma model. The margin rate is Normal(margin, margin_spread). Service costs are negative or zero.

    Args:
        order_shape: of the spend of one order within a customer; one number.
        spend_shape, spend_scale: of each customer; expected spend is order_shape * spend_scale / (spend_shape - 1).
        margin, margin_spread: dollars brought before service for a dollar spent: expected, and standard deviation.
        service_an_order, service_a_week: what serving costs for each order, and for each week of being a customer.
        scatter: how single orders, returns and calls differ; None where every one is taken as expected.
    """

    order_shape: float
    spend_shape: Floats
    spend_scale: Floats
    margin: Floats
    margin_spread: Floats
    service_an_order: Floats
    service_a_week: Floats
    scatter: Scatter | None = None

    @property
    def spend(self) -> Floats:
        """Expected spend of an order."""
        return self.order_shape * self.spend_scale / (self.spend_shape - 1.0)

    @property
    def an_order(self) -> Floats:
        """What an order is expected to bring after its service."""
        return self.spend * self.margin + self.service_an_order

    def of(self, chosen: Any) -> Economics:
        """The customers that a mask or an index chooses."""
        arrays = {field.name: getattr(self, field.name)[chosen] for field in fields(self) if field.name not in ("order_shape", "scatter")}
        return Economics(order_shape=self.order_shape, scatter=self.scatter.of(chosen) if self.scatter else None, **arrays)


def economics_of(known: Known) -> Economics:
    """What orders bring, learned from what they brought; customers with little history are drawn towards the base.

    Args:
        known: histories of customers whose habits one model describes; at least one.
    """
    fitted = _spend_model(known)
    rates = margin_rates(known)
    an_order, a_week = _service(known)
    spend_shape, spend_scale = fitted.q + fitted.p * known.orders, fitted.v + known.spent
    spend = known.orders * fitted.p * spend_scale / (spend_shape - 1.0)
    return Economics(
        order_shape=fitted.p, spend_shape=spend_shape, spend_scale=spend_scale,
        margin=rates.rate + missed(rates.rate, spend, known.margin), margin_spread=np.sqrt(rates.variance),
        service_an_order=np.minimum(an_order.mean, 0.0), service_a_week=np.minimum(a_week.mean, 0.0),
        scatter=scatter_of(known, an_order, a_week),
    )  # fmt: skip


def _service(known: Known) -> tuple[Rates, Rates]:
    """What serving costs for each order, which every order has, and for each week, in which something may happen or not."""
    orders = known.orders.astype(np.float64)
    squares, again = float(known.service_squares_at_orders.sum()), float(known.repeat_orders.sum())
    # Of who ordered again it is seen how one order's differs from another's; else all may be chance.
    within = max(squares - float((known.service_at_orders**2 / orders).sum()), 0.0)
    an_order = rates_of(known.service_at_orders, orders, within / again if again else squares / float(orders.sum()))
    weeks = np.maximum(known.observed, 1.0)
    elsewhere = float((known.service_squares - known.service_squares_at_orders).sum())
    return an_order, rates_of(known.service - known.service_at_orders, weeks, elsewhere / float(weeks.sum()))


def margin_rates(known: Known) -> margins.Expected:
    """Each customer's margin rate to come; see margins."""
    # Returns and write-offs of other days are in the margin and in no order: the squares of orders may be less than the sum allows.
    squares = np.maximum(known.margin_squares, known.margin**2 / known.spent * (1 + 1e-9))
    seen = margins.Margins(known.spent, known.margin, squares, known.orders)
    return margins.expected(margins.fit(seen), seen)


def missed(rate: Floats, exposure: Floats, brought: Floats) -> float:
    """What rates drawn towards a base lack, on average, of what came in: added to each of them, they make the whole.

    A base that is kept from outliers, and from customers who buy much at other rates, gives no right total; totals matter most.
    """
    whole = float(exposure.sum())
    return (float(brought.sum()) - float((rate * exposure).sum())) / whole if whole > 0 else 0.0


def drawn_to_base(amount: Floats, exposure: Floats, squares: float) -> Floats:
    """Amounts for each unit of exposure, drawn towards the base as far as chance alone may have made them.

    A customer's amount is a sum of events: its variance is the exposure times `squares` over all exposure. What customers'
    rates differ by beyond that is theirs; by moments, as in DerSimonian and Laird 1986.

    Args:
        amount: of each customer.
        exposure: orders, or weeks, of each; above zero.
        squares: of the amounts of single events, summed over all customers.
    """
    return rates_of(amount, exposure, squares / float(exposure.sum())).mean


def _spend_model(known: Known) -> spending.GammaGamma:
    """Gamma-Gamma of the customers who ordered again; where they are too few, one in which everyone spends much alike."""
    again = known.repeat_orders > 0
    if int(again.sum()) >= _FEW_REPEATERS:
        return spending.fit_spend(spending.Spend(known.orders[again], known.spend[again])).model
    mean = float(known.spent.sum() / max(known.orders.sum(), 1))
    # Shape 2 around the base's mean: a customer's own orders count as soon as there are two or three of them.
    return spending.GammaGamma(p=2.0, q=3.0, v=mean)
