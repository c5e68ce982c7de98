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
    at which rate it orders, the orders, what each spends, and the rate of margin. Service by the week is taken as expected.

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
        yield Futures(at, orders, brought_by(orders, economics.of(at), alive_weeks[at], generator))


def brought_by(orders: Any, economics: Economics, alive_weeks: Any, generator: np.random.Generator) -> Any:
    """What the orders bring, customers x draws x periods."""
    who, draw = np.nonzero(orders.any(axis=2))
    ordered = orders[who, draw]
    nu = generator.standard_gamma(economics.spend_shape[who]) / economics.spend_scale[who]
    rate = economics.margin[who] + economics.margin_spread[who] * generator.standard_normal(len(who))
    # A gamma number of shape 0 is 0: in periods without an order nothing is spent.
    spend = generator.standard_gamma(economics.order_shape * ordered)
    weekly = (economics.service_a_week[:, None] * alive_weeks)[:, None, :]
    found = np.broadcast_to(weekly, orders.shape).copy()
    found[who, draw] += spend * (rate / nu)[:, None] + economics.service_an_order[who, None] * ordered
    return found
