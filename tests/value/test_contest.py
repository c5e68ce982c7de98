"""Which forecast to trust: scores by hand, baselines by hand, and who wins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.value.knowns import known

from unequal.value.backtesting import calibration_of, distance_from_uniform, totals_of, transforms
from unequal.value.contest import Ahead, Score, baseline, best, poisson_deviance, score


def scored(rmse: float, deviance: float) -> Score:
    return Score(rmse, 0.0, deviance, 1.0, 1.0, 1.0, 1.0)


def test_scores_are_those_reckoned_by_hand() -> None:
    found = score(Ahead(np.array([1.0, 2.0]), np.array([10.0, 0.0])), orders=np.array([0, 2]), brought=np.array([13.0, 4.0]))
    assert found.rmse == pytest.approx(np.sqrt((9 + 16) / 2))
    assert found.mae == pytest.approx(3.5)
    assert found.deviance == pytest.approx((2 * 1.0 + 0.0) / 2)  # none came of one expected: 2m; two of two: 0
    assert (found.orders, found.orders_expected, found.bias) == (2.0, 3.0, pytest.approx(0.5))
    assert (found.brought, found.brought_expected) == (17.0, 10.0)


def test_a_forecast_of_nothing_has_a_finite_deviance() -> None:
    assert poisson_deviance(np.array([1]), np.array([0.0])) == pytest.approx(2 * (np.log(1000) - 1 + 0.001))


def test_a_total_of_which_nothing_came_has_no_bias() -> None:
    assert score(Ahead(np.ones(1), np.ones(1)), orders=np.zeros(1, np.int64), brought=np.zeros(1)).bias is None


def test_baselines_repeat_last_year_scaled_to_the_weeks_asked_for() -> None:
    seen = known(orders_again=[4, 0], brought_again=[100.0, -20.0])
    again = baseline("last_year_again", seen, weeks=26.0, weeks_again=52.0)
    assert (again.orders.tolist(), again.brought.tolist()) == ([2.0, 0.0], [50.0, -10.0])
    mean = baseline("mean", seen, weeks=26.0, weeks_again=52.0)
    assert (mean.orders.tolist(), mean.brought.tolist()) == ([1.0, 1.0], [20.0, 20.0])
    zero = baseline("zero", seen, weeks=26.0, weeks_again=52.0)
    assert not zero.orders.any()
    assert not zero.brought.any()
    with pytest.raises(KeyError):
        baseline("luck", seen, weeks=1.0, weeks_again=1.0)


def test_the_best_is_the_one_whose_worse_ratio_is_smallest() -> None:
    # In dollars alone `zero` would win; its deviance is ten times the best.
    candidates = {"zero": [scored(10.0, 10.0)], "model": [scored(10.5, 1.0)], "mean": [scored(12.0, 1.1)]}
    assert best(candidates) == "model"


def test_tests_are_pooled_by_squares_and_ties_go_to_the_first() -> None:
    pooled = {"steady": [scored(5.0, 1.0), scored(5.0, 1.0)], "wild": [scored(1.0, 1.0), scored(7.1, 1.0)]}
    assert best(pooled) == "steady"
    assert best({"one": [scored(1.0, 1.0)], "other": [scored(1.0, 1.0)]}) == "one"
    assert best({"one": [scored(0.0, 0.0)], "other": [scored(0.0, 1.0)]}) == "one"


def test_calibration_is_drawn_towards_none_by_two_tests() -> None:
    assert calibration_of([(110.0, 100.0)] * 2) == pytest.approx(1.1 ** (2 / 4))
    assert calibration_of([(0.0, 5.0), (5.0, 0.0), (-1.0, 3.0)]) == 1.0
    assert calibration_of([(1000.0, 1.0)] * 2) == pytest.approx(np.exp(2 / 4))  # no test counts for more than a factor of e


def test_transforms_of_a_true_forecast_are_uniform_and_of_a_narrow_one_are_not() -> None:
    chance = np.random.default_rng(5)
    mean = chance.gamma(1.0, 1.0, 3_000)
    drawn, came = chance.poisson(mean[:, None], (3_000, 100)), chance.poisson(mean)
    assert distance_from_uniform(transforms(drawn, came, chance)) < 0.03
    narrow = np.repeat(np.rint(mean).astype(int)[:, None], 100, axis=1)
    assert distance_from_uniform(transforms(narrow, came, chance)) > 0.1
    assert distance_from_uniform(np.zeros(0)) == 0.0
    assert distance_from_uniform(np.array([0.5])) == 0.5


def test_totals_of_segments_by_hand() -> None:
    drawn = np.array([[1.0, 3.0], [10.0, 10.0], [0.0, 2.0]])
    segments = np.array([[0, 1], [0, 2], [0, 1]])
    found = totals_of(drawn, np.array([2.0, -10.0, 1.0]), np.array([5.0, 6.0, 7.0]), segments)
    assert found.tolist() == [[18.0, -7.0, 4.0, 13.0], [12.0, 3.0, 4.0, 3.0], [6.0, -10.0, 0.0, 10.0]]
    # Each of them stands for two: totals double, and so does the error that these show.
    twice = totals_of(drawn, np.array([2.0, -10.0, 1.0]), np.array([5.0, 6.0, 7.0]), segments, stand_for=2.0)
    assert twice[0].tolist() == [36.0, -14.0, 16.0, 26.0]


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(0, 50)), min_size=1, max_size=20))
def test_a_deviance_is_never_negative(pairs: list[tuple[int, float]]) -> None:
    counts, expected = np.array([one for one, _ in pairs]), np.array([other for _, other in pairs])
    assert poisson_deviance(counts, expected) >= -1e-9
    assert poisson_deviance(counts, np.maximum(counts, 1e-3)) <= poisson_deviance(counts, expected) + 1e-9
