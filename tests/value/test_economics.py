"""From orders to dollars: what forecasts take an order and a week to bring."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.value.knowns import known

from unequal.value.economics import drawn_to_base, economics_of, margin_rates, missed


def made(n: int, chance: np.random.Generator):
    orders = chance.integers(1, 12, n)
    spent = np.array([chance.gamma(3.0, 30.0, count).sum() for count in orders])
    rate = chance.normal(0.35, 0.1, n)
    margin = spent * rate
    at_orders = -2.0 * orders.astype(float)
    service = at_orders - 5.0 * chance.poisson(1.0, n)
    return known(
        repeat_orders=orders - 1, last_order=np.where(orders > 1, 40.0, 0.0), spent=spent, margin=margin, margin_squares=margin**2 / spent * 1.2,
        service=service, service_at_orders=at_orders, service_squares=25.0 * chance.poisson(1.0, n) + 4.0 * orders,
        service_squares_at_orders=4.0 * orders,
    )  # fmt: skip


def test_what_the_same_orders_would_bring_is_what_they_brought() -> None:
    seen = made(2_000, np.random.default_rng(4))
    found = economics_of(seen)
    again = seen.orders * found.spend * found.margin
    assert again.sum() == pytest.approx(seen.margin.sum(), rel=1e-9)
    assert (seen.orders * found.service_an_order).sum() == pytest.approx(seen.service_at_orders.sum(), rel=1e-6)
    assert (seen.observed * found.service_a_week).sum() == pytest.approx((seen.service - seen.service_at_orders).sum(), rel=0.02)
    assert (found.service_an_order <= 0).all()
    assert (found.service_a_week <= 0).all()


def test_margin_rates_lie_between_the_customers_own_and_the_base() -> None:
    seen = made(1_000, np.random.default_rng(2))
    rates, own = margin_rates(seen), seen.margin / seen.spent
    assert rates.rate.std() < own.std()
    assert np.corrcoef(rates.rate, own)[0, 1] > 0.8


@pytest.mark.parametrize("between", [0.0, 1.0])
def test_planted_rates_are_found_again_and_chance_alone_is_drawn_to_the_base(between: float) -> None:
    chance, n = np.random.default_rng(8), 4_000
    rate = chance.gamma(4.0, 0.5, n) if between else np.full(n, 2.0)
    exposure = chance.uniform(1.0, 20.0, n)
    events = chance.poisson(rate * exposure).astype(float)
    found = drawn_to_base(events, exposure, float(events.sum()))
    raw = events / exposure
    assert np.mean(np.square(found - rate)) < 0.75 * np.mean(np.square(raw - rate))
    assert found.std() == pytest.approx(0.0, abs=0.1) if not between else found.std() > 0.6


def test_one_customer_and_no_noise_are_taken_as_they_are() -> None:
    assert drawn_to_base(np.array([6.0]), np.array([3.0]), 36.0).tolist() == [2.0]
    assert drawn_to_base(np.array([0.0, 0.0]), np.array([3.0, 1.0]), 0.0).tolist() == [0.0, 0.0]
    found = economics_of(known(repeat_orders=[0]))
    assert (found.spend.tolist(), found.margin.tolist()) == ([pytest.approx(100.0)], [pytest.approx(0.4)])


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(-100, 100)), min_size=1, max_size=20))
def test_what_is_missed_makes_the_whole_come_out(rows: list[tuple[float, float]]) -> None:
    exposure, brought = (np.array(column) for column in zip(*rows, strict=True))
    rate = np.full(len(rows), 0.3)
    corrected = rate + missed(rate, exposure, brought)
    assert exposure.sum() < 1e-6 or (corrected * exposure).sum() == pytest.approx(brought.sum(), abs=1e-6)
