"""What a point of retention is worth, from the firm's own hazard and beside the literature's claim.

Textbooks have one retention rate r for all: a contract is worth m r / (1 + d - r). In a real base customers differ, those
who stay are the loyal ones, and rates rise with age; so every customer's own rates are moved, and all is reckoned anew.

Convention here: a customer is there now, the margin of period k comes at its end if he is still there, and counts (1 + d)^-k.
Sources: Reichheld & Sasser 1990, "Zero Defections"; Gupta, Lehmann & Stuart 2004; Fader & Hardie 2010.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unequal.value.arrays import Floats

POINT = 0.01


def constant_value(margin: float, retention: float, rate: float) -> float:
    """Worth of a customer kept with one rate for ever: margin x retention / (1 + rate - retention).

    >>> round(constant_value(100, 0.8, 0.1), 2)
    266.67

    Raises:
        ValueError: the retention is no share, or nothing ends the sum.
    """
    if not 0 <= retention <= 1 or retention >= 1 + rate:
        raise ValueError(f"no worth follows from a retention of {retention} at a rate of {rate}")
    return margin * retention / (1 + rate - retention)


def slope_of_point(margin: float, retention: float, rate: float) -> float:
    """What one point more adds at a constant retention, to first order: .01 margin (1 + rate) / (1 + rate - retention)^2.

    It is the tangent; the whole step, constant_value at retention + .01 less constant_value, is a little more.

    >>> round(slope_of_point(100, 0.8, 0.1), 2)
    12.22

    Raises:
        ValueError: as constant_value.
    """
    constant_value(margin, retention, rate)
    return POINT * margin * (1 + rate) / (1 + rate - retention) ** 2


def thought_experiment(retention: float, *, points: float = 5.0, rate: float = 0.0) -> float:
    """By what share an average customer's lifetime margin grows with so many points more, at one retention for all.

    Lifetimes are 1 + constant_value: the present period is paid. Undiscounted that is 1 / (1 - retention), and from 90 %
    to 95 % it doubles: the "up to 100 %" of Reichheld & Sasser. It is lifetime margin of one cohort, not a year's profit.

    >>> round(thought_experiment(0.90), 6)
    1.0
    >>> round(thought_experiment(0.80, rate=0.10), 4)
    0.2

    Raises:
        ValueError: as constant_value, after the step too.
    """
    before, after = (1 + constant_value(1.0, kept, rate) for kept in (retention, retention + points * POINT))
    return after / before - 1


@dataclass(frozen=True, eq=False)
class RetentionWorth:
    """What more retention brings.

    Args:
        points: how many points more, of the retention over `periods_a_point`.
        per_customer: gain in the worth of each customer, in dollars of today.
        base: its sum over the base.
        base_share: that over the worth of the base as it is; None where the base is worth nothing.
        year: gain in the profit of the first year, all customers, undiscounted.
        year_share: that over the year's profit as it is; None where there is none.
    """

    points: float
    per_customer: Floats
    base: float
    base_share: float | None
    year: float
    year_share: float | None


def worth_of_points(
    there: Floats, margin: Floats | float, rate: float, *, now: Floats | float = 1.0, points: float = 1.0, periods_a_year: int = 1,
    periods_a_point: int | None = None,
) -> RetentionWorth:  # fmt: skip
    """What so many points more of retention would bring, each customer's own rates moved.

    Args:
        there: the chance that each customer is there after 1, 2, ... periods: customers x periods, falling, from a model of
            renewing or of buying.
        margin: expected of a period while a customer is there, after what serving costs; of each or of all.
        rate: discount rate of a period.
        now: the chance that each customer is there now, 1 under contract; who has left is not won back by retention.
        points: how many; each adds .01, and no rate passes 1.
        periods_a_year: how many periods the first year's profit has.
        periods_a_point: over how many periods the retention is counted that gets the points; a year by default. Where
            most stay, a point of yearly retention is far less than a point of each month's.

    Returns:
        The horizon is that of `there`, for both: what lies beyond is in neither. It says what retention would be worth if it
        could be had for nothing and changed nothing else; those kept only just are taken to spend like the others.
    """
    more = moved(there, now=now, points=points, together=periods_a_point or periods_a_year)
    factor = (1.0 + rate) ** -np.arange(1.0, there.shape[1] + 1)
    margins = np.broadcast_to(np.asarray(margin, dtype=np.float64), there.shape[:1])
    gains = ((more - there) @ factor) * margins
    as_it_is = float(((there @ factor) * margins).sum())
    year = slice(0, periods_a_year)
    of_year, gained = (float((each[:, year].sum(axis=1) * margins).sum()) for each in (there, more - there))
    return RetentionWorth(points, gains, float(gains.sum()), _share(float(gains.sum()), as_it_is), gained, _share(gained, of_year))


def moved(there: Floats, *, points: float, now: Floats | float = 1.0, together: int = 1) -> Floats:
    """Chances to be there if retention were higher: r + .01 points, at most 1, over every block of so many periods.

    Within a block the gain is spread in proportion to the logarithms of its periods' rates, so that a period in which nobody
    left still loses nobody. A last block that is shorter gets its part of the points. A block in which everybody left
    spreads what it gains evenly.

    Args:
        there: customers x periods, chances that do not rise, each from 0 to 1.
        now: the chance to be there before the first period.
        points: may be negative: what losing retention costs; no rate falls below 0.
        together: periods of a block.

    Raises:
        ValueError: chances that rise, or are none.
    """
    begin_with = np.broadcast_to(np.asarray(now, dtype=np.float64), there.shape[:1])
    before = np.concatenate([begin_with[:, None], there[:, :-1]], axis=1)
    if (there > before + 1e-12).any() or (there < 0).any():
        raise ValueError("chances to be there that rise, or lie below 0")
    rates = np.where(before > 0, there / np.where(before > 0, before, 1.0), 0.0)
    return np.asarray(begin_with[:, None] * np.cumprod(_raised(rates, points * POINT, together), axis=1))


def _raised(rates: Floats, gain: float, together: int) -> Floats:
    """Rates whose product over each block is higher by the gain."""
    rows, periods = rates.shape
    blocks = -(-periods // together)
    filled = np.ones((rows, blocks * together))
    filled[:, :periods] = rates
    block = filled.reshape(rows, blocks, together)
    length = np.full((blocks, 1), together)
    length[-1] = periods - (blocks - 1) * together
    kept = block.prod(axis=2, keepdims=True)
    wanted = np.clip(kept + gain * length / together, 0.0, 1.0)
    some = (kept > 0) & (kept < 1)
    power = np.log(np.clip(wanted, 1e-300, 1.0)) / np.where(some, np.log(np.where(some, kept, 0.5)), 1.0)
    scaled = np.where(block > 0, block, 1.0) ** power
    # Where nobody or everybody stayed, no period is unlike the others.
    even = np.where(wanted == kept, block, wanted ** (1 / length))
    return np.asarray(np.where(some, scaled, even).reshape(rows, -1)[:, :periods])


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
