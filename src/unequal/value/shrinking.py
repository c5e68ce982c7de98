"""A customer is several selves: his worth by product, channel, market or season, steadied where he is little known.

What a customer brought in each context is a fact, and thin facts forecast badly. Two questions are answered apart:

- where he orders: the shares of his orders, drawn towards the base's mix as if `mix_strength` more orders had followed it;
- what an order brings there: his profit per order, drawn towards the base's in that context plus his own difference from the
  base, as if `rate_strength` more orders had brought that.

Their product is scaled to his whole: what is left over is spread by the shares. So the parts of every customer add up to what
he brought, nobody gains or loses by being looked at in parts, and who ordered once stands where the base stands.

Source: empirical Bayes for shares (Dirichlet-multinomial, strength by moments) and for means (Efron & Morris 1975).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.value.arrays import Floats

_STRONGEST: Final = 1e6
_WEAKEST: Final = 1e-3


@dataclass(frozen=True, eq=False)
class Contexts:
    """What the base tells of contexts.

    Args:
        mix: share of all orders in each context; sums to 1.
        per_order: profit of an order in each; 0 where there is none.
        mix_strength: how many orders of the base's mix a customer begins with: small where customers differ in where they order.
        rate_strength: how many orders of the expected profit each of his contexts begins with: small where customers differ.
    """

    mix: Floats
    per_order: Floats
    mix_strength: float
    rate_strength: float


def learn(profit: Floats, orders: Floats, squares: Floats | None = None) -> Contexts:
    """What the base tells of contexts.

    Args:
        profit: dollars of each customer in each context: customers x contexts; negative ones too.
        orders: how many orders; whole numbers.
        squares: sums of squared profit over the orders, where they are known: they tell noise from difference; without them
            it is told by how the scatter falls as orders grow, which needs many customers.

    Raises:
        ValueError: no order, or orders below 0.
    """
    if (orders < 0).any() or orders.sum() <= 0 or profit.shape != orders.shape:
        raise ValueError("contexts are learned from orders of 0 or more, and some")
    total = orders.sum(axis=0)
    mix = total / total.sum()
    per_order = np.where(total > 0, profit.sum(axis=0) / np.where(total > 0, total, 1.0), 0.0)
    return Contexts(mix, per_order, _mix_strength(orders, mix), _rate_strength(profit, orders, per_order, squares))


def by_context(contexts: Contexts, profit: Floats, orders: Floats) -> Floats:
    """The worth of each customer in each context: customers x contexts; rows add up to those of `profit`.

    The more orders, the nearer to what was booked there.
    """
    whole, many = profit.sum(axis=1, keepdims=True), orders.sum(axis=1, keepdims=True)
    shares = (orders + contexts.mix_strength * contexts.mix) / (many + contexts.mix_strength)
    difference = np.where(many > 0, (whole - orders @ contexts.per_order[:, None]) / np.where(many > 0, many, 1.0), 0.0)
    expected = contexts.per_order + difference
    rates = (profit + contexts.rate_strength * expected) / (orders + contexts.rate_strength)
    parts = many * shares * rates
    left = whole - parts.sum(axis=1, keepdims=True)
    return np.asarray(_closed(parts + left * shares, whole[:, 0]))


def _closed(parts: Floats, whole: Floats) -> Floats:
    """Rounding's last bit, put where it weighs least: on the largest part."""
    largest = np.abs(parts).argmax(axis=1)
    parts[np.arange(len(parts)), largest] += whole - parts.sum(axis=1)
    return parts


def _mix_strength(orders: Floats, mix: Floats) -> float:
    """From how often two orders of one customer are in one context, against two orders of anybody."""
    many = orders.sum(axis=1)
    pairs = many * (many - 1)
    alike = float(mix @ mix)
    if pairs.sum() <= 0 or alike >= 1:
        return _STRONGEST
    some = pairs > 0
    # A customer of many orders has many pairs, and is one customer all the same.
    together = ((orders * (orders - 1)).sum(axis=1)[some] / pairs[some]) @ (many[some] - 1) / (many[some] - 1).sum()
    lean = (float(together) - alike) / (1 - alike)
    return float(np.clip(1 / lean - 1, _WEAKEST, _STRONGEST)) if lean > 0 else _STRONGEST


def _rate_strength(profit: Floats, orders: Floats, per_order: Floats, squares: Floats | None) -> float:
    """Noise of an order over the variance of customers' own differences within contexts."""
    many = orders.sum(axis=1, keepdims=True)
    difference = (profit.sum(axis=1, keepdims=True) - orders @ per_order[:, None]) / np.where(many > 0, many, 1.0)
    # A customer of one context is his own expectation there, and tells nothing of differences.
    told = (orders > 0) & (orders < many)
    if not told.any():
        return _STRONGEST
    part = orders / np.where(many > 0, many, 1.0)
    others = (part**2).sum(axis=1, keepdims=True) - part**2
    n, share = orders[told], 1 - part[told]
    # His difference holds the context itself, so that less than the whole variance of a context is seen.
    off = (profit / np.where(orders > 0, orders, 1.0) - per_order - difference)[told] ** 2 / share
    own_part = share + others[told] / share
    noise = _noise_of_orders(profit, orders, squares) if squares is not None else None
    if noise is None:
        noise, own = _line(n, off, own_part)
    else:
        weight = n / (n + float(np.median(n)))
        own = max(0.0, float(weight @ (off - noise / n) / (weight @ own_part)))
    return float(np.clip(noise / own, _WEAKEST, _STRONGEST)) if own > 0 else _STRONGEST


def _noise_of_orders(profit: Floats, orders: Floats, squares: Floats) -> float | None:
    several = orders > 1
    if not several.any():
        return None
    within = np.clip(squares[several] - profit[several] ** 2 / orders[several], 0, None)
    return float(within.sum() / (orders[several] - 1).sum())


def _line(n: Floats, off: Floats, own_part: Floats) -> tuple[float, float]:
    """Variances noise and own, off ~ noise / n + own x own part, by least squares with neither below 0; outliers clipped at three deviations."""
    from scipy.optimize import nnls

    spread = np.full_like(off, np.inf)
    for _ in range(4):
        told = np.minimum(off, 9 * spread)
        # A square scatters as its mean does: each row counts by what the line last said of it.
        weight = 1 / np.where(np.isfinite(spread), np.maximum(spread, 1e-12 * (1 + float(off.mean()))), 1 / n)
        (noise, own), _ = nnls(np.stack([weight / n, weight * own_part], axis=1), weight * told)
        spread = noise / n + own * own_part
    return float(noise), float(own)
