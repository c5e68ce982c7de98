"""Traits that move rates of orders and of stopping: their coefficients come back."""

from __future__ import annotations

import numpy as np
import pytest

from unequal.terms.errors import ValuationError
from unequal.value.buying import BgNbd, Histories, ParetoNbd, fit_with_traits
from unequal.value.buying.traits import _Objective

TRAITS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
RATE, STOPPING = np.array([0.5, -0.3]), np.array([-0.4, 0.6])


def world(kind, generator, *, customers: int = 15_000):
    parts = []
    for row in TRAITS:
        faster, sooner = np.exp(row @ RATE), np.exp(row @ STOPPING)
        made = BgNbd(0.6, 5 / faster, 0.9 * sooner, 2.5) if kind is BgNbd else ParetoNbd(0.6, 10 / faster, 0.6, 12 / sooner)
        parts.append(made.simulate(generator.integers(20, 80, customers), generator).histories)
    return parts


@pytest.mark.parametrize("kind", [BgNbd, ParetoNbd])
def test_coefficients_of_a_made_world_come_back(kind) -> None:
    found = fit_with_traits(kind, world(kind, np.random.default_rng(3)), TRAITS)
    assert found is not None
    assert found.converged
    off = (np.concatenate([found.rate, found.stopping]) - np.concatenate([RATE, STOPPING])) / np.sqrt(np.diag(found.covariance))[4:]
    assert np.abs(off).max() < 3.5
    assert found.model([1.0, 0.0]).alpha == pytest.approx(found.base.alpha * np.exp(-found.rate[0]))


@pytest.mark.parametrize("kind", [BgNbd, ParetoNbd])
def test_the_gradient_with_traits_agrees_with_differences(kind) -> None:
    at = np.concatenate([np.log([0.6, 5.0, 0.8, 3.0]), [0.2, -0.1, 0.3, 0.1]])
    objective = _Objective(kind, world(kind, np.random.default_rng(4), customers=50), TRAITS, at)
    slope = objective(at)[1]
    by_difference = [(objective(at + step)[0] - objective(at - step)[0]) / 2e-5 for step in np.eye(8) * 1e-5]
    assert slope == pytest.approx(by_difference, abs=1e-5 * np.abs(slope).max())


def test_a_trait_that_nobody_has_is_pulled_to_nothing_and_it_is_said() -> None:
    histories = world(BgNbd, np.random.default_rng(5), customers=500)[:1]
    found = fit_with_traits(BgNbd, histories, [[0.0]])
    assert found is not None
    assert "no maximum" in found.note
    assert found.rate == pytest.approx([0.0], abs=1e-6)


def test_traits_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValuationError) as caught:
        fit_with_traits(BgNbd, [Histories([1], [1.0], [2.0], [1])], [[1.0], [2.0]])
    assert caught.value.code == "VAL007"
