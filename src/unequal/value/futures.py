"""Futures drawn for each customer: orders and dollars to come, as the model and its uncertainty have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from unequal.value.arrays import Floats
from unequal.value.buying import Model
from unequal.value.economics import Economics
from unequal.value.known import Known
from unequal.value.scatter import Scatter

CUSTOMERS_AT_ONCE = 20_000
"""So many customers' futures fit into some hundred megabytes."""


@dataclass(frozen=True)
class Futures:
    """Futures of some of the customers.

    Args:
        at: which of the customers.
        orders: customers x draws x periods.
        brought: the same of what they bring after service, not discounted.
    """

    at: slice
    orders: Any
    brought: Any


def futures(
    models: Sequence[Model],
    known: Known,
    economics: Economics,
    periods: Floats,
    *,
    alive_weeks: Any,
    draws: int,
    generator: np.random.Generator,
) -> Iterator[Futures]:
    """Draw what customers will order and bring in coming periods.

    A draw takes one of the given models (parameters drawn from what the fit leaves open), whether the customer still is one and
    at which rate it orders, the orders, what each spends, the rate of margin, and how single orders, returns and calls scatter around
    what is expected of them.

    Args:
        models: parameters, equally likely.
        known: of n customers.
        economics: of the same.
        periods: lengths in weeks of periods that follow each other from the moment of `known` on.
        alive_weeks: customers x periods: weeks that each is expected to be a customer.
        draws: of each customer; at least as many as models.
        generator: what to draw from.

    Yields:
        All customers in turn, some thousands at once.
    """
    histories, places = known.counted
    for start in range(0, len(known), CUSTOMERS_AT_ONCE):
        at = slice(start, min(start + CUSTOMERS_AT_ONCE, len(known)))
        some = histories.where(places[at].astype(np.int64))
        # Whether a customer still is one is the dear part of a draw, and the same for all draws of a model.
        alive = [model.p_alive(some) for model in models]
        orders = np.empty((len(some), draws, len(periods)), dtype=np.int64)
        for draw in range(draws):
            of = draw % len(models)
            orders[:, draw] = models[of].draw_orders(some, periods, generator, p_alive=alive[of])
        p_alive = np.mean(alive, axis=0)
        yield Futures(at, orders, brought_by(orders, economics.of(at), alive_weeks[at], p_alive, generator))


def brought_by(orders: Any, economics: Economics, alive_weeks: Any, p_alive: Floats, generator: np.random.Generator) -> Any:
    """What orders bring, and what service costs beside them.

    Args:
        orders: customers x draws x periods.
        economics: of the customers.
        alive_weeks: customers x periods: weeks that each is expected to be a customer.
        p_alive: how likely each still is one.
        generator: what to draw from.

    Returns:
        Customers x draws x periods.
    """
    ordered_at_all = orders.any(axis=2)
    who, draw = np.nonzero(ordered_at_all)
    ordered, scatter = orders[who, draw], economics.scatter
    nu = generator.standard_gamma(economics.spend_shape[who]) / economics.spend_scale[who]
    rate = economics.margin[who] + economics.margin_spread[who] * generator.standard_normal(len(who))
    # A gamma number of shape 0 is 0: in periods without an order nothing is spent.
    spend = generator.standard_gamma(economics.order_shape * ordered) / nu[:, None]
    of_orders = spend * rate[:, None] + economics.service_an_order[who, None] * ordered
    if scatter is None:
        found = np.broadcast_to((economics.service_a_week[:, None] * alive_weeks)[:, None, :], orders.shape).copy()
    else:
        found = _of_weeks(ordered_at_all, economics.service_a_week, scatter, alive_weeks, p_alive, generator)
        of_orders += scatter.of_orders(who, ordered, spend, economics.order_shape / nu, generator)
    found[who, draw] += of_orders
    return found


def _of_weeks(ordered: Any, a_week: Floats, scatter: Scatter, alive_weeks: Any, p_alive: Floats, generator: np.random.Generator) -> Any:
    """What service by the week costs in each future: nothing where a customer is gone. Who orders is not gone, and so the others are more often.

    Args:
        ordered: customers x draws: whether something is ordered.
        a_week: expected of each customer.
        scatter, alive_weeks, p_alive, generator: see brought_by.

    Returns:
        Customers x draws x periods; on average `a_week` times `alive_weeks`.
    """
    found = np.zeros((*ordered.shape, alive_weeks.shape[1]))
    if not a_week.any():
        return found
    share = ordered.mean(axis=1)
    there = np.clip(p_alive, share, 1.0)
    silent = np.where(share < 1.0, (there - share) / np.maximum(1.0 - share, 1e-12), 0.0)
    who, draw = np.nonzero(ordered | (generator.random(ordered.shape) < silent[:, None]))
    while_alive = alive_weeks / np.maximum(there, 1e-12)[:, None]
    found[who, draw] = scatter.of_weeks(who, a_week[who], while_alive[who], generator)
    return found
