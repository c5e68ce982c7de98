"""Gamma-Gamma: gradient, draws, made worlds, and spend that is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import floats, integers, lists, tuples

from unequal.terms.errors import ValuationError
from unequal.value.spending import GammaGamma, Spend, fit_spend

WORLD = GammaGamma(p=6.0, q=3.7, v=15.0)
SPENT = lists(tuples(integers(1, 10_000), floats(1e-3, 1e6)), min_size=1, max_size=8)


@given(SPENT, floats(0.1, 50), floats(1.1, 50), floats(0.01, 1e4))
def test_the_gradient_agrees_with_differences(spent, p, q, v) -> None:
    spend, at = Spend(*zip(*spent, strict=True)), np.array([p, q, v])
    slopes = GammaGamma(p, q, v).gradient(spend) * at
    scale = 1 + np.abs(slopes).max() + spend.orders.max()
    for number, step in enumerate(np.eye(3) * 1e-4):
        heights = [GammaGamma(*(at * (1 + times * step))).log_likelihood(spend) for times in (-2, -1, 1, 2)]
        assert (8 * (heights[2] - heights[1]) - heights[3] + heights[0]) / 12e-4 == pytest.approx(slopes[number], abs=1e-6 * scale)


@given(integers(1, 10_000), floats(0.01, 1e6))
def test_expected_spend_lies_between_the_base_and_the_customer(orders, mean) -> None:
    found = WORLD.expected_spend([orders], [mean])[0]
    assert min(WORLD.mean, mean) * (1 - 1e-9) <= found <= max(WORLD.mean, mean) * (1 + 1e-9)


def test_a_made_world_gives_its_parameters_back() -> None:
    generator = np.random.default_rng(1)
    found = fit_spend(WORLD.simulate(generator.integers(1, 12, 60_000), generator))
    assert found.converged
    assert found.note == ""
    assert np.abs((np.array([found.model.p, found.model.q, found.model.v]) - [6.0, 3.7, 15.0]) / found.standard_errors).max() < 3.5


def test_draws_have_the_mean_and_the_variance_that_are_said() -> None:
    many = np.full(400_000, 4)
    drawn = WORLD.draw_spend(many, 30.0, 3, np.random.default_rng(2))
    assert drawn.mean() == pytest.approx(3 * WORLD.expected_spend([4], [30.0])[0], rel=0.01)
    assert drawn.var() == pytest.approx(WORLD.spend_variance([4], [30.0], coming=3)[0], rel=0.03)
    assert (WORLD.draw_spend(many[:9], 30.0, 0, np.random.default_rng(3)) == 0).all()


def test_variance_without_bounds_is_said_to_be_infinite() -> None:
    assert GammaGamma(1.0, 1.5, 1.0).spend_variance([0], [0.0])[0] == np.inf


@pytest.mark.parametrize(
    ("orders", "mean"),
    [([], []), ([1], [5.0]), ([3, 3], [2.0, 2.0]), ([1] * 9, [10.0**power for power in range(-12, 15, 3)]), ([10_000], [1e-9])],
)
def test_odd_spend_is_fitted_and_it_is_said_how(orders, mean) -> None:
    found = fit_spend(Spend(orders, mean))
    assert found.model.q > 1
    assert np.isfinite([found.log_likelihood, *found.standard_errors]).all()
    assert found.note


@pytest.mark.parametrize(("orders", "mean"), [([1], [0.0]), ([1], [-4.0]), ([0], [4.0]), ([1], [np.nan]), ([1, 2], [4.0])])
def test_spend_that_is_none_is_refused(orders, mean) -> None:
    with pytest.raises(ValuationError) as caught:
        Spend(orders, mean)
    assert caught.value.code == "VAL006"


def test_a_mean_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValuationError) as caught:
        GammaGamma(1.0, 1.0, 1.0)
    assert caught.value.code == "VAL002"
