"""BG/BB: laws for all histories, parameters found again in made worlds, and data that has no maximum."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.strategies import floats, integers

from unequal.value import buying_by_period as by_period
from unequal.value.buying_by_period import BgBb, Opportunities

TRUTH = BgBb(1.2, 0.75, 0.66, 2.78)
positive = floats(0.05, 20)
models = {"alpha": positive, "beta": positive, "gamma": positive, "delta": positive}


def every_history(offered: int) -> tuple[Opportunities, np.ndarray]:
    """Each (x, t_x) of so many opportunities, and how many ways there are to it."""
    rows = [(0, 0)] + [(x, t) for t in range(1, offered + 1) for x in range(1, t + 1)]
    x, t = np.array(rows).T
    ways = np.array([1] + [comb(last - 1, bought - 1) for bought, last in rows[1:]])
    return Opportunities(x, t, np.full(len(x), offered)), ways


@given(**models, offered=integers(1, 9))
def test_the_chances_of_all_histories_sum_to_one(alpha, beta, gamma, delta, offered):
    histories, ways = every_history(offered)
    each = [by_period.log_likelihood(BgBb(alpha, beta, gamma, delta), one)[0] for one in singles(histories)]
    assert ways @ np.exp(each) == pytest.approx(1, abs=1e-9)


def singles(histories: Opportunities) -> list[Opportunities]:
    rows = zip(histories.bought, histories.last, histories.offered, strict=True)
    return [Opportunities(*(np.array([each]) for each in row)) for row in rows]


@given(**models, offered=integers(1, 30))
def test_gradients_are_the_slopes_of_the_likelihood(alpha, beta, gamma, delta, offered):
    histories, ways = every_history(min(offered, 8))
    histories = Opportunities(histories.bought, histories.last, histories.offered + offered, ways.astype(float))
    at = np.log([alpha, beta, gamma, delta])
    _, gradient = by_period.log_likelihood(BgBb(*np.exp(at)), histories)
    for place in range(4):
        step = np.zeros(4)
        step[place] = 1e-4
        by = [by_period.log_likelihood(BgBb(*np.exp(at + times * step)), histories)[0] for times in (-2, -1, 1, 2)]
        slope = (by[0] - 8 * by[1] + 8 * by[2] - by[3]) / 12e-4
        assert (gradient * np.exp(at))[place] == pytest.approx(slope, rel=1e-6, abs=1e-6 * ways.sum())


@given(**models, offered=integers(1, 12), ahead=integers(1, 60))
def test_expectations_are_the_sum_of_their_periods_and_fall_with_the_chance_to_be_there(alpha, beta, gamma, delta, offered, ahead):
    model = BgBb(alpha, beta, gamma, delta)
    histories, _ = every_history(offered)
    periods = by_period.orders_by_period(model, histories, ahead)
    assert by_period.expected_orders(model, histories, ahead) == pytest.approx(periods.sum(axis=1))
    assert (np.diff(periods, axis=1) <= 0).all()
    assert (periods <= by_period.alive(model, histories)[:, None]).all()
    there = [by_period.alive(model, histories, ahead=step) for step in (0, 1, ahead + 1)]
    assert (there[0] <= 1 + 1e-12).all()
    assert (there[0] >= there[1]).all()
    assert (there[1] >= there[2]).all()


def test_who_bought_at_the_last_opportunity_was_there():
    histories, _ = every_history(6)
    assert by_period.alive(TRUTH, histories, ahead=0)[histories.last == 6] == pytest.approx(1)


@given(gamma=floats(0.05, 20), delta=positive, rate=floats(0.002, 1))
def test_discounted_orders_are_the_sum_over_all_periods_to_come(gamma, delta, rate):
    histories, _ = every_history(4)
    model = BgBb(1.2, 0.75, gamma, delta)
    ahead = int(np.ceil(20 / np.log1p(rate)))
    summed = by_period.orders_by_period(model, histories, ahead) @ (1 + rate) ** -np.arange(1.0, ahead + 1)
    assert by_period.discounted_orders(model, histories, rate) == pytest.approx(summed, rel=1e-6)


def test_orders_that_are_not_discounted_have_a_bound_only_where_customers_surely_leave():
    histories, _ = every_history(3)
    model = BgBb(1.2, 0.75, 3.5, 2.0)
    assert by_period.discounted_orders(model, histories, 0) == pytest.approx(by_period.expected_orders(model, histories, 3000), rel=1e-4)
    for rate in (0.0, -0.1):
        with pytest.raises(ValueError, match="horizon"):
            by_period.discounted_orders(TRUTH, histories, rate)


def test_weights_count_as_rows_do():
    histories, ways = every_history(5)
    long = Opportunities(*(np.repeat(each, ways) for each in (histories.bought, histories.last, histories.offered)))
    short = Opportunities(histories.bought, histories.last, histories.offered, ways.astype(float))
    assert by_period.log_likelihood(TRUTH, long)[0] == pytest.approx(by_period.log_likelihood(TRUTH, short)[0])
    assert by_period.fit(long).model == by_period.fit(short).model


def test_planted_parameters_are_found_again_within_their_errors():
    chance = np.random.default_rng(11)
    made = by_period.made_histories(TRUTH, chance.integers(4, 13, 20_000), chance)
    found = by_period.fit(made)
    off = (found.maximum.at - np.log([1.2, 0.75, 0.66, 2.78])) / found.maximum.standard_errors
    assert found.maximum.converged
    assert (np.abs(off) < 3).all()
    assert (found.maximum.standard_errors < 0.25).all()


def test_what_a_made_world_does_next_is_what_the_model_expects():
    chance = np.random.default_rng(5)
    made = by_period.made_histories(TRUTH, np.full(40_000, 10), chance)
    whole = by_period.expected_of_new(TRUTH, 10).sum()
    assert made.bought.mean() == pytest.approx(whole, rel=0.02)


def test_draws_have_the_mean_of_the_expectation_and_stay_within_the_opportunities():
    histories, _ = every_history(4)
    drawn = by_period.drawn_orders(TRUTH, histories, 8, 20_000, np.random.default_rng(3))
    assert drawn.min() >= 0
    assert drawn.max() <= 8
    assert drawn.mean(axis=0) == pytest.approx(by_period.expected_orders(TRUTH, histories, 8), abs=0.06)


def test_draws_are_the_same_for_the_same_seed():
    histories, _ = every_history(3)
    one, other = (by_period.drawn_orders(TRUTH, histories, 8, 5, np.random.default_rng(3)) for _ in range(2))
    assert (one == other).all()


def test_models_drawn_from_a_fit_scatter_by_its_errors():
    chance = np.random.default_rng(4)
    found = by_period.fit(by_period.made_histories(TRUTH, np.full(3_000, 8), chance))
    alphas = np.log([model.alpha for model in found.draws(2_000, chance)])
    assert alphas.mean() == pytest.approx(found.maximum.at[0], abs=0.02)
    assert alphas.std() == pytest.approx(found.maximum.standard_errors[0], rel=0.1)


@settings(max_examples=20)
@given(**models, customers=integers(1, 60), offered=integers(1, 40), seed=integers(0, 10**6))
def test_every_fit_comes_to_rest_or_says_why_not(alpha, beta, gamma, delta, customers, offered, seed):
    chance = np.random.default_rng(seed)
    made = by_period.made_histories(BgBb(alpha, beta, gamma, delta), chance.integers(1, offered + 1, customers), chance)
    found = by_period.fit(made)
    assert found.maximum.converged or found.maximum.why_not
    assert np.isfinite(by_period.expected_orders(found.model, made, 52)).all()
    assert np.isfinite(found.maximum.covariance).all()


@pytest.mark.parametrize(
    "rows",
    [
        [(0, 0, 6)] * 50, [(6, 6, 6)] * 50, [(1, 1, 1)], [(0, 0, 1)], [(5_000, 9_999, 10_000), (10_000, 10_000, 10_000), (0, 0, 10_000)],
        [(1, 1, 6)] * 50, [(1, 6, 6)] * 50, [(0, 0, 0)] * 5 + [(1, 2, 3)],
    ],
)  # fmt: skip
def test_data_without_a_maximum_is_told_and_forecast_all_the_same(rows):
    histories = Opportunities(*np.array(rows).T)
    found = by_period.fit(histories)
    assert found.maximum.converged
    assert found.maximum.on_bounds or found.maximum.why_not
    assert np.isfinite(by_period.expected_orders(found.model, histories, 10)).all()


@pytest.mark.parametrize("row", [(2, 1, 3), (1, 4, 3), (0, 1, 3), (-1, 0, 3)])
def test_a_history_that_cannot_be_is_refused(row):
    with pytest.raises(ValueError, match="cannot be"):
        Opportunities(*(np.array([each]) for each in row))


def test_a_base_without_an_opportunity_is_refused():
    nothing = np.zeros(3, dtype=np.int64)
    with pytest.raises(ValueError, match="opportunity"):
        by_period.fit(Opportunities(nothing, nothing, nothing))
    with pytest.raises(ValueError, match="lengths"):
        Opportunities(nothing, nothing, nothing[:2])
