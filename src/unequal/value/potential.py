"""What customers could become: how likely each is to stand among the best, and how such predictions of earlier days did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from unequal.value.arrays import Floats, Ints

TOP_SHARE: Final = 0.2
"""The best are the first fifth, rounded down, as everywhere."""
TOLD_WEEKS: Final = 104.0
"""Over so many weeks potential is told."""
YEAR_WEEKS: Final = 52.0
"""Growth is that of a year."""
_NINE_IN_TEN: Final = 1.6449
"""Standard deviations to either side within which nine in ten of a normal distribution lie."""


def bar_of(draws: Any, *, top_share: float = TOP_SHARE) -> Floats:
    """What it takes to stand among the best, in each of several futures.

    Args:
        draws: customers x futures: what each brings in each.
        top_share: of the customers.

    Returns:
        For each future the amount of the last customer among the best; infinite where the share rounds to nobody.
    """
    customers, futures = draws.shape
    best = int(customers * top_share)
    if best == 0:
        return np.full(futures, np.inf)
    place = customers - best
    bars: Floats = np.partition(draws, place, axis=0)[place]
    return bars


def top_probability(draws: Any, bar: Floats | float) -> Floats:
    """How likely each customer is to stand among the best: the share of futures in which he reaches the bar, and brings more than nothing."""
    reached: Floats = ((draws >= bar) & (draws > 0)).mean(axis=1)
    return reached


@dataclass(frozen=True)
class Held:
    """Predictions held against what came: of all customers, and of each tenth of them by what was predicted, lowest first.

    Every array has an element for all customers, and one for each tenth in which there is somebody.

    Args:
        customers: how many.
        expected, came: means of what was predicted, and of what came.
        low, high: between what the mean of what came lies, nine times in ten, for the luck of so many customers alone.
        squared_error: mean square of what was predicted less what came; of probabilities the Brier score.
        squared_error_naive: the same of a prediction that everybody stays where he is.
        covered: share of customers for whom what came lay in their range; None where no range was given.
    """

    customers: Ints
    expected: Floats
    came: Floats
    low: Floats
    high: Floats
    squared_error: Floats
    squared_error_naive: Floats
    covered: Floats | None


def held_against(predicted: Floats, came: Floats, naive: Floats, *, ends: Any = None, parts: int = 10) -> Held:
    """Hold predictions against what came, tenth by tenth.

    Args:
        predicted: of each of n customers, n at least 1: a probability, or an amount.
        came: 1 or 0 for probabilities, else the amount.
        naive: the prediction that everybody stays where he is.
        ends: low and high of each, n x 2; none for probabilities.
        parts: into how many groups of equal size customers are put by what was predicted; fewer where there are fewer customers.
    """
    order = np.argsort(predicted, kind="stable")
    groups = [np.arange(len(predicted)), *(group for group in np.array_split(order, parts) if len(group))]
    is_share = bool(np.isin(came, (0.0, 1.0)).all()) and ends is None
    bounds = np.array([_share_between(came[group]) if is_share else _mean_between(came[group]) for group in groups])
    inside = None if ends is None else (came >= ends[:, 0]) & (came <= ends[:, 1])

    def means(values: Any) -> Floats:
        return np.array([float(values[group].mean()) for group in groups])

    return Held(
        customers=np.array([len(group) for group in groups]), expected=means(predicted), came=means(came), low=bounds[:, 0], high=bounds[:, 1],
        squared_error=means(np.square(predicted - came)), squared_error_naive=means(np.square(naive - came)),
        covered=None if inside is None else means(inside),
    )  # fmt: skip


def _share_between(came: Floats) -> tuple[float, float]:
    """Between what a share lies, nine times in ten. Source: E. B. Wilson, Journal of the American Statistical Association 22, 1927."""
    n, share = len(came), float(came.mean())
    room = _NINE_IN_TEN**2 / n
    half = _NINE_IN_TEN * float(np.sqrt(share * (1 - share) / n + room / (4 * n)))
    return (share + room / 2 - half) / (1 + room), (share + room / 2 + half) / (1 + room)


def _mean_between(came: Floats) -> tuple[float, float]:
    """Between what a mean lies, nine times in ten, by the spread of single values; one value tells nothing of it."""
    mean = float(came.mean())
    half = _NINE_IN_TEN * float(came.std(ddof=1)) / len(came) ** 0.5 if len(came) > 1 else 0.0
    return mean - half, mean + half


def weeks_to_test(history: float, *, horizon: float, hold_out: float) -> float | None:
    """How far ahead potential can be put to the test: as far as it is told, else as far as history allows.

    A test needs as much history before it as it looks ahead, or a year.

    Args:
        history: weeks from the first day with data to the first without.
        horizon: how far forecasts reach, in weeks.
        hold_out: how far the contest's tests reach, in weeks.

    Returns:
        104 weeks, 52, or the hold-out, none of them beyond the horizon; None where history is too short for all.

    >>> [weeks_to_test(weeks, horizon=156, hold_out=26) for weeks in (160, 120, 60, 40)]
    [104.0, 52.0, 26.0, None]
    """
    for weeks in (min(TOLD_WEEKS, horizon), min(YEAR_WEEKS, horizon), min(hold_out, horizon)):
        if history - weeks >= min(weeks, YEAR_WEEKS):
            return float(weeks)
    return None


def is_top(amounts: Floats) -> Any:
    """Whether each is among the best fifth, rounded down, and brought anything; ties by place."""
    order = np.argsort(-amounts, kind="stable")
    top = np.zeros(len(amounts), dtype=bool)
    top[order[: int(len(amounts) * TOP_SHARE)]] = True
    return top & (amounts > 0)


def rows(measure: str, held: Held, *, origin: date, weeks: float) -> list[dict[str, Any]]:
    """POTENTIAL_TEST rows of a measure: 0 for all customers, then the tenths from 1 on."""
    return [
        {
            "measure": measure, "tenth": tenth, "origin": origin, "weeks": weeks, "customers": int(held.customers[tenth]),
            "expected": float(held.expected[tenth]), "came": float(held.came[tenth]), "came_low": float(held.low[tenth]),
            "came_high": float(held.high[tenth]), "squared_error": float(held.squared_error[tenth]),
            "squared_error_naive": float(held.squared_error_naive[tenth]),
            "covered": None if held.covered is None else float(held.covered[tenth]),
        }
        for tenth in range(len(held.customers))
    ]  # fmt: skip
