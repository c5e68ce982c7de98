"""Histories of customers for tests: what is not told is plain."""

from __future__ import annotations

from typing import Any

import numpy as np

from unequal.value.economics import Economics
from unequal.value.known import Known


def known(**given: Any) -> Known:
    """Customers with one order of 100 dollars that brought 40, a year ago, unless told otherwise."""
    n = len(next(iter(given.values())))
    arrays = {name: np.asarray(values) for name, values in given.items()}
    orders = arrays.get("repeat_orders", np.zeros(n, np.int64)) + 1
    spent = arrays.get("spent", 100.0 * orders)
    margin = arrays.get("margin", 0.4 * spent)
    plain = {
        "repeat_orders": orders - 1, "last_order": np.zeros(n), "observed": np.full(n, 52.0), "spent": spent, "spend": spent / orders,
        "margin": margin, "margin_at_orders": margin, "service": np.zeros(n), "service_at_orders": np.zeros(n), "margin_squares": margin**2 / spent,
        "back_days": np.zeros(n, np.int64), "back_squares": np.zeros(n), "served_days": np.zeros(n, np.int64),
        "service_squares": np.zeros(n), "service_squares_at_orders": np.zeros(n), "orders_again": np.zeros(n, np.int64), "brought_again": np.zeros(n),
    }  # fmt: skip
    return Known(**(plain | arrays))


def economics(n: int, *, spend: float = 100.0, margin: float = 0.4, an_order: float = -2.0, a_week: float = -0.1) -> Economics:
    """Customers who all spend so much on average, by Gamma(2) orders within and Gamma(6) between customers."""
    everyone = np.ones(n)
    return Economics(
        2.0, 6.0 * everyone, spend * 5.0 / 2.0 * everyone, margin * everyone, 0.05 * everyone, an_order * everyone, a_week * everyone
    )
