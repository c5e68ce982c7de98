"""Kernels for the probabilities of numbers of orders to come."""

from __future__ import annotations

from math import exp, log, log1p

import numpy as np

from unequal.value.arrays import Floats
from unequal.value.compiled import kernel


@kernel
def _add_due(n: float, ratio: float, share: float, found: Floats) -> None:
    """Add to `found` `share` times the negative binomial probabilities of shape n and mean n * ratio."""
    if ratio <= 0.0:
        found[0] += share
        return
    chance, step = -n * log1p(ratio), log(ratio) - log1p(ratio)
    for orders in range(len(found)):
        found[orders] += share * exp(chance)
        chance += step + log((n + orders) / (orders + 1.0))


@kernel
def due_orders(n: Floats, ratio: Floats, most: int) -> Floats:
    """Probabilities of 0 ... `most` orders at a Gamma(n) rate, of each row: negative binomial with mean n * ratio."""
    found = np.zeros((len(n), most + 1))
    for row in range(len(n)):
        _add_due(n[row], ratio[row], 1.0, found[row])
    return found


@kernel
def orders_until_death(
    n: Floats, alpha: Floats, s: float, beta: Floats, horizon: float, most: int, nodes: Floats, shares: Floats
) -> Floats:
    """The same of customers whose remaining life is Lomax(s, beta): the mean over the part of the horizon that they live.

    Args:
        n, alpha: shape and scale of the rate of orders, of each row.
        s, beta: shape and scale of the rate of dying.
        horizon: length of time ahead.
        most: the largest number of orders asked for.
        nodes, shares: of a Gauss-Legendre rule between 0 and 1, used over panels of the chance to have died.
    """
    found = np.zeros((len(n), most + 1))
    for row in range(len(n)):
        living = -s * log1p(horizon / beta[row])
        _add_due(n[row], horizon / alpha[row], exp(living), found[row])
        # The more orders are due, the narrower is each number's part of the life, and the more panels it takes.
        panels = 1 + int((n[row] * horizon / alpha[row]) ** 0.5 / 16.0)
        died = -np.expm1(living) / panels
        for panel in range(panels):
            for node in range(len(nodes)):
                life = beta[row] * np.expm1(-log1p(-died * (panel + nodes[node])) / s)
                _add_due(n[row], min(life, horizon) / alpha[row], died * shares[node], found[row])
    return found
