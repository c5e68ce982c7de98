"""What it would be worth to keep more customers: a line of business with its own hazards moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from unequal.value.arrays import Floats
from unequal.value.discounting import period_rate
from unequal.value.forecasting import PERIOD_WEEKS, YEAR_WEEKS, Expected
from unequal.value.retention_worth import thought_experiment, worth_of_points

POINTS: Final = (1.0, 5.0)
"""How many points more are reckoned: one, and the five of the literature's claim."""
_QUARTERS_A_YEAR: Final = 4


@dataclass(frozen=True)
class Staying:
    """How long customers, or contracts, are expected to stay.

    Args:
        now: chance that each is there now, n.
        there: chance that each is there in each quarter ahead, n x quarters; it does not rise.
        a_quarter: what each brings in a quarter in which it is there, n.
    """

    now: Floats
    there: Any
    a_quarter: Floats


def staying_of_orders(of: Expected) -> Staying:
    """Of customers who order when they like: a quarter counts by the weeks for which each is expected to be a customer."""
    whole = np.flatnonzero(np.isclose(np.diff(of.ends, prepend=0.0), PERIOD_WEEKS))
    there = np.minimum.accumulate(np.minimum(of.alive_weeks[:, whole] / PERIOD_WEEKS, of.p_alive[:, None]), axis=1)
    sums = there.sum(axis=1)
    brought = of.brought[:, whole].sum(axis=1)
    return Staying(of.p_alive, there, np.where(sums > 0, brought / np.where(sums > 0, sums, 1.0), 0.0))


@dataclass(frozen=True)
class MoreKept:
    """What more retention would bring in a line of business.

    Args:
        rows: of the table retention_worth, without the names of the line.
        of_a_point: what one point more would bring of each of n, discounted.
    """

    rows: list[dict[str, Any]]
    of_a_point: Floats


def more_kept(staying: Staying, rate: float) -> MoreKept:
    """What one point more of yearly retention would bring, and what five would.

    Args:
        staying: of n customers or contracts.
        rate: annual discount rate.
    """
    if staying.there.shape[1] < _QUARTERS_A_YEAR:
        return MoreKept([], np.zeros(len(staying.now)))
    quarterly = period_rate(rate, YEAR_WEEKS / PERIOD_WEEKS)
    found = [
        worth_of_points(staying.there, staying.a_quarter, quarterly, now=staying.now, points=points, periods_a_year=_QUARTERS_A_YEAR)
        for points in POINTS
    ]
    there_now = float(staying.now.sum())
    kept = float(staying.there[:, _QUARTERS_A_YEAR - 1].sum()) / there_now if there_now > 0 else 0.0
    rows = [
        {
            "points": one.points, "customers_expected": there_now, "retention_expected": kept, "value_gain_expected": one.base,
            "value_gain_share": one.base_share, "year_gain_expected": one.year, "year_gain_share": one.year_share,
            "claim_share": thought_experiment(min(kept, _LIMIT - one.points / 100), points=one.points) if kept > 0 else None,
        }
        for one in found
    ]  # fmt: skip
    return MoreKept(rows, found[0].per_customer)


_LIMIT: Final = 0.999
"""At a retention of one an undiscounted lifetime has no end."""
