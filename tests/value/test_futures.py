"""Futures drawn agree with what is expected, and ranges hold them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.value.knowns import economics, known

from unequal.value import buying
from unequal.value.forecasting import Expected, cuts_of, discount, ends_of, expected, period_ends, ranges, sums_of
from unequal.value.futures import futures

MODEL = buying.ParetoNbd(r=0.8, alpha=8.0, s=0.6, beta=12.0)


@pytest.fixture(scope="module")
def customers():
    chance = np.random.default_rng(6)
    made = MODEL.simulate(chance.uniform(20.0, 100.0, 1_500), chance)
    return known(repeat_orders=made.repeat_orders, last_order=made.last_order, observed=made.observed)


@pytest.mark.parametrize("model", [MODEL, buying.BgNbd(r=0.5, alpha=6.0, a=0.8, b=2.5)])
def test_the_mean_of_the_futures_is_the_expectation(customers, model) -> None:
    ends, worth = np.array([52.0, 104.0]), economics(len(customers))
    of = expected(model, customers, worth, ends)
    (drawn,) = futures(
        [model], customers, worth, np.diff(ends, prepend=0.0), alive_weeks=of.alive_weeks, draws=100, generator=np.random.default_rng(1)
    )
    assert drawn.orders.mean(axis=1).sum(axis=0) == pytest.approx(of.orders.sum(axis=0), rel=0.02)
    assert drawn.brought.mean(axis=1).sum(axis=0) == pytest.approx(of.brought.sum(axis=0), rel=0.03)


def test_the_same_luck_draws_the_same_futures(customers) -> None:
    worth = economics(len(customers))
    weeks = np.zeros((len(customers), 1))
    one, other = (
        next(futures([MODEL], customers, worth, np.array([13.0]), alive_weeks=weeks, draws=5, generator=np.random.default_rng(2)))
        for _ in range(2)
    )
    np.testing.assert_array_equal(one.brought, other.brought)


def test_nine_futures_in_ten_lie_in_the_ranges_and_segments_add_up(customers) -> None:
    worth, ends = economics(len(customers)), period_ends(60.0)
    of = expected(MODEL, customers, worth, ends)
    segments = np.stack([np.zeros(len(customers), np.int64), np.arange(len(customers)) % 3 + 1], axis=1)
    found = ranges(
        [MODEL],
        customers,
        worth,
        of,
        rate=0.1,
        scale=np.ones(len(customers)),
        segments=segments,
        bar=50.0,
        generator=np.random.default_rng(3),
    )
    np.testing.assert_allclose(found.totals[1:].sum(axis=0), found.totals[0])
    (again,) = futures([MODEL], customers, worth, np.array([60.0]), alive_weeks=of.alive_weeks.sum(axis=1)[:, None], draws=50,
                       generator=np.random.default_rng(4))  # fmt: skip
    orders = again.orders[:, :, 0]
    assert ((orders >= found.orders[:, :1]) & (orders <= found.orders[:, 1:])).mean() > 0.9
    assert found.totals[0].mean() == pytest.approx(of.value(0.1).sum(), rel=0.05)
    assert ((found.above >= 0) & (found.above <= 1)).all()


def test_periods_and_cuts_end_with_the_horizon() -> None:
    assert period_ends(13).tolist() == [13.0]
    assert cuts_of(156.0).tolist() == [52.0, 104.0, 156.0]
    assert cuts_of(30.0).tolist() == [30.0]
    assert cuts_of(104.0).tolist() == [52.0, 104.0]
    assert discount(np.array([52.0, 104.0]), 0.21) == pytest.approx([1.21**-0.5, 1.21**-1.5])


def test_a_period_that_is_cut_counts_by_its_part() -> None:
    of = Expected(np.array([13.0, 26.0]), np.ones(1), np.array([[2.0, 4.0]]), np.array([[20.0, 40.0]]), np.array([[13.0, 13.0]]))
    assert of.within(of.orders, 19.5).tolist() == [4.0]
    assert of.within(of.orders, 99.0).tolist() == [6.0]


@given(arrays(np.float64, st.tuples(st.integers(1, 8), st.integers(1, 130)), elements=st.floats(-1e6, 1e6)))
def test_ends_are_those_of_the_inverted_distribution(draws) -> None:
    np.testing.assert_array_equal(ends_of(draws), np.quantile(draws, (0.05, 0.95), axis=1, method="inverted_cdf").T)


@given(arrays(np.int64, st.tuples(st.integers(1, 20), st.integers(1, 3)), elements=st.integers(0, 6)))
def test_sums_by_segment_are_those_added_one_by_one(segments) -> None:
    values = np.arange(2.0 * len(segments)).reshape(-1, 2)
    by_hand = np.zeros((7, 2))
    for row, kinds in enumerate(segments):
        for kind in kinds:
            by_hand[kind] += values[row]
    np.testing.assert_allclose(sums_of(segments, values, 7), by_hand)
