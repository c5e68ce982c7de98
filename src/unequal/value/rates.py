"""Rates of events, drawn towards those of all customers as far as chance alone may have made them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from unequal.value.arrays import Floats


@dataclass(frozen=True)
class Rates:
    """Rates to come of n customers.

    Args:
        mean: of each.
        variance: of each as an estimate: how far a customer's true rate may be from it.
        noise: variance of what one unit of exposure sees beside the rate; one number.
    """

    mean: Floats
    variance: Floats
    noise: float


def rates_of(amount: Floats, exposure: Floats, noise: float) -> Rates:
    """Amounts for each unit of exposure, drawn towards the base.

    Customers' rates differ by chance, of variance noise / exposure, and by what is theirs: the rest, by moments. What is theirs is
    taken to vary as gamma rates do: who has a high one is less certain of it.

    Args:
        amount: of each customer; all of one sign.
        exposure: orders, or weeks, of each; above zero.
        noise: variance of what comes in one unit of exposure, beside the rate.

    Source: R. DerSimonian and N. Laird, Controlled Clinical Trials 7, 1986; H. Buhlmann, ASTIN Bulletin 4, 1967.
    """
    base, rate = float(amount.sum()) / float(exposure.sum()), amount / exposure
    if noise <= 0:
        return Rates(np.full(len(amount), base), np.zeros(len(amount)), 0.0)
    weight = exposure / noise
    excess = float((weight * np.square(rate - base)).sum()) - (len(rate) - 1)
    between = max(excess / (weight.sum() - float(np.square(weight).sum() / weight.sum())), 0.0) if len(rate) > 1 else 0.0
    known = between / (between + noise / exposure)
    mean = np.asarray(known * rate + (1 - known) * base)
    variance: Any = (1 - known) * between * (mean / base if base else 1.0)
    return Rates(mean, np.maximum(variance, 0.0), noise)
