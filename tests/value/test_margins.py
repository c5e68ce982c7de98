"""Margin rates: laws of shrinkage, and rates found again in made worlds, with and without disasters among the orders."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.strategies import floats, integers

from unequal.value import margins
from unequal.value.margins import MarginModel, Margins

TRUTH = MarginModel(base=0.3, base_variance=0.0, between=0.04, noise=25.0, freedom=1e6)


def world(seed: int, customers: int = 3_000, truth: MarginModel = TRUTH):
    chance = np.random.default_rng(seed)
    orders = chance.poisson(2.5, customers)
    return *margins.made_orders(truth, orders, chance.lognormal(4, 0.8, orders.sum()), chance), customers


def one(rate: float, spend: float, orders: int, extra: float = 0.0) -> Margins:
    return Margins(np.array([spend]), np.array([rate * spend]), np.array([rate**2 * spend + extra]), np.array([orders]))


@settings(max_examples=20)
@given(seed=integers(0, 10**6))
def test_the_expected_rate_lies_between_what_was_seen_and_the_base(seed):
    customer, spend, margin, _, customers = world(seed, 60)
    counted = margins.counted(customer, spend, margin, customers)
    model = margins.fit(counted)
    found = margins.expected(model, counted)
    low, high = (np.where(counted.orders > 0, of(counted.rates, model.base), model.base) for of in (np.minimum, np.maximum))
    assert (low - 1e-12 <= found.rate).all()
    assert (found.rate <= high + 1e-12).all()
    assert (found.variance >= 0).all()
    assert (found.variance <= model.between + model.base_variance + 1e-12).all()


@given(rate=floats(-2, 1), spend=floats(1, 1e5), more=floats(1.5, 100))
def test_the_more_was_spent_the_more_the_rate_is_believed(rate, spend, more):
    little, much = (margins.expected(TRUTH, one(rate, of, 3)) for of in (spend, spend * more))
    assert abs(much.rate[0] - rate) <= abs(little.rate[0] - rate) + 1e-12
    assert much.variance[0] < little.variance[0]


@given(rate=floats(-2, 1), scatter=floats(1, 1e5))
def test_a_customer_whose_orders_disagree_is_believed_less(rate, scatter):
    model = MarginModel(0.3, 0.0, 0.04, 25.0, 10.0)
    calm, wild = (margins.expected(model, one(rate, 300.0, 4, extra)) for extra in (0.0, scatter))
    assert wild.variance[0] > calm.variance[0]


def test_who_has_not_ordered_is_expected_at_the_base():
    found = margins.expected(TRUTH, Margins(np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1, dtype=np.int64)))
    assert (found.rate[0], found.variance[0]) == (0.3, 0.04)


def test_a_planted_model_is_found_again_and_its_rates_are_covered():
    customer, spend, margin, rates, customers = world(1, 5_000)
    counted = margins.counted(customer, spend, margin, customers)
    model = margins.fit(counted)
    assert model.base == pytest.approx(0.3, abs=0.02)
    assert model.between == pytest.approx(0.04, rel=0.2)
    assert model.noise == pytest.approx(25, rel=0.05)
    found = margins.expected(model, counted)
    covered = np.abs(found.rate - rates) < 1.645 * np.sqrt(found.variance)
    assert covered.mean() == pytest.approx(0.90, abs=0.02)
    error, of_seen = (np.mean((of - rates)[counted.orders > 0] ** 2) for of in (found.rate, counted.rates))
    assert error < of_seen / 5


def test_disasters_among_the_orders_move_neither_the_base_nor_the_others_far():
    customer, spend, margin, rates, customers = world(3, 5_000)
    disaster = np.random.default_rng(3).random(len(spend)) < 0.02
    counted = margins.counted(customer, spend, np.where(disaster, margin - 5 * spend, margin), customers)
    model = margins.fit(counted)
    found = margins.expected(model, counted)
    untouched = ~np.isin(np.arange(customers), customer[disaster])
    assert model.base == pytest.approx(0.3, abs=0.03)
    assert model.freedom < 10
    assert np.median(np.abs(found.rate - rates)[untouched]) < 0.13
    # What the base's own rate is kept from is still told.
    assert counted.total_rate < 0.23


def test_two_customers_who_are_alike_in_all_are_expected_at_their_rate():
    spend = np.full(6, 10.0)
    counted = margins.counted(np.array([0, 0, 0, 1, 1, 1]), spend, spend * 0.25, 2)
    model = margins.fit(counted)
    found = margins.expected(model, counted)
    assert (model.noise, model.between) == (0.0, 0.0)
    assert found.rate == pytest.approx([0.25, 0.25])


def test_where_nobody_ordered_twice_all_are_expected_at_the_base():
    counted = margins.counted(np.arange(3), np.array([10.0, 20.0, 30.0]), np.array([1.0, 8.0, 9.0]), 3)
    model = margins.fit(counted)
    assert model.between == 0
    assert margins.expected(model, counted).rate == pytest.approx([model.base] * 3)
    alone = margins.counted(np.zeros(1, dtype=np.int64), np.array([10.0]), np.array([-4.0]), 1)
    assert margins.expected(margins.fit(alone), alone).rate == pytest.approx([-0.4])


def test_orders_without_spend_and_bases_without_orders_are_refused():
    with pytest.raises(ValueError, match="leave them out"):
        margins.counted(np.zeros(1, dtype=np.int64), np.array([0.0]), np.array([-4.0]), 1)
    with pytest.raises(ValueError, match="leave them out"):
        Margins(np.array([-1.0]), np.array([0.0]), np.array([0.0]), np.array([1]))
    with pytest.raises(ValueError, match="do not belong"):
        Margins(np.array([1.0]), np.array([2.0]), np.array([3.0]), np.array([1]))
    with pytest.raises(ValueError, match="no order"):
        margins.fit(Margins(np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1, dtype=np.int64)))
