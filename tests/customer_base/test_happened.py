"""How often things happened within spans up to an instant, for every customer at once."""

from __future__ import annotations

from datetime import datetime

import pytest

from unequal.customer_base.happened import happened_within
from unequal.predicates import compile_batch, parse
from unequal.predicates.windows import Window

AT = datetime(2026, 3, 29, 12)
WEEK, CALLED = Window("count", "order", 7, "days"), Window("within", "call", 36, "hours")
MOMENTS = """
    customer_id  event  happened_at
    ann          order  2026-03-29T12:00:00
    ann          order  2026-03-22T12:00:00.000001
    ann          order  2026-03-22T12:00:00
    ann          order  2026-03-29T12:00:00.000001
    ann          call   2026-03-28T00:00:00
    bob          call   2026-03-28T00:00:00.000001
    bob          visit  2026-03-29T11:00:00
    eve          order  -
"""
TYPES = {"customer_id": "string", "event": "string", "happened_at": "timestamp(6)"}


@pytest.fixture
def customers(duckdb_engine):
    return duckdb_engine.rows({"customer_id": "string"}, [{"customer_id": name} for name in ("ann", "bob", "cid", "eve", None)])


@pytest.fixture
def moments(duckdb_engine):
    rows = [line.split() for line in MOMENTS.strip().splitlines()[1:]]
    return duckdb_engine.rows(
        TYPES,
        [{"customer_id": who, "event": event, "happened_at": None if at == "-" else datetime.fromisoformat(at)} for who, event, at in rows],
    )


def by_customer(table, *names):
    return {row["customer_id"]: tuple(row[name] for name in names) for row in table.to_pyarrow().to_pylist()}


def test_what_happened_at_the_instant_is_inside_and_a_span_earlier_outside(customers, moments):
    told = happened_within(customers, moments, [WEEK, CALLED], at=AT)
    assert by_customer(told, WEEK.name, CALLED.name) == {
        "ann": (2, False), "bob": (0, True), "cid": (0, False), "eve": (0, False), None: (0, False),
    }  # fmt: skip
    assert [str(told[window.name].type()).removeprefix("!") for window in (WEEK, CALLED)] == ["int64", "boolean"]


def test_a_predicate_with_windows_chooses_customers(customers, moments):
    told = happened_within(customers, moments, [WEEK, CALLED], at=AT)
    text = "count(order, 7 days) >= 2 or last(call) within 36 hours"
    predicate = parse(text, {"customer_id": "string"}, events=["order", "call"])
    assert sorted(by_customer(told.filter(compile_batch(predicate, told)))) == ["ann", "bob"]


def test_windows_of_another_instant_take_the_place_of_the_first(customers, moments):
    first = happened_within(customers, moments, [WEEK], at=AT)
    again = happened_within(first, moments, [WEEK, WEEK], at=datetime(2026, 3, 22, 12))
    assert again.columns == ("customer_id", WEEK.name)
    assert by_customer(again, WEEK.name)["ann"] == (1,)


def test_without_windows_rows_stay_as_they_are(customers, moments):
    assert happened_within(customers, moments, [], at=AT) is customers
