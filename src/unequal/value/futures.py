"""Futures drawn for each customer: orders and dollars to come, as the model and its uncertainty have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from unequal.value.arrays import Floats
from unequal.value.buying import Histories, Model
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
    histories, places = Histories.of(known.repeat_orders, known.last_order, known.observed)
    for start in range(0, len(known), CUSTOMERS_AT_ONCE):
        at = slice(start, min(start + CUSTOMERS_AT_ONCE, len(known)))
        some = histories.where(places[at].astype(np.int64))
        orders = np.stack([models[draw % len(models)].draw_orders(some, periods, generator) for draw in range(draws)], axis=1)
        yield Futures(at, orders, brought_by(orders, economics.of(at), alive_weeks[at], generator))


def brought_by(orders: Any, economics: Economics, alive_weeks: Any, generator: np.random.Generator) -> Any:
    """What the orders bring, customers x draws x periods."""
    customers, draws, _ = orders.shape
    nu = generator.gamma(economics.spend_shape[:, None], size=(customers, draws)) / economics.spend_scale[:, None]
    rate = generator.normal(economics.margin[:, None], economics.margin_spread[:, None], size=(customers, draws))
    spend = np.zeros(orders.shape)
    any_order = orders > 0
    spend[any_order] = generator.standard_gamma(economics.order_shape * orders[any_order])
    margin = spend / nu[:, :, None] * rate[:, :, None]
    weekly = (economics.service_a_week[:, None] * alive_weeks)[:, None, :]
    return margin + economics.service_an_order[:, None, None] * orders + weekly
