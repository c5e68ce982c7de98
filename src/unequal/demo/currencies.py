"""Currencies: dated rates into US dollars, and amounts converted exactly as the ledger does."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from unequal.demo.columns import Ints, Texts
from unequal.demo.randomness import generator
from unequal.demo.timeline import MONTHS, month_of

CODES: Final = ("USD", "EUR", "GBP", "CAD")
RATE_SCALE: Final = 1_000_000
"""Rates are whole millionths of a US dollar."""
_MEAN: Final = (1.0, 1.085, 1.262, 0.742)


@lru_cache(maxsize=1)
def rates() -> Ints:
    """What a unit of each currency is worth from each month's first day: currencies x months, in millionths."""
    chance = generator(2, -1, "rates")
    walk = np.cumsum(chance.normal(0.0, 0.012, (len(CODES), MONTHS)), axis=1)
    worth = np.array(_MEAN)[:, None] * np.exp(walk - walk.mean(axis=1, keepdims=True))
    worth[0] = 1.0
    millionths: Ints = np.round(worth * RATE_SCALE).astype(np.int64)
    return millionths


def local_prices() -> Ints:
    """How many thousandths of a currency's unit stand on a price tag of one US dollar."""
    return np.array([1000, 930, 790, 1350])


def in_dollars(units: Ints, currency: Ints, day: Ints) -> Ints:
    """Units of 0.0001 of a currency as units of 0.0001 US dollar: rounded half away from zero, line by line."""
    product = units * rates()[currency, month_of(day)]
    whole: Ints = np.sign(product) * ((np.abs(product) * 2 + RATE_SCALE) // (2 * RATE_SCALE))
    return whole


def number_of(codes: Texts) -> Ints:
    """Positions of currency codes."""
    position = {code: number for number, code in enumerate(CODES)}
    return np.array([position[code] for code in codes], dtype=np.int64)
