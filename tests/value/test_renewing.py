"""Beta-discrete-Weibull: laws for all lifetimes, parameters found again in made worlds, and data that has no maximum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.strategies import booleans, floats, integers
from scipy.special import hyp2f1

from unequal.value import renewing
from unequal.value.renewing import Lifetimes, Renewing

positive = floats(0.1, 15)
shapes = floats(0.4, 2.5)
TRUTH = Renewing(0.8, 2.5, 1.4, (0.5, -0.3))


@given(alpha=positive, beta=positive, shape=shapes, horizon=integers(1, 30))
def test_all_ways_a_lifetime_may_end_sum_to_one(alpha, beta, shape, horizon):
    model = Renewing(alpha, beta, shape)
    ends = [_single(model, t, ended=True) for t in range(1, horizon + 1)] + [_single(model, horizon, ended=False)]
    assert np.exp(ends).sum() == pytest.approx(1, abs=1e-9)


def _single(model: Renewing, periods: int, *, ended: bool, entered: int = 0) -> float:
    return renewing.log_likelihood(model, Lifetimes(np.array([periods]), np.array([ended]), np.array([entered])))[0]


@given(alpha=positive, beta=positive, shape=shapes, entered=integers(1, 12), more=integers(0, 12))
def test_a_contract_seen_from_the_middle_of_its_life_is_judged_by_what_came_after(alpha, beta, shape, entered, more):
    model = Renewing(alpha, beta, shape)
    seen, whole = (_single(model, entered + more, ended=False, entered=age) for age in (entered, 0))
    assert seen == pytest.approx(whole - np.log(renewing.survival(model, np.array([entered]))[0]))
    assert _single(model, entered, ended=False, entered=entered) == pytest.approx(0)


@given(alpha=positive, beta=positive, shape=shapes, changing=booleans(), seed=integers(0, 10**6))
def test_gradients_are_the_slopes_of_the_likelihood(alpha, beta, shape, changing, seed):
    chance = np.random.default_rng(seed)
    entered = chance.integers(0, 4, 12)
    ended = chance.random(12) < 0.5
    periods = entered + ended + chance.integers(0, 9, 12)
    covariates = chance.normal(size=(12, 14, 2) if changing else (12, 2))
    lifetimes = Lifetimes(periods, ended, entered, chance.random(12) * 5, covariates)
    at = np.array([alpha, beta, shape, 0.5, -0.3])
    _, gradient = renewing.log_likelihood(_model(at), lifetimes)
    for place in range(5):
        step = np.zeros(5)
        step[place] = 1e-4 * abs(at[place])
        by = [renewing.log_likelihood(_model(at + times * step), lifetimes)[0] for times in (-2, -1, 1, 2)]
        slope = (by[0] - 8 * by[1] + 8 * by[2] - by[3]) / (12 * step[place])
        assert gradient[place] == pytest.approx(slope, rel=1e-6, abs=1e-6 * lifetimes.counts.sum())


def _model(at: np.ndarray) -> Renewing:
    return Renewing(at[0], at[1], at[2], tuple(at[3:]))


def test_covariates_that_never_change_are_the_same_said_once_or_for_each_period():
    chance = np.random.default_rng(2)
    fixed = chance.normal(size=(9, 2))
    periods, ended = chance.integers(1, 9, 9), chance.random(9) < 0.5
    once = Lifetimes(periods, ended, covariates=fixed)
    each = Lifetimes(periods, ended, covariates=np.repeat(fixed[:, None], 9, axis=1))
    for one, other in zip(renewing.log_likelihood(TRUTH, once), renewing.log_likelihood(TRUTH, each), strict=True):
        assert one == pytest.approx(other)
    assert renewing.fit(once).model.alpha == pytest.approx(renewing.fit(each).model.alpha, rel=1e-3)


def test_without_an_effect_covariates_change_nothing():
    plain, idle = Renewing(0.8, 2.5, 1.4), Renewing(0.8, 2.5, 1.4, (0.0,))
    ages = np.arange(1, 9)
    of = np.ones((8, 1))
    assert renewing.survival(plain, ages) == pytest.approx(renewing.survival(idle, ages, of))
    assert renewing.residual_lifetime(plain, ages, 0.1) == pytest.approx(renewing.residual_lifetime(idle, ages, 0.1, covariates=of))


@given(alpha=positive, beta=positive, shape=shapes, effect=floats(-1, 1))
def test_a_higher_risk_shortens_every_life(alpha, beta, shape, effect):
    model = Renewing(alpha, beta, shape, (effect,))
    ages = np.arange(1, 10)
    low, high = (renewing.survival(model, ages, np.full((9, 1), of)) for of in (0.0, 1.0))
    assert ((high <= low + 1e-12) if effect >= 0 else (high >= low - 1e-12)).all()


@given(alpha=positive, beta=positive)
def test_at_a_shape_of_one_retention_is_that_of_sbg_and_rises(alpha, beta):
    periods = np.arange(1, 40)
    kept = renewing.retention(Renewing(alpha, beta), periods)
    assert kept == pytest.approx((beta + periods - 1) / (alpha + beta + periods - 1))
    assert (np.diff(kept) > 0).all()


@settings(max_examples=30)
@given(alpha=positive, beta=positive, renewals=integers(0, 30), rate=floats(0.005, 1))
def test_at_a_shape_of_one_the_residual_lifetime_has_a_closed_form(alpha, beta, renewals, rate):
    lifetime = renewing.residual_lifetime(Renewing(alpha, beta), np.array([renewals]), rate)[0]
    kept = (beta + renewals) / (alpha + beta + renewals)
    closed = kept * hyp2f1(1, beta + renewals + 1, alpha + beta + renewals + 1, 1 / (1 + rate))
    assert lifetime == pytest.approx(closed, rel=1e-6)


@given(alpha=positive, beta=positive, shape=shapes, ahead=integers(1, 40), rate=floats(0.005, 1))
def test_the_residual_lifetime_is_the_discounted_sum_of_the_chances_to_be_there(alpha, beta, shape, ahead, rate):
    model, ages = Renewing(alpha, beta, shape), np.array([0, 3, 3, 11])
    there = renewing.surviving(model, ages, ahead)
    summed = there @ (1 + rate) ** -np.arange(float(ahead))
    assert renewing.residual_lifetime(model, ages, rate, horizon=ahead) == pytest.approx(summed)
    assert there[:, 0] == pytest.approx(renewing.retention(model, ages + 1))
    assert (np.diff(there, axis=1) <= 0).all()


def test_an_undiscounted_lifetime_needs_a_horizon():
    with pytest.raises(ValueError, match="horizon"):
        renewing.residual_lifetime(TRUTH, np.array([1]), 0.0)
    assert renewing.residual_lifetime(Renewing(1e-4, 9e3), np.array([1]), 0.0, horizon=5)[0] == pytest.approx(5, abs=1e-3)


def test_planted_parameters_and_effects_are_found_again_within_their_errors():
    chance = np.random.default_rng(1)
    customers = 8_000
    covariates = np.stack([chance.normal(size=customers).round(1), chance.integers(0, 2, customers)], axis=1)
    entered = chance.integers(0, 3, customers)
    made = renewing.made_lifetimes(TRUTH, chance.integers(3, 15, customers), chance, entered_age=entered, covariates=covariates)
    found = renewing.choose(made)
    truth = [*np.log([0.8, 2.5, 1.4]), 0.5, -0.3]
    assert found.maximum.converged
    assert found.seeks_shape
    assert (np.abs((found.maximum.at - truth) / found.maximum.standard_errors) < 3).all()


def test_to_forget_that_contracts_were_old_when_first_seen_makes_them_look_too_loyal():
    chance = np.random.default_rng(8)
    truth = Renewing(0.9, 2.0)
    entered = chance.choice([0, 4], 6_000, p=[0.3, 0.7])
    made = renewing.made_lifetimes(truth, entered + chance.integers(1, 6, 6_000), chance, entered_age=entered)
    forgetful = Lifetimes(made.periods, made.ended)
    right, wrong = (renewing.fit(lifetimes, seek_shape=False).model for lifetimes in (made, forgetful))
    first = np.array([1])
    assert renewing.retention(right, first)[0] == pytest.approx(renewing.retention(truth, first)[0], abs=0.06)
    assert renewing.retention(wrong, first)[0] > renewing.retention(truth, first)[0] + 0.1


def test_a_world_without_a_shape_is_seldom_given_one():
    chance = np.random.default_rng(17)
    shaped = [renewing.choose(renewing.made_lifetimes(Renewing(0.7, 1.2), np.full(400, 8), chance)).seeks_shape for _ in range(6)]
    assert sum(shaped) <= 1


def test_draws_agree_with_the_chances_to_be_there():
    ages, of = np.array([0, 3, 8]), np.array([[0.0, 0.0], [1.0, 0.5], [-1.0, 2.0]])
    drawn = renewing.drawn_lifetimes(TRUTH, ages, 30, 40_000, np.random.default_rng(1), of)
    there = renewing.surviving(TRUTH, ages, 30, of)
    for ahead in (1, 2, 10, 30):
        assert (drawn >= ahead).mean(axis=0) == pytest.approx(there[:, ahead - 1], abs=0.01)
    assert (drawn == renewing.drawn_lifetimes(TRUTH, ages, 30, 40_000, np.random.default_rng(1), of)).all()


def test_models_drawn_from_a_fit_scatter_by_its_errors():
    chance = np.random.default_rng(4)
    found = renewing.fit(renewing.made_lifetimes(Renewing(0.8, 2.5, 1.4), np.full(4_000, 10), chance))
    drawn = np.log([model.shape for model in found.draws(2_000, chance)])
    assert drawn.mean() == pytest.approx(found.maximum.at[2], abs=0.02)
    assert drawn.std() == pytest.approx(found.maximum.standard_errors[2], rel=0.1)
    assert found.aic == pytest.approx(6 - 2 * found.maximum.log_likelihood)


def test_weights_count_as_rows_do():
    chance = np.random.default_rng(9)
    covariates = chance.integers(0, 2, (500, 1)).astype(float)
    made = renewing.made_lifetimes(Renewing(0.8, 2.5, 1.0, (0.4,)), np.full(500, 6), chance, covariates=covariates)
    once = made.counted()
    assert len(once.periods) < 20
    assert renewing.log_likelihood(TRUTH_OF_ONE, once)[0] == pytest.approx(renewing.log_likelihood(TRUTH_OF_ONE, made)[0])


TRUTH_OF_ONE = Renewing(0.8, 2.5, 1.2, (0.4,))


@settings(max_examples=8)
@given(alpha=positive, beta=positive, shape=shapes, customers=integers(1, 40), observed=integers(1, 60), seed=integers(0, 10**6))
def test_every_fit_comes_to_rest_or_says_why_not(alpha, beta, shape, customers, observed, seed):
    chance = np.random.default_rng(seed)
    made = renewing.made_lifetimes(Renewing(alpha, beta, shape), chance.integers(1, observed + 1, customers), chance)
    found = renewing.choose(made)
    assert found.maximum.converged or found.maximum.why_not
    assert np.isfinite(found.maximum.covariance).all()
    assert np.isfinite(renewing.residual_lifetime(found.model, made.periods, 0.02)).all()


@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize("periods", [1, 7, 10_000])
def test_a_cohort_in_which_all_did_the_same_is_told_and_forecast_all_the_same(periods, ended):
    found = renewing.choose(Lifetimes(np.full(30, periods), np.full(30, ended)))
    assert found.maximum.on_bounds or found.maximum.why_not
    assert np.isfinite(renewing.surviving(found.model, np.array([0, periods]), 12)).all()


def test_lifetimes_that_cannot_be_are_refused():
    for periods, ended, entered in [(0, True, 0), (3, True, 3), (2, False, 3), (1, False, -1)]:
        with pytest.raises(ValueError, match="cannot be"):
            Lifetimes(np.array([periods]), np.array([ended]), np.array([entered]))
    with pytest.raises(ValueError, match="lengths"):
        Lifetimes(np.array([1, 2]), np.array([True]))
    with pytest.raises(ValueError, match="covariates end"):
        Lifetimes(np.array([4]), np.array([True]), covariates=np.zeros((1, 3, 1)))


def test_contracts_never_under_observation_teach_nothing():
    with pytest.raises(ValueError, match="under observation"):
        renewing.fit(Lifetimes(np.array([3]), np.array([False]), np.array([3])))


def test_covariates_of_the_past_are_not_taken_for_those_of_the_future():
    with pytest.raises(ValueError, match="of now"):
        renewing.surviving(TRUTH_OF_ONE, np.array([1]), 3, np.zeros((1, 3, 1)))
