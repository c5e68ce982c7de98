"""When policies come due: by the company's clock through the change of summer time, and what an event says in its own types."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.treatments.offered import policy

from unequal.flow.due_times import Origin, after_event, before_day, name_of_day
from unequal.flow.told_by_events import context_of
from unequal.treatments.shapes import Happened

NEW_YORK = ZoneInfo("America/New_York")
TYPES = {"value": "decimal", "day": "date", "is_new": "boolean", "word": "text"}


def waiting(**trigger):
    return policy(trigger=trigger).policy


@pytest.mark.parametrize(
    ("day", "days_before", "due"),
    [("2026-03-09", 1, datetime(2026, 3, 8, 13)), ("2026-03-08", 1, datetime(2026, 3, 7, 14)), ("2026-11-02", 1, datetime(2026, 11, 1, 14)),
     ("2026-03-09", -365, datetime(2027, 3, 9, 14)), ("0001-01-01", 1, None), ("9999-12-31", -1, None)],
)  # fmt: skip
def test_nine_in_the_morning_is_nine_by_the_companys_clock(day, days_before, due):
    assert before_day(waiting(on_day="wedding_on", days_before=days_before), date.fromisoformat(day), NEW_YORK) == due


def test_an_event_that_does_not_say_its_day_sets_nothing_off():
    planned = waiting(on="order", on_day="day", days_before=1)
    at = datetime(2026, 3, 1)
    assert after_event(planned, at, {"day": date(2026, 3, 20)}, NEW_YORK) == datetime(2026, 3, 19, 13)
    assert after_event(planned, at, {}, NEW_YORK) is None
    assert after_event(waiting(on="order", delay_minutes=30), at, {}, NEW_YORK) == at + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("at", "due"),
    [(datetime(2026, 3, 16, 10), datetime(2026, 3, 19, 13)), (datetime(2026, 3, 19, 13), datetime(2026, 3, 19, 13)),
     (datetime(2026, 3, 19, 13, 0, 1), None), (datetime(2026, 3, 20, 12), None), (datetime(2026, 3, 21), None)],
)  # fmt: skip
def test_an_event_that_happens_after_its_policy_would_have_come_due_sets_nothing_off(at, due):
    booked = waiting(on="order", on_day="day", days_before=1)
    assert after_event(booked, at, {"day": date(2026, 3, 20)}, NEW_YORK) == due
    assert Origin(at, {"day": date(2026, 3, 20)}).is_over(booked, Happened({}), datetime(2026, 3, 19, 14), NEW_YORK) == (due is None)


@pytest.mark.parametrize(
    ("said", "told"),
    [({"v": 12.5}, {"value": D("12.5")}), ({"v": "12.50"}, {"value": D("12.50")}), ({"v": 0}, {"value": D(0)}), ({"v": True}, {}), ({"v": "NaN"}, {}),
     ({"v": "twelve"}, {}), ({"v": [1]}, {}), ({"v": None}, {}), ({"d": "2026-03-01"}, {"day": date(2026, 3, 1)}),
     ({"d": "2026-03-01T23:30:00-05:00"}, {"day": date(2026, 3, 1)}), ({"d": "01.03.2026"}, {}), ({"d": 20260301}, {}), ({"n": True}, {"is_new": True}),
     ({"n": "yes"}, {}), ({"w": "x"}, {"word": "x"}), ({"w": ""}, {}), ({"w": 1}, {}), ({"in": {"w": "x"}}, {}), ({}, {})],
)  # fmt: skip
def test_what_an_event_says_is_taken_in_its_declared_type_or_not_at_all(said, told):
    named = {"value": "v", "day": "d", "is_new": "n", "word": "w"}
    assert context_of(json.dumps({"properties": said}), named, TYPES) == told


def test_a_property_of_a_property_is_named_with_dots_and_no_properties_say_nothing():
    assert context_of('{"properties": {"cart": {"total": 7}}}', {"value": "cart.total"}, TYPES) == {"value": D(7)}
    assert context_of('{"properties": {"cart.total": 8}}', {"value": "cart.total"}, TYPES) == {"value": D(8)}
    for payload in ("{}", '{"properties": null}', '{"properties": {"cart": 3}}', '{"properties": []}'):
        assert context_of(payload, {"value": "cart.total"}, TYPES) == {}


@given(minutes=some.lists(some.integers(-100, 100), max_size=6), delay=some.integers(0, 60), waits=some.integers(0, 60))
def test_it_is_over_exactly_where_something_came_in_between_or_it_is_too_late(minutes, delay, waits):
    began = datetime(2026, 3, 1)
    times = [began + timedelta(minutes=minute) for minute in minutes]
    one, now = (
        waiting(on="order", delay_minutes=delay, cancelled_by=["complaint"], late_minutes=30),
        began + timedelta(minutes=delay + waits),
    )
    is_over = Origin(began).is_over(one, Happened({"complaint": sorted(times)}), now, NEW_YORK)
    assert is_over == (waits > 30 or any(0 < minute <= delay + waits for minute in minutes))


def test_a_day_that_is_past_is_cancelled_by_what_came_after_it_and_one_to_come_by_what_came_in_the_year_before():
    day, now = date(2026, 3, 1), datetime(2027, 3, 1, 15)
    past = waiting(on_day="wedding_on", days_before=-365, cancelled_by=["complaint"])
    assert not Origin(day).is_over(past, Happened({"complaint": [datetime(2026, 3, 1, 8)]}), now, NEW_YORK)
    assert Origin(day).is_over(past, Happened({"complaint": [datetime(2026, 3, 2, 8)]}), now, NEW_YORK)
    ahead = waiting(on_day="wedding_on", days_before=30, cancelled_by=["complaint"])
    now = datetime(2026, 1, 30, 15)
    assert Origin(day).is_over(ahead, Happened({"complaint": [datetime(2025, 6, 1)]}), now, NEW_YORK)
    assert not Origin(day).is_over(ahead, Happened({"complaint": [datetime(2024, 6, 1)]}), now, NEW_YORK)


def test_a_day_of_a_customer_has_one_name():
    assert name_of_day(date(2026, 3, 1), "c_1") == "day:2026-03-01:c_1"
