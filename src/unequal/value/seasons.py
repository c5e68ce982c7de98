"""Seasons as a clock: operational time runs fast where orders are many and slow where they are few.

Models of buying know no calendar. Given times on this clock instead, they meet customers who order evenly; expectations are
made for a stretch of the clock and read as a stretch of the calendar. The index of a part of the year is how much faster than
on average the clock runs there; its mean over a year is 1, so a year is a year on either.

Source: operational time, Feller 1971, "An Introduction to Probability Theory and its Applications" II; the shrinkage is
empirical Bayes with a gamma prior around 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.value.arrays import Floats, Ints

DAYS_A_YEAR: Final = 365
_SMOOTH_DAYS: Final = 7.0
_LEAST: Final = 1e-3
"""The clock never stops: an index of nothing would give days that no operational time leads back to."""
_ROUNDS: Final = 20
_FEWEST_YEARS: Final = 2.0


@dataclass(frozen=True, eq=False)
class Seasons:
    """How fast the clock runs through a year.

    Args:
        index: of each part of the year, all parts equally long; above 0, mean 1.
        years: how many years of orders it was learned from.
        trust: between 0 and 1, of each part: how far the index follows the orders; the rest is 1.
    """

    index: Floats
    years: float
    trust: Floats

    @property
    def thin(self) -> bool:
        """Whether growth within the year may be taken for season: fewer than two years were seen."""
        return self.years < _FEWEST_YEARS


def even(parts: int = DAYS_A_YEAR) -> Seasons:
    """No seasons: both clocks are one."""
    return Seasons(np.ones(parts), 0.0, np.zeros(parts))


def learn(days: Ints, orders: Floats, *, parts: int = DAYS_A_YEAR, smooth_days: float = _SMOOTH_DAYS) -> Seasons:
    """The seasons of a base from its dated orders.

    The expected number of a day is level x index. The level is a line in the logarithm with a bend every year, so that
    growth is no season; the index is orders over level, smoothed over the turn of the year, and drawn towards 1 by what the
    years' disagreement leaves of it.

    Args:
        days: every day observed, those without an order too; days since 1970-01-01, each once, in any order.
        orders: how many on each; or on each the count of its week or month spread over its days.
        parts: of the year: 365 for days, 52 for weeks, 12 for months.
        smooth_days: standard deviation of the smoothing; seven days blur the days of the week away. 0 for none.

    Raises:
        ValueError: days twice, negative orders, or no day.
    """
    if len(days) == 0 or len(np.unique(days)) != len(days) or (orders < 0).any() or len(days) != len(orders):
        raise ValueError("seasons are learned from days that stand once each, with orders of 0 or more")
    years = (int(days.max()) - int(days.min()) + 1) / 365.25
    if orders.sum() <= 0:
        return Seasons(np.ones(parts), years, np.zeros(parts))
    part = np.minimum((_year_place(days.astype(np.float64))[2] * parts).astype(np.int64), parts - 1)
    blur = _blur(parts, smooth_days)
    index: Floats = np.ones(parts)
    trust: Floats = np.zeros(parts)
    for _ in range(_ROUNDS):
        level = _level(days, orders, index[part], years)
        found, trust = _shrunk(part, orders, level, blur, parts)
        change, index = float(np.abs(found - index).max()), found
        if change < 1e-6:  # noqa: PLR2004 - a millionth of the mean speed
            break
    return Seasons(index, years, trust)


def operational(seasons: Seasons, days: Floats) -> Floats:
    """The seasonal clock's time at calendar times; both count days since 1970-01-01, and agree at every New Year.

    It rises throughout; a leap year is a little longer on both clocks.
    """
    start, length, place = _year_place(days)
    return start + length * np.interp(place, *_knots(seasons))


def calendar(seasons: Seasons, times: Floats) -> Floats:
    """The calendar time at which the seasonal clock shows a time: the inverse of `operational`."""
    start, length, place = _year_place(times)
    ends, passed = _knots(seasons)
    return start + length * np.interp(place, passed, ends)


def _knots(seasons: Seasons) -> tuple[Floats, Floats]:
    """Ends of the year's parts as shares of a year, on the calendar and on the clock."""
    passed = np.concatenate([[0.0], np.cumsum(seasons.index)])
    return np.linspace(0.0, 1.0, len(passed)), passed / passed[-1]


def _year_place(days: Floats) -> tuple[Floats, Floats, Floats]:
    """First day of the year that a time lies in, how many days the year has, and what share of it has passed."""
    year = np.floor(days).astype("datetime64[D]").astype("datetime64[Y]")
    start = year.astype("datetime64[D]").astype(np.float64)
    length = (year + 1).astype("datetime64[D]").astype(np.float64) - start
    return start, length, (days - start) / length


def _blur(parts: int, smooth_days: float) -> Floats:
    """Weights by which each part of the year takes from the others, around the turn of the year: parts x parts."""
    apart = np.abs(np.arange(parts)[:, None] - np.arange(parts))
    days = np.minimum(apart, parts - apart) * (365.25 / parts)
    if smooth_days <= 0:
        return np.eye(parts)
    weights = np.exp(-0.5 * (days / smooth_days) ** 2)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _level(days: Ints, orders: Floats, index: Floats, years: float) -> Floats:
    """What each day would bring without seasons: Poisson regression on hats a year wide, a little held together."""
    bends = max(int(years), 1) + 1 if years >= _FEWEST_YEARS else 1
    marks = np.linspace(float(days.min()), float(days.max()), bends)
    hats = np.stack([np.interp(days, marks, row) for row in np.eye(bends)], axis=1) if bends > 1 else np.ones((len(days), 1))
    # The penalty is one order's worth: it settles years without any order, and nothing else.
    heights = np.full(bends, np.log(max(float(orders.sum()), 1.0) / float(index.sum())))
    centre = heights.copy()
    for _ in range(50):
        expected = index * np.exp(np.clip(hats @ heights, -50, 50))
        slope = hats.T @ (orders - expected) - (heights - centre)
        step = np.linalg.solve((hats.T * expected) @ hats + np.eye(bends), slope)
        heights = heights + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        if float(np.abs(step).max()) < 1e-9:  # noqa: PLR2004 - of a logarithm
            break
    return np.asarray(np.exp(np.clip(hats @ heights, -50, 50)))


def _shrunk(part: Ints, orders: Floats, level: Floats, blur: Floats, parts: int) -> tuple[Floats, Floats]:
    """The index of each part and how far it follows the orders."""
    seen = np.bincount(part, weights=orders, minlength=parts)
    without = np.bincount(part, weights=level, minlength=parts)
    numerator, exposure = blur @ seen, blur @ without
    ratio = np.where(exposure > 0, numerator / np.where(exposure > 0, exposure, 1.0), 1.0)
    # Noise of a smoothed ratio: spread of daily counts around their expectation, averaged as the smoothing does.
    expected = np.maximum(level * ratio[part], 1e-12)
    unruly = max(1.0, float(((orders - expected) ** 2 / expected).mean()))
    noise = unruly * ratio * (blur**2 @ without) / np.where(exposure > 0, exposure**2, 1.0)
    weight = exposure / exposure.sum()
    spread = max(0.0, float(weight @ ((ratio - 1) ** 2 - noise)))
    # What smoothing brings into a part of the year that was never seen is hearsay.
    witnessed = blur @ (without > 0)
    trust = np.where(exposure > 0, witnessed * spread / np.maximum(spread + noise, 1e-300), 0.0)
    index = np.maximum(1 + trust * (ratio - 1), _LEAST)
    return index / index.mean(), trust
