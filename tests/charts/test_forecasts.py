"""Charts of what is expected: signs to both sides, ranges around their dots, and how a forecast went on."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.charts.drawn import layer_named, picture_box, rows, texts
from tests.report.made_forecasts import spread_rows

from unequal.charts import svg
from unequal.charts.forecasts import tracking, value_spread, whiskers

D = Decimal


def test_losers_are_vermilion_winners_teal_and_who_is_about_nought_grey():
    chart = value_spread(spread_rows(), currency="USD").to_dict()
    bins = spread_rows()
    for name, wanted in (
        ("bars_loss", sum(one["high"] <= 0 for one in bins)),
        ("bars_border", 1),
        ("bars_value", sum(one["low"] >= 0 for one in bins)),
    ):
        assert len(rows(chart, layer_named(chart, name))) == 2 * wanted - (name == "bars_border")


def test_counts_and_shares_of_the_total_are_written_on_the_spread():
    bins = [
        {"low": D(-10), "high": D(-1), "customers": 20, "amount": D(-100)},
        {"low": D(-1), "high": D(1), "customers": 50, "amount": D(0)},
        {"low": D(1), "high": D(10), "customers": 30, "amount": D(500)},
    ]
    told = " ".join(text.whole for text in texts(value_spread(bins, currency="USD", words="donors").to_dict()))
    for text in (
        "20 donors clearly below zero",
        "30 donors clearly above zero",
        "Together −$100.00, −25% of the total",
        "Together $500.00, 125% of the total",
        "$0",
    ):
        assert text in told
    losing = [{**bins[0], "amount": D(-600)}, *bins[1:]]
    assert "%" not in " ".join(text.whole for text in texts(value_spread(losing, currency="USD").to_dict()))


def test_a_base_without_anybody_to_forecast_says_so():
    assert texts(value_spread([], currency="USD").to_dict())[0].whole == "No customers to forecast"
    assert texts(whiskers([], currency="USD").to_dict())[0].whole == "Nothing in this selection"


@pytest.mark.parametrize("width", [332, 542, 710])
def test_no_text_of_the_spread_is_cut_or_covers_another(width):
    chart = value_spread(spread_rows(), currency="CHF", words="customers", width=width).to_dict()
    for text in texts(chart):
        assert text.box.outside(picture_box(chart)) < 1, text
    for one, other in combinations(texts(chart), 2):
        assert one.box.overlap(other.box) < 0.5, (one, other)


RANGES = st.lists(
    st.tuples(st.text("abcdefgh ", min_size=1, max_size=40), st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=3, max_size=3)),
    min_size=1,
    max_size=20,
)


@settings(max_examples=25, deadline=None)
@given(named=RANGES, width=st.sampled_from([332, 542]))
def test_a_dot_stands_within_its_range_and_no_text_is_cut(named, width):
    given_rows = [{"name": name, **dict(zip(("low", "expected", "high"), sorted(ends), strict=True))} for name, ends in named]
    chart = whiskers(given_rows, currency="USD", width=width).to_dict()
    drawn = rows(chart, layer_named(chart, "ranges"))
    assert all(row["x"] <= row["x2"] for row in drawn)
    for text in texts(chart):
        assert text.box.outside(picture_box(chart)) < 1, text


def test_more_segments_than_there_is_room_for_are_counted():
    many = [{"name": f"s{index}", "expected": D(5), "low": D(1), "high": D(9)} for index in range(20)]
    assert "4 more in the table" in [text.whole for text in texts(whiskers(many, currency="USD").to_dict())]


def test_what_came_and_what_was_expected_begin_together_and_the_gap_is_written():
    weeks = [{"week": week, "orders": 60 * week, "orders_expected": 63.0 * week} for week in range(1, 27)]
    chart = tracking(weeks).to_dict()
    came, expected = (rows(chart, layer_named(chart, name)) for name in ("came", "expected"))
    assert (came[0]["y"], expected[0]["y"], came[-1]["y"], expected[-1]["y"]) == (0, 0, 1560, 1638)
    assert {"1,560 orders came", "5% too many expected"} <= {text.whole for text in texts(chart)}


def test_a_test_in_which_nothing_came_is_no_division_by_nought():
    assert "none came" in str(tracking([{"week": 1, "orders": 0, "orders_expected": 0.4}]).to_dict())
    assert tracking([]).to_dict()["description"].startswith("Forecast and outcome")


def test_marks_that_are_painted_alike_say_so_once_in_their_group():
    drawn = svg(value_spread(spread_rows(), currency="USD"))
    assert drawn.count('fill="var(--loss)"') < 5
    assert drawn.count("<path aria-label") > 30
