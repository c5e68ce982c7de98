"""Fits: the truth of a made world comes back, and nothing that is given makes an error."""

from __future__ import annotations

import numpy as np
import pytest
from tests.value.buying.odd_histories import odd_histories

from unequal.value.buying import BgNbd, Histories, Nbd, ParetoNbd, Poisson, fit

WORLDS = [
    BgNbd(0.4, 5.0, 0.9, 2.5), BgNbd(1.5, 2.0, 0.3, 4.0), ParetoNbd(0.6, 10.0, 0.6, 12.0), ParetoNbd(1.2, 6.0, 1.4, 40.0),
    ParetoNbd(0.8, 20.0, 0.7, 5.0), Nbd(0.7, 8.0), Poisson(0.2),
]  # fmt: skip


@pytest.mark.parametrize("world", WORLDS, ids=str)
def test_a_made_world_gives_its_parameters_back(world) -> None:
    generator = np.random.default_rng(5)
    made = world.simulate(generator.uniform(20, 80, 60_000), generator)
    found = fit(type(world), made.histories)
    assert found.converged
    assert found.note == ""
    off = (found.model.logs - world.logs) / np.sqrt(np.diag(found.covariance))
    assert np.abs(off).max() < 3.5, "within what the fit says it does not know"
    assert np.sqrt(np.diag(found.covariance)).max() < 0.2


@pytest.mark.parametrize("world", WORLDS, ids=str)
def test_a_made_world_goes_on_as_its_model_expects(world) -> None:
    generator = np.random.default_rng(6)
    made = world.simulate(generator.uniform(20, 80, 60_000), generator, periods=[13.0, 26.0])
    counted, places = made.counted
    alive = world.p_alive(counted)[places]
    assert alive.mean() == pytest.approx(made.alive.mean(), abs=0.01)
    expected = np.diff(world.expected_orders(counted, [0.0, 13.0, 39.0]))[places]
    assert expected.mean(axis=0) == pytest.approx(made.future.mean(axis=0), rel=0.05)
    drawn = world.draw_orders(counted.where(places), [13.0, 26.0], generator)
    assert drawn.mean(axis=0) == pytest.approx(expected.mean(axis=0), rel=0.05)


@pytest.mark.parametrize("kind", [BgNbd, ParetoNbd])
def test_ninety_percent_of_a_made_worlds_customers_order_within_the_interval(kind) -> None:
    world = next(world for world in WORLDS if isinstance(world, kind))
    generator = np.random.default_rng(7)
    made = world.simulate(generator.integers(20, 80, 20_000), generator, periods=[39.0])
    counted, places = made.counted
    below = np.cumsum(fit(kind, counted).model.order_probabilities(counted, 39.0, 150), axis=1)[places]
    future = np.minimum(made.future[:, 0], 150)
    at_most = np.take_along_axis(below, future[:, None], axis=1)[:, 0]
    less = np.where(future > 0, np.take_along_axis(below, np.maximum(future - 1, 0)[:, None], axis=1)[:, 0], 0.0)
    uniform = np.sort(less + generator.random(len(future)) * (at_most - less))
    assert np.abs(uniform - (np.arange(len(uniform)) + 0.5) / len(uniform)).max() < 0.02
    assert ((at_most > 0.05) & (less < 0.95)).mean() >= 0.9


@pytest.mark.parametrize("kind", [BgNbd, ParetoNbd])
def test_odd_histories_are_fitted_or_it_is_said_why_not(kind) -> None:
    for name, histories in odd_histories(51, seed=3):
        found = fit(kind, histories)
        assert found.converged or found.note, name
        assert isinstance(found.model, kind) or "fell back" in found.note or "one low rate" in found.note, name
        assert np.isfinite([found.log_likelihood, *found.standard_errors]).all(), name
        if len(histories):
            expected = found.model.expected_orders(histories, [0.0, 13.0, 1e4])
            assert np.isfinite(expected).all(), name
            assert (np.diff(expected, axis=1) >= 0).all(), name


def test_what_cannot_be_fitted_says_why() -> None:
    none = fit(BgNbd, Histories.of([0, 0], [0.0, 0.0], [9.0, 11.0])[0])
    assert none.model == Poisson(0.5 / 20)
    assert none.note.startswith("nobody has ordered again")
    assert "there are no customers" in fit(ParetoNbd, Histories.of([], [], [])[0]).note
    regular = fit(BgNbd, Histories.of([10] * 50, [10.0] * 50, [10.0] * 50)[0])
    assert regular.converged
    assert "no maximum" in regular.note


def test_many_customers_come_to_the_same_place_as_the_likelihood_says() -> None:
    world = BgNbd(0.4, 5.0, 0.9, 2.5)
    generator = np.random.default_rng(8)
    histories = world.simulate(generator.uniform(20, 80, 100_000), generator).histories
    found = fit(BgNbd, histories)
    by_logs = found.model.gradient(histories) * np.exp(found.model.logs)
    assert found.iterations < 30, "the climb over all starts where a sample of them led"
    assert by_logs @ found.covariance @ by_logs < 1e-8


def test_draws_of_parameters_spread_as_the_fit_says() -> None:
    world = ParetoNbd(0.6, 10.0, 0.6, 12.0)
    generator = np.random.default_rng(9)
    found = fit(ParetoNbd, world.simulate(generator.uniform(20, 80, 3_000), generator).histories)
    logs = np.array([model.logs for model in found.draws(4_000, generator)])
    assert np.cov(logs.T) == pytest.approx(found.covariance, rel=0.2, abs=0.05 * found.covariance.max())


def test_the_unit_of_time_moves_nothing() -> None:
    generator = np.random.default_rng(10)
    weeks = ParetoNbd(0.6, 10.0, 0.6, 12.0).simulate(generator.uniform(20, 80, 5_000), generator).histories
    days = Histories(weeks.repeat_orders, weeks.last_order * 7, weeks.observed * 7, weeks.weight)
    by_week, by_day = fit(ParetoNbd, weeks), fit(ParetoNbd, days)
    assert np.exp(by_day.model.logs) == pytest.approx(np.exp(by_week.model.logs) * [1, 7, 1, 7], rel=1e-5)
    assert by_day.model.expected_orders(days, 70) == pytest.approx(by_week.model.expected_orders(weeks, 10), rel=1e-5)
