"""Worth by context: parts add up, thin customers stand where the base stands, and what was planted is found again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import floats, integers, sampled_from

from unequal.value import shrinking
from unequal.value.shrinking import Contexts


def world(seed: int, *, customers: int = 2_000, orders: float = 6.0, strength: float = 4.0, own: float = 6.0, noise: float = 15.0):
    """Contexts that bring 20, -5, 10 and 2 an order; customers who differ from that, and in where they order."""
    chance = np.random.default_rng(seed)
    shares = chance.dirichlet(strength * np.array([0.4, 0.3, 0.2, 0.1]), customers)
    rates = np.array([20.0, -5, 10, 2]) + chance.normal(0, 8, (customers, 1)) + chance.normal(0, own, (customers, 4))
    many = chance.poisson(orders, customers)

    def half():
        counts = np.stack([chance.multinomial(n, share) for n, share in zip(many, shares, strict=True)]).astype(float)
        within = noise**2 * chance.chisquare(np.maximum(counts - 1, 1e-9))
        profit = counts * rates + chance.normal(0, noise, counts.shape) * np.sqrt(counts)
        squares = np.where(counts > 0, profit**2 / np.maximum(counts, 1) + np.where(counts > 1, within, 0), 0)
        return profit, counts, squares

    return half(), half()


contexts = {"a": floats(1e-3, 1e6), "b": floats(1e-3, 1e6)}


@given(seed=integers(0, 10**6), scale=sampled_from([1e-3, 1.0, 1e6]), **contexts)
def test_the_parts_of_every_customer_add_up_to_his_whole(seed, scale, a, b):
    (profit, orders, _), _ = world(seed, customers=40)
    profit *= scale
    # Money without orders, as a late credit note, is laid where the base orders.
    profit[0], orders[0] = (scale, 0, 0, -3 * scale), 0
    learned = shrinking.learn(profit, orders)
    for of in (learned, Contexts(learned.mix, learned.per_order, a, b)):
        assert shrinking.by_context(of, profit, orders).sum(axis=1) == pytest.approx(profit.sum(axis=1), rel=1e-9, abs=1e-9 * scale)


@given(a=contexts["a"], b=contexts["b"], times=integers(1, 50))
def test_a_customer_who_is_as_the_base_is_stays_as_he_is(a, b, times):
    base = Contexts(np.array([0.5, 0.25, 0.25]), np.array([10.0, -4.0, 2.0]), a, b)
    orders = times * np.array([[2.0, 1.0, 1.0]])
    assert shrinking.by_context(base, orders * base.per_order, orders) == pytest.approx(orders * base.per_order)


def test_who_ordered_once_stands_where_the_base_stands_and_who_ordered_much_where_he_does():
    base = Contexts(np.array([0.5, 0.5]), np.array([10.0, 2.0]), 1e3, 1e3)
    once = shrinking.by_context(base, np.array([[16.0, 0.0]]), np.array([[1.0, 0.0]]))
    assert once == pytest.approx(np.array([[10.0, 6.0]]), abs=0.02)
    much = np.array([[9e6, 1e6]])
    assert shrinking.by_context(base, much * [1.0, -3.0], much) == pytest.approx(much * [1.0, -3.0], rel=0.01)


def test_a_losing_customer_is_told_where_as_a_profitable_one_is():
    base = Contexts(np.array([0.5, 0.5]), np.array([10.0, 2.0]), 1e3, 1e3)
    parts = shrinking.by_context(base, np.array([[-30.0, 0.0]]), np.array([[2.0, 0.0]]))
    assert parts[0, 0] - parts[0, 1] == pytest.approx(8.0, abs=0.1)


def test_how_much_customers_differ_is_found_again():
    (profit, orders, squares), _ = world(1, customers=8_000)
    learned = shrinking.learn(profit, orders, squares)
    assert learned.mix_strength == pytest.approx(4.0, rel=0.1)
    assert learned.mix == pytest.approx([0.4, 0.3, 0.2, 0.1], abs=0.01)
    assert learned.rate_strength == pytest.approx((15 / 6) ** 2, rel=0.15)
    assert shrinking.learn(profit, orders).rate_strength == pytest.approx(learned.rate_strength, rel=0.3)


def test_customers_who_are_all_alike_are_all_put_where_the_base_is():
    (profit, orders, squares), _ = world(2, strength=1e7, own=0.0)
    learned = shrinking.learn(profit, orders, squares)
    assert learned.mix_strength > 100
    assert learned.rate_strength > 50


@pytest.mark.parametrize("orders", [3.0, 12.0])
def test_steadied_parts_foretell_the_other_half_better_than_booked_ones(orders):
    (profit, counts, squares), (later, _, _) = world(7, orders=orders)
    steadied = shrinking.by_context(shrinking.learn(profit, counts, squares), profit, counts)
    error, of_booked = (np.mean((of - later) ** 2) for of in (steadied, profit))
    assert error < 0.9 * of_booked


def test_bases_that_tell_nothing_of_differences_are_drawn_to_the_mean():
    alone = shrinking.learn(np.array([[5.0, 0.0]]), np.array([[1.0, 0.0]]))
    assert alone.mix.tolist() == [1.0, 0.0]
    assert shrinking.by_context(alone, np.array([[5.0, 0.0]]), np.array([[1.0, 0.0]])).sum() == pytest.approx(5.0)


def test_contexts_without_orders_are_refused():
    for profit, orders in ((np.ones((2, 2)), np.zeros((2, 2))), (np.ones((2, 2)), -np.ones((2, 2))), (np.ones((2, 2)), np.ones((2, 3)))):
        with pytest.raises(ValueError, match="learned from orders"):
            shrinking.learn(profit, orders)
