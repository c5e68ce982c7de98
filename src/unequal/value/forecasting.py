"""What customers who order when they like will bring: period by period, discounted, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np

from unequal.value.arrays import Floats
from unequal.value.buying import Model
from unequal.value.economics import Economics
from unequal.value.futures import futures
from unequal.value.known import Known
from unequal.value.potential import top_probability

PERIOD_WEEKS: Final = 13.0
"""Dollars are discounted from the middle of the quarter in which they are expected."""
YEAR_WEEKS: Final = 52.0
DRAWS: Final = 100
_LOW, _HIGH = 0.05, 0.95
_SMALL_CHANGE: Final = 0.01
"""What costs less than a cent is not foreseen of who is gone: somebody who buys no more still looks at a page, which costs something."""


@dataclass(frozen=True)
class Expected:
    """What is expected of each of n customers.

    Args:
        ends: where the m periods end, in weeks from now.
        p_alive: probability that each still is a customer, n.
        orders: in each period, n x m.
        brought: in each period after service, not discounted, n x m.
        alive_weeks: weeks in each period for which each is expected to be a customer, n x m.
    """

    ends: Floats
    p_alive: Floats
    orders: Any
    brought: Any
    alive_weeks: Any

    def value(self, rate: float) -> Floats:
        """All that they bring, discounted at an annual rate."""
        worth: Floats = self.brought @ discount(self.ends, rate)
        return worth

    def within(self, values: Any, weeks: float) -> Floats:
        """The part of an n x m array that falls within so many weeks; a period that is cut counts by its part."""
        starts = np.concatenate(([0.0], self.ends[:-1]))
        share = np.clip((weeks - starts) / (self.ends - starts), 0.0, 1.0)
        part: Floats = values @ share
        return part

    def between(self, values: Any, cuts: Floats) -> Any:
        """The parts of an n x m array that fall between cuts, in weeks from now: n x cuts, the first from now on."""
        return np.diff(np.stack([self.within(values, cut) for cut in cuts], axis=1), axis=1, prepend=0.0)


def period_ends(horizon: float) -> Floats:
    """Where the periods of a horizon end: quarters, the last one as long as is left.

    >>> period_ends(30).tolist()
    [13.0, 26.0, 30.0]
    """
    whole = np.arange(PERIOD_WEEKS, horizon, PERIOD_WEEKS)
    return np.append(whole, horizon)


def discount(ends: Floats, rate: float) -> Floats:
    """What a dollar of each period is worth today: (1 + rate) to the minus years to the middle of the period."""
    middles = (np.concatenate(([0.0], ends[:-1])) + ends) / 2
    factors: Floats = (1.0 + rate) ** (-middles / YEAR_WEEKS)
    return factors


def expected(
    model: Model,
    known: Known,
    economics: Economics,
    ends: Floats,
    *,
    shown: Floats | None = None,
    calibration: float = 1.0,
    calibration_of_dollars: float = 1.0,
) -> Expected:
    """What a model of buying expects of customers.

    Orders in each period come from the model; dollars are orders x (spend x margin + service an order) + weeks as a customer x
    service a week. Being a customer fades as orders do: exact where rate and life are independent (Pareto/NBD), and close else.

    Args:
        model: with its parameters, in weeks.
        known: of n customers.
        economics: of the same.
        ends: of the periods, in weeks of the calendar.
        shown: the same on the clock that `known` was read on; the calendar by default.
        calibration, calibration_of_dollars: by what all orders, and all dollars, are multiplied, learned from earlier forecasts.
    """
    histories, places = known.counted
    on_clock = ends if shown is None else shown
    cumulative = model.expected_orders(histories, on_clock)
    of_pattern = np.diff(cumulative, axis=1, prepend=0.0)
    alive = model.p_alive(histories)
    soon = model.expected_orders(histories, 1.0)
    rate = np.where(soon > 0, soon, 1.0)
    there = np.clip(of_pattern / rate[:, None] / np.diff(on_clock, prepend=0.0), 0.0, 1.0)
    weeks = there * np.diff(ends, prepend=0.0) * alive[:, None]
    orders, alive_weeks = of_pattern[places], weeks[places]
    brought = orders * economics.an_order[:, None] + alive_weeks * economics.service_a_week[:, None]
    return Expected(ends, alive[places], orders * calibration, brought * calibration_of_dollars, alive_weeks)


@dataclass(frozen=True)
class Ranges:
    """Between what nine futures in ten lie, for each of n customers; and the futures of segments of them.

    Args:
        orders, value, year: low and high, n x 2.
        two_years_spread: standard deviation of what two years bring, n.
        above: n: share of futures of two years in which a customer reaches the bar.
        totals: segments x draws: value of each segment in each draw.
        year_totals: the same of the first year, not discounted.
    """

    orders: Any
    value: Any
    year: Any
    two_years_spread: Floats
    above: Floats
    totals: Any
    year_totals: Any

    @classmethod
    def empty(cls, n: int, segments: int, draws: int) -> Self:
        """To be filled."""
        orders, value, year = (np.zeros((n, 2)) for _ in range(3))
        return cls(orders, value, year, np.zeros(n), np.zeros(n), np.zeros((segments, draws)), np.zeros((segments, draws)))

    def put(self, at: slice, value: Any, year: Any, two_years: Any, *, segments: Any, bar: float) -> None:
        """Put the futures of some customers in their places: value, first year and first two years, customers x draws."""
        self.value[at], self.year[at] = ends_of(value), ends_of(year)
        self.two_years_spread[at] = two_years.std(axis=1)
        self.above[at] = top_probability(two_years, bar)
        self.totals[:] += sums_of(segments[at], value, len(self.totals))
        self.year_totals[:] += sums_of(segments[at], year, len(self.totals))


def ranges(
    models: Sequence[Model],
    known: Known,
    economics: Economics,
    of: Expected,
    *,
    rate: float,
    scale: Floats,
    segments: Any,
    bar: float,
    generator: np.random.Generator,
    shown: Floats | None = None,
    draws: int = DRAWS,
) -> Ranges:
    """Ranges of what is expected, from futures drawn.

    Args:
        models: parameters, equally likely.
        known, economics: of n customers.
        of: what is expected of them.
        rate: annual discount rate.
        scale: by what each customer's dollars are multiplied, n: what the forecast adds to the model.
        segments: n x kinds: numbers of the segments in which each customer is.
        bar: what two years must bring to be among the best.
        generator: what to draw from.
        shown: what the clock of `known` shows at the cuts (see cuts_of); the calendar by default.
        draws: of each customer.
    """
    cuts = cuts_of(float(of.ends[-1]))
    factors = _factors(of, cuts, rate)
    alive_weeks = of.between(of.alive_weeks, cuts)
    found = Ranges.empty(len(known), int(segments.max(initial=-1)) + 1, draws)
    lengths = np.diff(cuts if shown is None else shown, prepend=0.0)
    for some in futures(models, known, economics, lengths, alive_weeks=alive_weeks, draws=draws, generator=generator):
        brought = some.brought * scale[some.at, None, None]
        found.orders[some.at] = ends_of(some.orders.sum(axis=2))
        found.put(some.at, brought @ factors, brought[:, :, 0], brought[:, :, :2].sum(axis=2), segments=segments, bar=bar)
    if economics.scatter is not None and economics.scatter.call < 0:
        for ends in (found.value, found.year):
            ends[:, 0] -= _SMALL_CHANGE
    return found


def sums_of(segments: Any, values: Any, count: int) -> Any:
    """Sums of customers' rows by segment.

    Args:
        segments: n x kinds: numbers of the segments in which each customer is, below `count`.
        values: n x m.
        count: how many segments there are.

    Returns:
        count x m; zeros where nobody is.
    """
    from scipy.sparse import csr_array

    n, kinds = segments.shape
    belongs = csr_array((np.ones(n * kinds), segments.ravel(), np.arange(0, n * kinds + 1, kinds)), shape=(n, count))
    return belongs.T @ values


def cuts_of(horizon: float) -> Floats:
    """Where futures are cut: after one year, after two, and at the horizon, as far as it reaches."""
    return np.unique(np.minimum([YEAR_WEEKS, 2 * YEAR_WEEKS, horizon], horizon))


def ends_of(draws: Any) -> Any:
    """The 5th and the 95th of a hundred draws, a row each; of other numbers of draws what stands there."""
    count = draws.shape[1]
    places = [max(math.ceil(round(share * count, 9)) - 1, 0) for share in (_LOW, _HIGH)]
    return np.partition(draws, places, axis=1)[:, places]


def _factors(of: Expected, cuts: Floats, rate: float) -> Floats:
    """What a dollar between two cuts is worth today on average: as the base's dollars are spread over the quarters between."""
    spread = np.abs(of.brought).sum(axis=0) if len(of.brought) else np.ones(len(of.ends))
    factors = discount(of.ends, rate)
    starts = np.concatenate(([0.0], of.ends[:-1]))
    found, before = [], 0.0
    for cut in cuts:
        share = np.clip((np.minimum(of.ends, cut) - np.maximum(starts, before)) / (of.ends - starts), 0.0, 1.0) * spread
        found.append(float((share * factors).sum() / share.sum()) if share.sum() > 0 else 1.0)
        before = float(cut)
    return np.array(found)
