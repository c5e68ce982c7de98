"""What a pool cost goes to the events that used it; what nobody used stays idle; events take the time their equation says."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis.strategies import dates, integers, lists

from unequal import config
from unequal.ledger.activities import events_of, parts_of, ticks_of_minutes
from unequal.ledger.charging import Work, charged
from unequal.ledger.pools import check_figures, every_month, monthly_capacity
from unequal.ledger.raw_values import middles
from unequal.terms.errors import LedgerError

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
MINUTE = 600_000


def work(*months_and_minutes: tuple[date, float]) -> Work:
    numbers = [month.year * 12 + month.month - 1 for month, _ in months_and_minutes]
    ticks = [round(minutes * MINUTE) for _, minutes in months_and_minutes]
    return Work(np.array(numbers, np.int64), np.array(ticks, np.int64), np.arange(len(ticks), dtype=np.uint64))


def test_events_bear_their_minutes_and_the_rest_of_capacity_stands_idle():
    (month,), shares = charged("desk", work((JANUARY, 30), (JANUARY, 10)), {JANUARY: 1_000_000}, {JANUARY: 100 * MINUTE})
    assert shares.tolist() == [300_000, 100_000]
    assert (month.idle, month.spare, month.over, month.rate) == (600_000, 60 * MINUTE, 0, D(1))


def test_where_more_is_worked_than_practical_capacity_nobody_is_charged_what_was_not_spent():
    (month,), shares = charged("desk", work((JANUARY, 90), (JANUARY, 60)), {JANUARY: 1_000_000}, {JANUARY: 100 * MINUTE})
    assert shares.tolist() == [600_000, 400_000]
    assert (month.idle, month.over) == (0, 50 * MINUTE)
    assert month.rate == D("0.6666666667")


def test_a_month_without_events_is_idle_and_a_month_without_a_cost_charges_nothing():
    months, shares = charged("desk", work((FEBRUARY, 5)), {JANUARY: 700}, {JANUARY: 60 * MINUTE})
    assert [(month.month, month.cost, month.idle, month.used) for month in months] == [(JANUARY, 700, 700, 0), (FEBRUARY, 0, 0, 5 * MINUTE)]
    assert shares.tolist() == [0]


def test_a_month_in_which_nobody_could_work_is_idle_as_a_whole():
    (month,), _ = charged("desk", work(), {JANUARY: 700}, {JANUARY: 0})
    assert (month.idle, month.spare, month.rate) == (700, 0, 0)


def test_a_cost_that_was_paid_back_is_shared_by_sign():
    (month,), shares = charged("desk", work((JANUARY, 1), (JANUARY, 1)), {JANUARY: -3}, {JANUARY: 2 * MINUTE})
    assert (shares.tolist(), month.idle) == ([-2, -1], 0)


@given(
    minutes=lists(integers(1, 500), min_size=1, max_size=30), cost=integers(0, 10**10), capacity=integers(0, 10_000), months=integers(1, 3)
)
def test_customers_and_idle_come_to_what_the_pool_cost(minutes, cost, capacity, months):
    first = every_month(JANUARY, date(2026, months, 1))
    made = work(*[(first[place % months], each) for place, each in enumerate(minutes)])
    found, shares = charged("desk", made, dict.fromkeys(first, cost), dict.fromkeys(first, capacity * MINUTE))
    assert int(shares.sum()) + sum(month.idle for month in found) == cost * months
    for month in found:
        exact = cost * month.spare / max(month.practical, month.used)
        assert abs(month.idle - exact) <= 1


@pytest.mark.parametrize(
    ("costs", "capacities", "code"),
    [({JANUARY: 5}, {FEBRUARY: 5}, "LED023"), ({JANUARY: 5}, {JANUARY: -1}, "LED023"), ({JANUARY: -5}, {JANUARY: 1}, "LED024")],
)
def test_figures_of_a_pool_that_cannot_be_are_refused(costs, capacities, code):
    with pytest.raises(LedgerError, match=code):
        check_figures("desk", costs, capacities)


def test_minutes_are_counted_exactly():
    assert [ticks_of_minutes(text) for text in ("0.0001", "2.5", "14", "0.02")] == [60, 1_500_000, 8_400_000, 12_000]


SHIP = {
    "pool": "warehouse", "each": "orders", "when": "kind = 'order'",
    "time": {
        "base": "5", "duration": {"column": "seconds", "unit": "seconds"},
        "terms": {"each_line": {"minutes": "2.6", "times": "lines"}, "special": {"minutes": "6.5", "when": "packing = 'special'"}},
    },
    "cause": {"company_when": "wrong"},
}  # fmt: skip
ROW = {
    "order_no": "string", "customer": "string", "day": "date", "kind": "string", "lines": "int64", "packing": "string", "seconds": "int64",
    "wrong": "boolean", "_file": "string", "_row": "int64", "_row_id": "string",
}  # fmt: skip


def shipped(engine, *rows, **changed):
    """The events of an activity over rows of orders, by order."""
    activity = config.ledger.Activity.model_validate({**SHIP, **changed})
    postings = {
        "amounts": {"sales": {"column": "lines", "line": "list_revenue"}}, "customer": {"id": "customer"}, "booked_on": "day", "document": "order_no",
        "channel": {"value": "web"},
    }  # fmt: skip
    project = config.Project.model_validate({
        "project": "p", "reporting_currency": "EUR", "time_zone": "Europe/Berlin",
        "sources": {"orders": {"read": "orders.csv", "records": {"id": "customer"}, "postings": postings}},
    })  # fmt: skip
    full = [
        {"kind": "order", "day": date(2026, 3, 9), "_file": "orders.csv", "_row": number, "_row_id": f"o{number}", **row}
        for number, row in enumerate(rows, start=1)
    ]
    events = events_of(engine.rows(ROW, full), "ship", activity, project.sources["orders"], project=project, lookups={}, parts=5)
    return engine.fetch(events.order_by("row_id"))


def test_an_event_takes_base_and_duration_and_every_term_that_holds(engine):
    plain, special, wrong, empty = shipped(
        engine,
        {"customer": "ann", "lines": 2, "seconds": 30},
        {"customer": "ann", "lines": 1, "packing": "special"},
        {"customer": "bert", "lines": 0, "wrong": True},
        {},
        {"kind": "quote", "lines": 9},
    )
    assert [row["ticks"] / MINUTE for row in (plain, special, wrong, empty)] == [5 + 0.5 + 5.2, 5 + 2.6 + 6.5, 5, 5]
    assert [plain[f"part_{number}"] for number in range(5)] == [5 * MINUTE, MINUTE // 2, 3_120_000, 0, None]
    assert [(row["line"], row["cause"]) for row in (plain, wrong)] == [("cost_to_serve", "customer"), ("cost_of_failure", "company")]
    assert (plain["month"], plain["amount_name"], plain["channel"], plain["record"]) == (date(2026, 3, 1), "cost:ship", "web", "ann")


def test_an_event_that_takes_no_time_is_no_work(engine):
    assert shipped(engine, {"customer": "ann", "lines": 0}, time={"terms": {"each_line": {"minutes": "1", "times": "lines"}}}) == []


def test_work_above_the_customer_names_nobody(engine):
    (row,) = shipped(engine, {"customer": "ann"}, time={"base": "1"}, level="channel")
    assert (row["level"], row["record_source"], row["channel"]) == ("channel", None, "web")


def test_a_time_equation_has_the_parts_that_it_names():
    time = config.ledger.TimeEquation.model_validate(SHIP["time"])
    assert parts_of(time) == ("base", "duration", "each_line", "special")
    assert parts_of(config.ledger.TimeEquation.model_validate({"duration": {"column": "s"}})) == ("duration",)


def test_a_row_that_sums_up_many_events_takes_their_average_so_many_times(engine):
    average = {"time": {"duration": {"column": "seconds", "times": "lines"}}}
    found = shipped(
        engine, {"lines": 405, "seconds": 79}, {"lines": 0, "seconds": 79}, {"seconds": 79}, {"lines": 1, "seconds": 79}, **average
    )
    assert [row["ticks"] for row in found] == [405 * 79 * 10_000, 79 * 10_000]


ROSTER = {"day": "date", "juniors": "int64", "seniors": "int64", "_row": "int64"}


def capacity_of(engine, *rows, **changed):
    """Months and minutes of rows of a roster: day, juniors, seniors."""
    mapping = config.ledger.CapacityRows.model_validate({"source": "roster", "column": ["juniors", "seniors"], "month": "day", **changed})
    project = config.Project.model_validate(
        {"project": "p", "reporting_currency": "EUR", "time_zone": "Europe/Berlin", "sources": {"roster": {"read": "roster.csv"}}}
    )
    table = engine.rows(ROSTER, [dict(zip(ROSTER, (*row, 1), strict=True)) for row in rows])
    found = engine.fetch(monthly_capacity(table, mapping, project=project, where="ledger.pools.desk.capacity").order_by("month"))
    return [(row["month"], row["ticks"] / MINUTE) for row in found]


def test_capacity_may_be_counted_in_people_of_several_columns(engine):
    shifts = [(date(2026, 1, 5), 2, 7), (date(2026, 1, 5), 0, 4), (date(2026, 2, 1), 1, 0)]
    assert capacity_of(engine, *shifts, minutes_each="288") == [(JANUARY, 13 * 288), (FEBRUARY, 288)]


def test_a_period_of_the_books_is_the_month_that_most_of_it_lies_in(engine):
    """FactFinance dates its periods so: March 2011 begins on the 1st, and April on the 31st of March."""
    firsts = [date(2010, 12, 29), date(2011, 1, 29), date(2011, 3, 1), date(2011, 3, 31), date(2012, 2, 29), date(2013, 11, 29)]
    months = [month for month, _ in capacity_of(engine, *[(day, 1, 0) for day in firsts], day_is="first_of_period")]
    assert months == [date(2011, 1, 1), date(2011, 2, 1), date(2011, 3, 1), date(2011, 4, 1), date(2012, 3, 1), date(2013, 12, 1)]


@given(days=lists(dates(date(1990, 1, 1), date(2090, 1, 1)), max_size=20))
def test_the_ledger_and_its_control_totals_agree_on_the_middle_of_a_period(days):
    known = middles(pa.array(days, pa.date32())).to_pylist()
    assert known == [day + timedelta(days=14) for day in days]
