"""How much single orders, returns and calls differ from what is expected of them: the luck of one customer's dollars.

What an order brings is expected at the customer's margin rate, and what a week of service costs at his rate of calls. One order is sold
at a discount or sent dear, one comes back, a customer calls twice in a week or not for a year. Sums of such events are drawn here:

- the margin of an order of spend S scatters around S x rate with variance sigma^2 x S; sigma^2 is a customer's own, as far as his
  orders tell of it, and so a customer with few orders has the heavy tails of Student's t;
- goods that come back, and what else is booked of the margin on days without an order, are events that follow orders; the customer's
  number of them to an order is drawn towards the base's, and their sizes are shares of what an order of his is invoiced at;
- service of an order scatters as that of orders of one customer does;
- service of other days is a compound Poisson process while he is a customer: at his own rate, drawn towards the base's, and of sizes
  that have the base's mean and squares.

Expectations are those of `economics`: nothing here moves a mean.

Source: Smyth 2004 (each one's own variance, moderated); Buhlmann 1967 (rates drawn towards a collective's); Hardie and Fader (notes on
gamma mixtures of Poisson processes).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np

from unequal.value import margins
from unequal.value.arrays import Floats
from unequal.value.known import Known
from unequal.value.rates import Rates, rates_of

_MIXED: Final = 2.0
"""Sizes that scatter by more than so many times their mean are of both signs, or as good as: a normal distribution of their sum then."""
_TINY: Final = 1e-12


@dataclass(frozen=True)
class Scatter:
    """How events of n customers scatter.

    Args:
        noise, freedom: margin of a dollar spent: its variance, typical of each customer, and as of how many orders that is known.
        back_an_order, back_variance: events of margin on other days to an order of each, and the variance of that as an estimate.
        back_share, back_variance_of_share: what such an event brings or takes, as a share of what the customer's orders are invoiced at
            on average: mean and variance over events; one number each.
        order_variance: of the service of one order, of each customer.
        call, call_variance: what service of other days costs at a time: mean, negative or zero, and variance; one number each.
        a_week_variance: of each customer's service a week, as an estimate.
    """

    noise: Floats
    freedom: Floats
    back_an_order: Floats
    back_variance: Floats
    back_share: float
    back_variance_of_share: float
    order_variance: Floats
    call: float
    call_variance: float
    a_week_variance: Floats

    def of(self, chosen: Any) -> Scatter:
        """The customers that a mask or an index chooses."""
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(self, **{name: value[chosen] for name, value in own.items() if isinstance(value, np.ndarray)})

    def of_orders(self, who: Any, ordered: Any, spend: Any, an_order: Floats, generator: np.random.Generator) -> Any:
        """By how much orders bring more or less than spend x rate + service, in each of m futures.

        Args:
            who: whose each future is, m.
            ordered: orders in each of its periods, m x periods.
            spend: what they are invoiced at together, of the same shape; 0 where there is none.
            an_order: what one of them is invoiced at on average in each future, m.
            generator: what to draw from.
        """
        halves = self.freedom[who] / 2
        sigma2 = self.noise[who] * halves / np.maximum(generator.standard_gamma(halves), _TINY)
        found = spend * sigma2[:, None] + self.order_variance[who, None] * ordered
        np.sqrt(found, out=found)
        found *= generator.standard_normal(spend.shape)
        if self.back_share:
            found += self._back(who, ordered, an_order, generator)
            found -= spend * (self.back_an_order[who] * self.back_share)[:, None]
        return found

    def _back(self, who: Any, ordered: Any, an_order: Floats, generator: np.random.Generator) -> Any:
        """What comes back of orders: as many events as whole ones to an order, and one more by chance."""
        to_an_order = _gamma(self.back_an_order[who], self.back_variance[who], generator)
        whole = np.floor(to_an_order)
        times = whole[:, None] * ordered + generator.binomial(ordered, (to_an_order - whole)[:, None])
        mean, variance = times * self.back_share, times * self.back_variance_of_share
        if self.back_variance_of_share > (_MIXED * self.back_share) ** 2:
            return an_order[:, None] * (mean + np.sqrt(variance) * generator.standard_normal(times.shape))
        return an_order[:, None] * _gamma(mean, variance, generator)

    def of_weeks(self, who: Any, a_week: Floats, weeks: Any, generator: np.random.Generator) -> Any:
        """What service of other days costs, in each of m futures.

        Args:
            who: whose each future is, m.
            a_week: expected of each of them, m; negative or zero.
            weeks: of being a customer in each period, m x periods.
            generator: what to draw from.
        """
        if self.call >= 0:
            return a_week[:, None] * weeks
        calls = _gamma(a_week / self.call, self.a_week_variance[who] / self.call**2, generator)
        times = generator.poisson(calls[:, None] * weeks)
        return _gamma(times * self.call, times * self.call_variance, generator)


def scatter_of(known: Known, an_order: Rates, a_week: Rates) -> Scatter:
    """How events of customers scatter, learned from what they did.

    Args:
        known: histories of customers whose habits one model describes; at least one.
        an_order, a_week: service of an order, and of a week, of each.
    """
    squares = np.maximum(known.margin_squares, known.margin_at_orders**2 / known.spent * (1 + 1e-9))
    noise, freedom = margins.noise_of(margins.Margins(known.spent, known.margin_at_orders, squares, known.orders))
    orders, times = known.orders.astype(np.float64), known.back_days.astype(np.float64)
    events = float(times.sum())
    back = rates_of(times, orders, events / float(orders.sum()))
    share, square = (
        float((of / known.spend**power).sum()) / events if events else 0.0
        for power, of in ((1, known.margin - known.margin_at_orders), (2, known.back_squares))
    )
    calls = max(float(known.served_days.sum()), 1.0)
    call = min(float((known.service - known.service_at_orders).sum()) / calls, 0.0)
    call_square = float((known.service_squares - known.service_squares_at_orders).sum()) / calls
    return Scatter(
        noise=noise, freedom=freedom, back_an_order=back.mean, back_variance=back.variance, back_share=share,
        back_variance_of_share=max(square - share**2, 0.0), order_variance=an_order.noise + an_order.variance, call=call,
        call_variance=max(call_square - call**2, 0.0), a_week_variance=a_week.variance,
    )  # fmt: skip


def _gamma(mean: Any, variance: Any, generator: np.random.Generator) -> Any:
    """Gamma numbers of such a mean, negative where that is, and variance; the mean itself where either is nothing."""
    mean, variance = np.broadcast_arrays(mean, variance)
    some = (variance > _TINY) & (np.abs(mean) > _TINY)
    if some.all():
        return generator.standard_gamma(mean**2 / variance) * (variance / mean)
    found = np.array(mean, dtype=np.float64)
    found[some] = generator.standard_gamma(mean[some] ** 2 / variance[some]) * (variance[some] / mean[some])
    return found
