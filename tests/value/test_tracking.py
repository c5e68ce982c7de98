"""How tests went on: what came, step by step, and what was expected of contracts and occasions by then."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unequal.value import renewing, tracking
from unequal.value.binding import WEEKS_OF, Contracts, Paid, bound, payments_by
from unequal.value.origins import Window

MONDAY = date(2026, 1, 5)


def test_orders_fall_into_their_steps_and_kinds_are_put_together():
    counted = [
        {"kind": "person", "day": date(2026, 1, 5), "orders": 2}, {"kind": "person", "day": date(2026, 1, 11), "orders": 1},
        {"kind": "person", "day": date(2026, 1, 12), "orders": 4}, {"kind": "organisation", "day": date(2026, 1, 20), "orders": 8},
    ]  # fmt: skip
    by_kind = tracking.by_step(counted, np.datetime64(MONDAY, "D") + 7 * np.arange(3))
    assert {kind: steps.tolist() for kind, steps in by_kind.items()} == {"person": [3, 4, 0], "organisation": [0, 0, 8]}
    assert tracking.of_kinds(by_kind, ("organisation", "person"), 3).tolist() == [3, 4, 8]
    assert tracking.of_kinds({}, ("person",), 2).tolist() == [0, 0]


def test_rows_are_cumulative_and_weeks_are_whole():
    ends = WEEKS_OF["month"] * np.arange(1, 4)
    found = tracking.rows("gifts", "person", MONDAY, weeks=ends, came=np.array([1, 0, 2]), expected=np.array([0.5, 1.5, 2.5]))
    assert [(row["week"], row["orders"], row["orders_expected"]) for row in found] == [(4, 1, 0.5), (9, 1, 1.5), (13, 3, 2.5)]
    assert {(row["relationship"], row["kind_of_customer"], row["origin"]) for row in found} == {("gifts", "person", MONDAY)}


def test_only_orders_within_the_window_of_customers_known_before_it_are_counted(engine):
    told = {
        "ann": [(4, True), (5, True), (6, False), (18, True), (19, True)], "bea": [(5, True)], "cem": [(2, False), (5, True)],
        "dan": [(2, True), (5, True)],
    }  # fmt: skip
    days = engine.rows(
        {"customer_id": "string", "day": "date", "is_order": "boolean"},
        [{"customer_id": who, "day": date(2026, 1, day), "is_order": ordered} for who, each in told.items() for day, ordered in each],
    )
    people = engine.rows(
        {"customer_id": "string", "kind": "string"},
        [{"customer_id": who, "kind": "organisation" if who == "dan" else "person"} for who in told],
    )
    found = engine.fetch(tracking.orders_by_day(days, Window(MONDAY, date(2026, 1, 19), MONDAY, MONDAY), people).order_by("kind", "day"))
    assert found == [
        {"kind": "organisation", "day": MONDAY, "orders": 1},
        {"kind": "person", "day": MONDAY, "orders": 1},
        {"kind": "person", "day": date(2026, 1, 18), "orders": 1},
    ]


@given(
    st.lists(st.tuples(st.integers(0, 30), st.floats(0, 12)), min_size=1, max_size=6), st.sampled_from(["week", "month", "quarter"]),
    st.integers(1, 60),
)  # fmt: skip
def test_payments_by_the_last_week_are_those_of_the_whole_forecast(each, every, weeks):
    n = len(each)
    running = Contracts(np.arange(n), np.array([age for age, _ in each]), np.zeros(n, np.int64), np.zeros(n, bool))
    silent, model = np.array([weeks_gone for _, weeks_gone in each]), renewing.Renewing(0.7, 1.2)
    found = payments_by(model, running, silent, every=every, ends=np.arange(1.0, weeks + 1))
    whole = bound(model, running, Paid(np.ones(n), np.zeros(n)), silent, every=every, horizon=float(weeks), rate=0.0)
    assert (np.diff(found, prepend=0.0) >= 0).all()
    assert found[-1] == pytest.approx(float(whole.periods.sum()))
