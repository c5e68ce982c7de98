"""What more retention would bring, from the firm's own hazards."""

from __future__ import annotations

import numpy as np
import pytest

from unequal.value.forecasting import Expected
from unequal.value.keeping_customers import Staying, more_kept, staying_of_orders


def test_who_stays_is_read_from_the_weeks_expected_and_never_rises() -> None:
    alive = np.array([[12.0, 13.0, 6.5]])
    of = Expected(np.array([13.0, 26.0, 39.0]), np.array([0.9]), np.ones((1, 3)), np.array([[30.0, 20.0, 10.0]]), alive)
    found = staying_of_orders(of)
    assert found.there.tolist() == [[0.9, 0.9, 0.5]]
    assert found.a_quarter[0] == pytest.approx(60.0 / 2.3)


def test_a_horizon_of_less_than_a_year_tells_nothing_of_yearly_retention() -> None:
    found = more_kept(Staying(np.ones(3), np.ones((3, 3)), np.ones(3)), 0.1)
    assert (found.rows, found.of_a_point.tolist()) == ([], [0.0, 0.0, 0.0])


def test_five_points_bring_more_than_one_and_customers_add_up_to_the_base() -> None:
    there = 0.95 ** np.arange(1, 13)[None, :] * np.array([[1.0], [0.5]])
    found = more_kept(Staying(np.array([1.0, 0.5]), there, np.array([10.0, 40.0])), 0.1)
    one, five = found.rows
    assert (one["points"], five["points"], one["customers_expected"]) == (1.0, 5.0, 1.5)
    assert one["retention_expected"] == pytest.approx(0.95**4)
    assert 0 < one["value_gain_expected"] < five["value_gain_expected"]
    assert found.of_a_point.sum() == pytest.approx(one["value_gain_expected"])
