"""Present values, residual value, equity: laws, and edges checked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import floats, integers

from unequal.value import discounting

rates = floats(0.0, 1.0)


@given(annual=floats(-0.5, 2), periods=integers(1, 365))
def test_the_rate_of_a_period_makes_the_annual_rate_over_a_year(annual, periods):
    assert (1 + discounting.period_rate(annual, periods)) ** periods == pytest.approx(1 + annual)


def test_no_rate_of_a_period_follows_from_losing_all():
    for annual, periods in ((-1.0, 12), (0.1, 0)):
        with pytest.raises(ValueError, match="rate"):
            discounting.period_rate(annual, periods)


@given(rate=rates, periods=integers(1, 60))
def test_a_later_dollar_is_worth_no_more_and_half_a_period_less_early(rate, periods):
    middle, end = discounting.factors(rate, periods), discounting.factors(rate, periods, early=0.0)
    assert (np.diff(middle) <= 0).all()
    assert middle == pytest.approx(end * (1 + rate) ** 0.5)
    assert discounting.factors(0.0, periods).tolist() == [1.0] * periods


def test_residual_value_checked_by_hand():
    """Two periods at 21 %: factors 1/1.1 and 1/1.331. Orders worth 50 x .4 - 5 = 15; a customer costs 2 a period."""
    orders, alive = np.array([[2.0, 1.0], [0.0, 0.0]]), np.array([[1.0, 0.5], [1.0, 1.0]])
    found = discounting.residual_value(orders, alive, spend=50.0, margin_rate=0.4, cost_per_order=5.0, fixed_cost=2.0, rate=0.21)
    assert found == pytest.approx([28 / 1.1 + 14 / 1.331, -2 / 1.1 - 2 / 1.331])
    assert discounting.customer_equity(found) == pytest.approx(float(found.sum()))


@given(seed=integers(0, 10**6), rate=rates, times=floats(-3, 3))
def test_residual_value_is_in_proportion_to_money_and_adds_over_periods(seed, rate, times):
    chance = np.random.default_rng(seed)
    orders, alive = chance.random((4, 9)), chance.random((4, 9))
    spend, margin = chance.random(4) * 90, chance.normal(size=4)

    def worth(money, part=slice(None)):
        masked = np.zeros((4, 9))
        masked[:, part] = 1
        return discounting.residual_value(
            orders * masked, alive * masked, spend=spend * money, margin_rate=margin, cost_per_order=3 * money, fixed_cost=money, rate=rate
        )

    assert worth(times) == pytest.approx(times * worth(1.0), abs=1e-9)
    assert worth(1.0) == pytest.approx(worth(1.0, slice(0, 4)) + worth(1.0, slice(4, 9)), abs=1e-9)


def test_orders_and_chances_of_other_customers_are_refused():
    with pytest.raises(ValueError, match="same customers"):
        discounting.residual_value(np.ones((2, 3)), np.ones((3, 2)), spend=1.0, margin_rate=1.0, rate=0.1)


def test_a_contract_is_worth_its_lifetime_of_margins_a_period_from_now():
    assert discounting.renewal_value(np.array([7.53]), 100.0, 0.1) == pytest.approx([753 / 1.1])


def test_equity_to_come_counts_each_cohort_on_the_day_it_comes():
    assert discounting.future_equity(np.array([10.0, 20.0]), np.array([5.0, -1.0]), 0.21) == pytest.approx(50 / 1.1 - 20 / 1.331)


def test_a_return_on_customers_can_be_negative_in_a_profitable_year():
    assert discounting.return_on_customer(10, 100, 80) == pytest.approx(-0.1)
    assert discounting.return_on_customer(10, 0, 80) is None
