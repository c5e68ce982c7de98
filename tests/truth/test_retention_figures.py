"""What the literature says a point of retention is worth, and what one rate for all hides."""

from __future__ import annotations

import numpy as np
import pytest

from unequal.value import renewing, retention_worth
from unequal.value.renewing import Renewing

HIGH_END = Renewing(0.668, 3.806)


def test_five_points_double_a_lifetime_at_ninety_percent_and_without_discount():
    """ "Up to 100 % more profit." Source: Reichheld & Sasser 1990; lifetimes of 10 and 20 years at defection rates of 10 % and 5 %."""
    assert retention_worth.thought_experiment(0.90) == pytest.approx(1.0)


def test_the_closed_forms_of_one_rate_for_all_are_the_sums_that_they_stand_for():
    """m r / (1 + d - r), and .01 m (1 + d) / (1 + d - r)^2 for a point more."""
    years = np.arange(1, 2_000)
    summed = [float((100 * kept**years * 1.1**-years).sum()) for kept in (0.8, 0.8 + 1e-6)]
    assert retention_worth.constant_value(100, 0.8, 0.1) == pytest.approx(summed[0])
    assert retention_worth.slope_of_point(100, 0.8, 0.1) == pytest.approx((summed[1] - summed[0]) * 1e4, rel=1e-4)


def test_a_base_of_different_customers_gains_more_from_retention_than_its_one_rate_says():
    """One rate for all underestimates what is left of customers, and what more retention does for it.

    Source: Fader & Hardie 2010, "Customer-Base Valuation in a Contractual Setting: The Perils of Ignoring Heterogeneity".
    """
    ages = np.arange(8)
    there = renewing.surviving(HIGH_END, ages, 200)
    worth = retention_worth.worth_of_points(there, 100.0, 0.1)
    first_rate = renewing.retention(HIGH_END, ages[:1] + 1)[0]
    assert (np.diff(worth.per_customer) > 0).all()
    assert worth.per_customer[0] > retention_worth.slope_of_point(100, first_rate, 0.1)
