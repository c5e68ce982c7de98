"""What one line of business expects of the customers of one kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from scipy.special import ndtr

from unequal.value.arrays import Floats, Ints


@dataclass(frozen=True)
class Foreseen:
    """A forecast of n customers in one line of business, and what it rests on.

    Args:
        relationship: the line of business.
        kind: orders, occasions or contracts.
        group: person, organisation or all.
        model: that forecast it.
        number: of each customer.
        orders: so far.
        first_day, last_day: of orders; of contracts of their starts; datetime64[D].
        p_alive: probability that each still is a customer.
        orders_expected, value_expected, year_expected: see tables.LIFETIME.
        orders_range, value_range, year_range: low and high, n x 2.
        two_years_expected, two_years_spread: of what 104 weeks bring.
        above: share of futures of two years in which a customer reaches the bar of the best fifth.
        overdue_after: days of silence that a customer's rhythm still explains; infinite where it has none.
        silent: days since the last order.
        totals, year_totals: segments x draws.
        of_a_point: what one point more of yearly retention would bring of each.
        past: totals of earlier forecasts by their origins: segments x came, expected, variance and size.
        backtests, tracking, fits, retention, drivers: rows of the tables of those names; drivers as columns of numbers.
    """

    relationship: str
    kind: str
    group: str
    model: str
    number: Ints
    orders: Ints
    first_day: Any
    last_day: Any
    p_alive: Floats
    orders_expected: Floats
    value_expected: Floats
    year_expected: Floats
    orders_range: Any
    value_range: Any
    year_range: Any
    two_years_expected: Floats
    two_years_spread: Floats
    above: Floats
    overdue_after: Floats
    silent: Floats
    totals: Any
    year_totals: Any
    of_a_point: Floats
    past: Mapping[date, Any]
    backtests: Sequence[dict[str, Any]] = field(default_factory=tuple)
    tracking: Sequence[dict[str, Any]] = field(default_factory=tuple)
    fits: Sequence[dict[str, Any]] = field(default_factory=tuple)
    retention: Sequence[dict[str, Any]] = field(default_factory=tuple)
    drivers: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def is_overdue(self) -> Any:
        """Whether each has been silent for longer than its rhythm explains."""
        return self.silent > self.overdue_after


@dataclass(frozen=True)
class Together:
    """All lines of business of n customers, each once.

    Args:
        number: of each customer, ascending.
        p_alive: in at least one line.
        value, year: expected, low and high, n x 3.
        top_fifth: probability of standing among the best over two years.
        of_a_point: what one point more of retention would bring, over all lines.
        is_overdue: in a line of business, and in none on time.
    """

    number: Ints
    p_alive: Floats
    value: Any
    year: Any
    top_fifth: Floats
    of_a_point: Floats
    is_overdue: Any


def together(lines: Sequence[Foreseen], bar: float) -> Together:
    """Each customer over all lines of business.

    Lines are taken as independent: expectations add, and distances to the ends of ranges add as squares. Who is in several
    lines reaches the bar as a normal distribution of the sum would; who is in one, as its own futures did.

    Args:
        lines: at least one.
        bar: what two years must bring to be among the best fifth.
    """
    number = np.concatenate([line.number for line in lines])
    known, place = np.unique(number, return_inverse=True)
    n = len(known)

    def summed(values: Sequence[Any]) -> Floats:
        return np.asarray(np.bincount(place, weights=np.concatenate(values), minlength=n), dtype=np.float64)

    gone = np.ones(n)
    np.multiply.at(gone, place, 1.0 - np.concatenate([line.p_alive for line in lines]))
    count = np.bincount(place, minlength=n)
    mean, spread = summed([line.two_years_expected for line in lines]), np.sqrt(summed([line.two_years_spread**2 for line in lines]))
    several = ndtr(-((bar - mean) / np.maximum(spread, 1e-9)))
    alone = summed([line.above for line in lines])
    on_time = summed([(~line.is_overdue).astype(float) for line in lines])
    return Together(
        number=known,
        p_alive=1.0 - gone,
        value=_added(lines, place, n, "value"),
        year=_added(lines, place, n, "year"),
        top_fifth=np.where(count > 1, several, alone),
        of_a_point=summed([line.of_a_point for line in lines]),
        is_overdue=on_time == 0,
    )


def _added(lines: Sequence[Foreseen], place: Any, n: int, name: str) -> Any:
    expected = np.concatenate([getattr(line, f"{name}_expected") for line in lines])
    ends = np.concatenate([getattr(line, f"{name}_range") for line in lines])
    sums = np.bincount(place, weights=expected, minlength=n)
    down, up = (np.sqrt(np.bincount(place, weights=(ends[:, end] - expected) ** 2, minlength=n)) for end in (0, 1))
    return np.stack([sums, sums - down, sums + up], axis=1)
