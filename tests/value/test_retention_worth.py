"""What more retention brings: laws, and edges checked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import floats, integers

from unequal.value import retention_worth
from unequal.value.retention_worth import moved, worth_of_points


def curves(seed: int, periods: int = 12) -> np.ndarray:
    return np.cumprod(np.random.default_rng(seed).random((5, periods)) ** 0.2, axis=1)


@given(seed=integers(0, 10**6), points=floats(-30, 30), together=integers(1, 12))
def test_moved_chances_fall_keep_within_bounds_and_follow_the_points(seed, points, together):
    there = curves(seed)
    after = moved(there, points=points, together=together)
    assert (np.diff(np.concatenate([np.ones((5, 1)), after], axis=1), axis=1) <= 1e-12).all()
    assert (after >= 0).all()
    assert ((after - there) * np.sign(points) >= -1e-12).all()
    assert moved(there, points=0.0, together=together) == pytest.approx(there)


@given(seed=integers(0, 10**6), points=floats(-5, 20))
def test_a_year_of_months_gets_its_points_once(seed, points):
    there = curves(seed, 24)
    after = moved(there, points=points, together=12)
    kept = there[:, 11], there[:, 23] / there[:, 11]
    assert after[:, 11] == pytest.approx(np.clip(kept[0] + points / 100, 0, 1))
    assert after[:, 23] / after[:, 11] == pytest.approx(np.clip(kept[1] + points / 100, 0, 1), abs=1e-9)


def test_no_rate_passes_one_and_who_is_gone_is_not_won_back():
    assert moved(np.array([[0.99, 0.99]]), points=5.0).tolist() == [[1.0, 1.0]]
    assert moved(np.array([[0.05, 0.05]]), now=0.05, points=5.0) == pytest.approx(np.array([[0.05, 0.05]]))
    assert moved(np.array([[0.5, 0.0]]), points=10.0) == pytest.approx(np.array([[0.6, 0.06]]))


@given(retention=floats(0.05, 0.9), rate=floats(0.02, 0.5), points=floats(0.1, 5))
def test_with_one_rate_for_all_it_is_the_closed_form(retention, rate, points):
    there = np.cumprod(np.full((1, 3_000), retention), axis=1)
    worth = worth_of_points(there, 100.0, rate, points=points)
    before, after = (retention_worth.constant_value(100.0, kept, rate) for kept in (retention, retention + points / 100))
    assert worth.base == pytest.approx(after - before, rel=1e-6)
    assert worth.base_share == pytest.approx(after / before - 1, rel=1e-6)
    assert worth.year == pytest.approx(points, rel=1e-9)
    assert worth.year_share == pytest.approx(points / 100 / retention, rel=1e-9)


def test_per_customer_base_and_year_are_told_apart():
    there = np.array([[0.9, 0.81], [0.5, 0.25]])
    worth = worth_of_points(there, np.array([10.0, -4.0]), 0.0)
    assert worth.per_customer == pytest.approx([10 * (0.01 + 0.0181), -4 * (0.01 + 0.0101)])
    assert worth.base == pytest.approx(worth.per_customer.sum())
    assert worth.year == pytest.approx(0.1 - 0.04)
    assert worth_of_points(there, -1.0, 0.0).base_share is None


def test_a_point_of_the_year_is_less_than_a_point_of_every_month():
    there = np.cumprod(np.full((1, 24), 0.99), axis=1)
    of_year, of_month = (worth_of_points(there, 10.0, 0.01, periods_a_year=12, periods_a_point=each).base for each in (12, 1))
    assert 0 < of_year < of_month / 5


def test_chances_that_rise_are_refused():
    for there, now in (([[0.5, 0.6]], 1.0), ([[0.5]], 0.4), ([[-0.1]], 1.0)):
        with pytest.raises(ValueError, match="rise"):
            moved(np.array(there), points=1.0, now=now)


def test_a_retention_that_never_ends_has_no_worth():
    for retention, rate in ((1.0, 0.0), (1.2, 0.5), (-0.1, 0.1)):
        with pytest.raises(ValueError, match="no worth"):
            retention_worth.constant_value(1.0, retention, rate)
