"""An allocation that a textbook works out: medical teams for three countries."""

from __future__ import annotations

import numpy as np
import pytest

from unequal.treatments import allocation
from unequal.treatments.allocation import Limits

PERSON_YEARS = ((45, 70, 90, 105, 120), (20, 45, 75, 110, 150), (50, 70, 80, 100, 130))
"""Thousands of person-years of life gained in each country by one to five teams. Source: Hillier and Lieberman, Introduction to Operations
Research, Dynamic Programming, the example of distributing medical teams to countries."""
OPTIONS = allocation.of_customers([list(enumerate(country)) for country in PERSON_YEARS])
TEAMS = Limits(("teams",), np.array([[1, 2, 3, 4, 5]], np.int64), np.array([5], np.int64))


def test_five_medical_teams_go_where_the_textbook_sends_them() -> None:
    found = allocation.solve(OPTIONS, TEAMS)
    assert (OPTIONS.option[found.taken] + 1).tolist() == [1, 3, 1]
    assert (found.value, found.gap, found.is_exact) == (170, 0.0, True)


def test_the_bound_and_the_price_of_a_team_are_those_of_the_concave_hulls() -> None:
    """By hand: the hulls rise by 45, 25, 20, 15, 15; by 30 five times; by 50, 20, 20, 20, 20. The five steepest steps are 50, 45 and three of 30."""
    found = allocation.solve(OPTIONS, TEAMS)
    assert found.dual == pytest.approx(50 + 45 + 3 * 30)
    assert found.prices["teams"] == pytest.approx(30)
