"""How far off totals may be: the common shock is found again, and ranges cover what they say."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unequal.value.totals import PRIOR_SHOCK, PRIOR_WEIGHT, Shock, common_shock, interval, together


def made(bias: float, spread: float, count: int, chance: np.random.Generator) -> tuple[np.ndarray, ...]:
    size = chance.uniform(1_000, 5_000, count)
    variance = np.square(size * chance.uniform(0.01, 0.05, count))
    actual = size * (1 + chance.normal(bias, spread, count)) + chance.normal(0, np.sqrt(variance))
    return actual, size, variance, size


@pytest.mark.parametrize(("bias", "spread"), [(0.0, 0.05), (0.08, 0.05), (-0.1, 0.2)])
def test_a_planted_bias_and_spread_are_found_again(bias: float, spread: float) -> None:
    found = common_shock(*made(bias, spread, 3_000, np.random.default_rng(1)))
    assert found.bias == pytest.approx(bias, abs=0.012)
    assert found.spread == pytest.approx(spread, rel=0.12)


def test_without_earlier_totals_the_prior_stands() -> None:
    nothing = np.zeros(0)
    assert common_shock(nothing, nothing, nothing, nothing) == Shock(0.0, PRIOR_SHOCK, PRIOR_WEIGHT)
    none = np.zeros(3)
    assert common_shock(none, none, none, none) == Shock(0.0, PRIOR_SHOCK, PRIOR_WEIGHT)


def test_one_total_of_no_chance_by_hand() -> None:
    # weight 1 / 0.01 = 100; bias 100 * 0.2 / (100 + 100); what is left (0.2 - 0.1)^2 beside a prior of 0.01 three times.
    found = common_shock(np.array([120.0]), np.array([100.0]), np.array([0.0]), np.array([100.0]))
    assert (found.bias, found.spread, found.freedom) == (pytest.approx(0.1), pytest.approx(0.1), pytest.approx(4.0))


@pytest.mark.parametrize("spread", [0.03, 0.15])
def test_ranges_of_simulated_totals_cover_nine_in_ten(spread: float) -> None:
    chance, inside = np.random.default_rng(7), []
    for _ in range(150):
        past = made(0.05, spread, 40, chance)
        actual, expected, variance, size = made(0.05, spread, 20, chance)
        low, high = interval(expected, variance, size, common_shock(*past))
        inside.append(((actual >= low) & (actual <= high)).mean())
    assert 0.85 <= np.mean(inside) <= 0.95


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.floats(0.01, 0.5))
def test_a_wider_coverage_makes_a_wider_range_about_the_expectation(mean: float, variance: float, spread: float) -> None:
    shock, row = Shock(0.0, spread, 5.0), (np.array([mean]), np.array([variance]), np.array([abs(mean)]))
    narrow, wide = interval(*row, shock, coverage=0.5), interval(*row, shock, coverage=0.95)
    assert wide[0][0] <= narrow[0][0] <= mean <= narrow[1][0] <= wide[1][0]


def test_lines_of_business_are_put_together_segment_by_segment_and_day_by_day() -> None:
    june, december = date(2025, 6, 1), date(2025, 12, 1)
    shop = {december: np.array([[10.0, 9.0, 1.0, 9.0], [4.0, 4.0, 1.0, 4.0]]), june: np.array([[8.0, 8.0, 1.0, 8.0]])}
    services = {december: np.array([[5.0, -6.0, 2.0, 6.0]])}
    found = together([shop, services], 3)
    assert [each.tolist() for each in found] == [
        [[15.0, 3.0, 3.0, 15.0], [4.0, 4.0, 1.0, 4.0], [0.0] * 4],
        [[8.0, 8.0, 1.0, 8.0], [0.0] * 4, [0.0] * 4],
    ]
    assert together([], 3) == []


def test_a_small_line_that_is_far_off_moves_no_shock_of_totals_in_which_it_is_small() -> None:
    # One line is right to a hundredth; in another, a hundredth of its size, thrice as much came as was expected.
    days = [date(2025, month, 1) for month in range(1, 11)]
    large = {day: np.array([[100.0, 100.0 + (-1) ** place, 0.0, 100.0]]) for place, day in enumerate(days)}
    small = {day: np.array([[3.0, 1.0, 0.0, 1.0]]) for day in days}
    apart = common_shock(*np.concatenate([*large.values(), *small.values()]).T)
    told = common_shock(*np.concatenate(together([large, small], 1)).T)
    assert told.spread < 0.06
    assert apart.spread > 0.8
