"""A customer's own rhythm: how long a silence is still ordinary for someone who orders as often as this one."""

from __future__ import annotations

import numpy as np

from unequal.terms.errors import ValuationError
from unequal.value.arrays import Flags, Floats
from unequal.value.buying.histories import Histories


def silence_allowed(histories: Histories, *, r: float, alpha: float, chance: float = 0.01) -> Floats:
    """The silence after the last order that a living customer keeps with a probability of `chance` only.

    (alpha + t_x) (chance^(-1/(r+x)) - 1): whoever ordered x times by t_x has a Gamma(r+x, alpha+t_x) rate, and would stay silent
    so long that seldom. A frequent customer is missed after days, an occasional one after months.

    Args:
        histories: of n kinds of customers, in the unit of time of alpha.
        r, alpha: of a fitted model's rates; BgNbd, ParetoNbd and Nbd have them.
        chance: of a false alarm; between 0 and 1.

    Returns:
        n lengths of time. It grows beyond all bounds where a customer has hardly a history and r is small: infinite, not an error.

    Raises:
        ValuationError: VAL005, the chance is not between 0 and 1.
    """
    if not 0 < chance < 1:
        raise ValuationError("VAL005", "a chance of false alarms is not between 0 and 1", seen=str(chance), do="give one such as 0.01")
    with np.errstate(over="ignore"):
        return np.asarray((alpha + histories.last_order) * np.expm1(-np.log(chance) / (r + histories.repeat_orders)))


def is_overdue(histories: Histories, *, r: float, alpha: float, chance: float = 0.01) -> Flags:
    """Whether each history's silence, T - t_x, is longer than `silence_allowed`."""
    return histories.observed - histories.last_order > silence_allowed(histories, r=r, alpha=alpha, chance=chance)
