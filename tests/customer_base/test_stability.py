"""A customer's band stands, or a driver of cost to serve moves it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists, tuples

from unequal.customer_base import bands
from unequal.customer_base.stability import PoolMonths, Scenario, Served, band_of, cells_of, cost_scenarios, stability
from unequal.customer_base.tables import CUSTOMER_FIGURE

NAMES = {1: "profitable", 0: "break_even", -1: "unprofitable"}


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_the_lines_between_bands_are_drawn_where_bands_draws_them(duckdb_engine):
    amounts = [D(text) for text in ("-5.0001", "-5", "0", "5", "5.0001", "20", "20.0001", "-100")]
    sales = [D(100)] * 5 + [D(1000), D(1000), D(0)]
    rows = [
        {"customer_id": str(n), "amount": amount, "sales": sold, "entries": 1}
        for n, (amount, sold) in enumerate(zip(amounts, sales, strict=True))
    ]
    told = bands(duckdb_engine.rows(CUSTOMER_FIGURE.types, rows), break_even_within=D(5), break_even_share_of_sales=D("0.02"))
    exact = [row["band"] for row in duckdb_engine.fetch(told.order_by("customer_id"))]
    found = band_of(np.array(amounts, float), np.array(sales, float), within=5, share_of_sales=0.02)
    assert [NAMES[band] for band in found.tolist()] == exact


def test_a_quarter_more_of_a_pool_costs_each_customer_a_quarter_of_what_it_bore():
    served = Served(ints(0, 0, 1), ints(0, 1, 0), ints(0, 0, 0), np.array([40.0, 20.0, 4.0]), np.array([400.0, 200.0, 40.0]))
    cells = PoolMonths(ints(0), np.array([10_000.0]), np.array([640.0]))
    found = {
        (each.driver, place % 2): each.change.tolist()
        for place, each in enumerate(cost_scenarios(served, cells, ["desk"], {"call": (0, 0), "chat": (1, 0)}, customers=2))
    }
    assert found["cost of desk", 0] == [-15, -1]
    assert found["cost of desk", 1] == [15, 1]
    assert found["time of call", 0] == pytest.approx([-10, -1])
    assert found["time of chat", 1] == pytest.approx([5, 0])


def test_beyond_capacity_more_time_of_one_activity_makes_the_others_cheaper():
    served = Served(ints(0, 1), ints(0, 1), ints(0, 0), np.array([50.0, 50.0]), np.array([500.0, 500.0]))
    full = PoolMonths(ints(0), np.array([1000.0]), np.array([1000.0]))
    changes = [each.change for each in cost_scenarios(served, full, ["desk"], {"call": (0, 0), "chat": (1, 0)}, customers=2)]
    more_calls = changes[2]
    assert more_calls.sum() == pytest.approx(0)  # the pool costs what it costs
    assert more_calls.tolist() == pytest.approx([50 - 50 * 1.25 / 1.125, 50 - 50 / 1.125])


def test_the_driver_that_moves_a_band_by_the_most_dollars_is_named():
    amount, sales = np.array([8.0, 100.0]), np.array([0.0, 0.0])
    moved = [Scenario("small", np.array([-9.0, -9.0])), Scenario("none", np.zeros(2)), Scenario("large", np.array([-30.0, -30.0]))]
    found, drivers = stability(amount, sales, moved, within=0, share_of_sales=0)
    assert found.stable.tolist() == [False, True]
    assert found.share.tolist() == pytest.approx([1 / 3, 1])
    assert drivers[found.driver[0]] == "large"


@given(figures=lists(tuples(integers(-100, 100), integers(0, 1000)), min_size=1, max_size=20))
def test_drivers_that_move_nothing_leave_every_band(figures):
    amount, sales = (np.array(column, dtype=float) for column in zip(*figures, strict=True))
    found, _ = stability(amount, sales, [Scenario("nothing", np.zeros(len(amount)))], within=1, share_of_sales=0.02)
    assert found.stable.all()
    assert (found.share == 1).all()


def test_pools_and_months_have_a_place_each():
    rows = [
        {"pool": "b", "month": date(2026, 1, 1), "practical_seconds": None, "used_seconds": D(5)},
        {"pool": "a", "month": date(2026, 2, 1), "practical_seconds": D(60), "used_seconds": D(0)},
    ]
    cells, place, names = cells_of(rows)
    assert names == ["a", "b"]
    assert place["a", date(2026, 2, 1)] == 1
    assert (cells.pool.tolist(), cells.practical.tolist()) == ([1, 0], [0.0, 60.0])
