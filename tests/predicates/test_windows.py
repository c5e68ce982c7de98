"""Windows over events: how they are written, refused and answered."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from unequal.predicates import columns_of, compile_single, parse, windows, windows_of
from unequal.predicates.windows import Window, of_name, value
from unequal.terms.errors import PredicateError

COLUMNS = {"tier": "string", "orders": "int64", "count": "int64"}
EVENTS = ("order", "call", "store visit", "Call back")
AT = datetime(2026, 3, 29, 2, 30)


def read(text):
    return parse(text, COLUMNS, where="--where", events=EVENTS)


def refused(text):
    with pytest.raises(PredicateError) as found:
        read(text)
    return found.value


@pytest.mark.parametrize(
    ("text", "window", "name"),
    [
        ("count(order, 30 days) >= 2", Window("count", "order", 30, "days"), "count(order, 30 days)"),
        ("COUNT ( Order,1 DAY )=0", Window("count", "order", 1, "days"), "count(order, 1 day)"),
        ("last(call) within 7 days", Window("within", "call", 7, "days"), "within(call, 7 days)"),
        ('not last("store visit")\nwithin 36 hours', Window("within", "store visit", 36, "hours"), 'within("store visit", 36 hours)'),
        ("(last(call) within 90 minutes) is true", Window("within", "call", 90, "minutes"), "within(call, 90 minutes)"),
        ("count(call, 1 week) + 1 > orders * 2", Window("count", "call", 1, "weeks"), "count(call, 1 week)"),
    ],
)
def test_a_window_is_a_column_of_its_own_name(text, window, name):
    predicate = read(text)
    assert windows_of(predicate) == (window,)
    assert name in columns_of(predicate)
    assert window.name == name
    assert of_name(name) == window
    assert windows.named_in(text, EVENTS) == (window,)
    assert windows_of(parse(f"{window.written} {'> 0' * (window.what == 'count')}", COLUMNS, events=EVENTS)) == (window,)


def test_a_window_named_twice_is_one():
    predicate = read("count(order, 2 days) > 1 or count(order, 02 Days) = 0 or last(order) within 2 days")
    assert [window.name for window in windows_of(predicate)] == ["count(order, 2 days)", "within(order, 2 days)"]


def test_a_table_that_has_the_column_of_a_window_knows_its_event():
    types = {**COLUMNS, "within(call, 7 days)": "boolean"}
    assert windows_of(parse("last(call) within 7 days", types)) == (Window("within", "call", 7, "days"),)


def test_a_column_called_count_is_still_a_column():
    assert columns_of(read("count > 1 and count(order, 2 days) > count")) == ("count", "count(order, 2 days)")


@pytest.mark.parametrize(
    ("text", "code", "place", "do"),
    [
        ("count(ordre, 3 days) > 1", "PRD021", "column 7", "did you mean order?"),
        ("tier = 'a' and last(purchase) within 3 days", "PRD021", "column 21", 'events: "Call back", call, order, "store visit"'),
        ('count("Order", 3 days) > 1', "PRD021", "column 7", "did you mean order?"),
        ("count(order) > 1", "PRD022", "column 12", "write it as in count(order, 30 days)"),
        ("count(*) > 1", "PRD022", "column 7", "write it as in count(order, 30 days)"),
        ("count(order, 3) > 1", "PRD022", "column 15", "write it as in count(order, 30 days)"),
        ("count(order, -3 days) > 1", "PRD022", "column 14", "write it as in count(order, 30 days)"),
        ("count(order, 1.5 days) > 1", "PRD022", "column 14", "write it as in count(order, 30 days)"),
        ("count(order, 3 months) > 1", "PRD022", "column 16", "months differ in length: write days or weeks"),
        ("count(order, 3 fortnights) > 1", "PRD022", "column 16", "write one of minutes, hours, days, weeks"),
        ("count(order, 0 days) > 1", "PRD022", "column 14", "write another number"),
        ("count(order, 36526 days) > 1", "PRD022", "column 14", "write another number"),
        ("count(order, 99999999999999999999 minutes) > 1", "PRD022", "column 14", "write another number"),
        ("last(order) > date '2026-01-01'", "PRD022", "column 13", "write it as in last(order) within 7 days"),
        ("last(order) within", "PRD022", "column 19", "write it as in last(order) within 7 days"),
        ("last(order) within 7 days of tier", "PRD006", "column 27", ""),
        ("count(order, 3 days)", "PRD013", "column 1", "compare it, as in count(order, 3 days) > 0"),
        ("last(order) within 3 days > 1", "PRD012", "column 29", ""),
    ],
)
def test_what_is_no_window_is_refused_with_its_place(text, code, place, do):
    error = refused(text)
    assert (error.code, error.where) == (code, f"--where, {place}") or (code == "PRD006" and error.code in {"PRD006", "PRD008"})
    assert do in error.do


@pytest.mark.parametrize("text", ["count(order, 30 days) > 1", "last(call) within 7 days"])
def test_without_events_windows_are_not_part_of_the_language(text):
    with pytest.raises(PredicateError) as found:
        parse(text, {"tier": "string"}, where="--where")
    error = found.value
    assert error.code == "PRD010"
    assert "a predicate looks at one row" in error.do


@pytest.mark.parametrize(
    ("happened", "count"),
    [
        ([], 0),
        ([AT], 1),
        ([AT + timedelta(microseconds=1)], 0),
        ([AT - timedelta(days=7)], 0),
        ([AT - timedelta(days=7) + timedelta(microseconds=1)], 1),
        ([AT - timedelta(days=8), AT - timedelta(days=1), AT - timedelta(days=1), AT, AT + timedelta(days=1)], 3),
    ],
)
def test_a_window_ends_with_the_moment_and_begins_after_the_span(happened, count):
    assert value(Window("count", "order", 7, "days"), happened, AT) == count
    assert value(Window("within", "order", 1, "weeks"), happened, AT) is (count > 0)


def test_a_predicate_with_windows_is_answered_from_what_happened():
    predicate = read("count(order, 30 days) >= 2 and not last(call) within 7 days")
    asked = windows_of(predicate)
    single = compile_single(predicate, {window.name: place for place, window in enumerate(asked)})
    twice = [AT - timedelta(days=20), AT - timedelta(days=2)]
    assert single(windows.values(asked, {"order": twice}, AT)) is True
    assert single(windows.values(asked, {"order": twice, "call": [AT - timedelta(days=3)]}, AT)) is False
    assert single(windows.values(asked, {}, AT)) is False


def test_texts_that_only_look_like_windows_name_none():
    for text in (
        "tier = 'count(order, 3 days)'",
        '"last(call)" = 1',
        "count > 1",
        "discount(order, 3 days)",
        "last within 3 days",
        "x" * 5000 + " count(order",
    ):
        assert not windows.are_named(text)
        assert windows.named_in(text, EVENTS) == ()


@pytest.mark.parametrize(
    "name",
    [
        "count(order, 1 days)",
        "count(order,3 days)",
        "within(order, 0 days)",
        "sum(order, 3 days)",
        "count(order, 3 months)",
        "count(order, 36526 days)",
        "orders",
    ],
)
def test_other_names_are_no_window_s(name):
    assert of_name(name) is None
