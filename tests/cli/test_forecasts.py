"""What the command line prints of the future: whole customers, percentages, dollars with two decimals, ranges."""

from __future__ import annotations

import re
from decimal import Decimal as D

import pytest

from unequal.answers import Figure
from unequal.cli.printing import figure_text, in_its_unit, range_of


def test_a_figure_shows_its_range_in_its_unit():
    assert range_of(Figure("value", "Expected", D("12.50"), "USD", D(-3), D(20))) == "−3.00 USD to 20.00 USD"
    assert range_of(Figure("rate", "Rate", 0.5, "share", 0.25, 0.75)) == "25.0% to 75.0%"
    assert range_of(Figure("brought", "Brought", D(5), "USD")) == ""


def test_customers_expected_are_whole():
    assert figure_text(Figure("alive", "Still", 8110.6, "customers")) == "8,111"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [("value_low", -1234.567, "−1,234.57"), ("top_fifth_probability", 0.674, "67.4%"), ("claim_share", 0.0421, "4.2%"), ("alive_expected", 61.5, "62"),
     ("worth_expected", -0.004, "0.00"), ("rmse", 0.5, 0.5), ("value_expected", None, None)],
)  # fmt: skip
def test_a_forecasts_column_is_printed_in_its_unit(name, value, text):
    assert in_its_unit(name, value) == text


def test_value_is_asked_with_ranges(unequal):
    told = unequal("ask", "value").out
    assert "nine times in ten" in told
    assert re.search(r"Expected within the horizon, discounted +\S+ EUR +\S+ EUR to \S+ EUR", told)


def test_a_customer_is_told_why_and_what_it_will_bring(unequal):
    told = unequal("customer", "crm:1").out
    for text in ("the largest drivers, in dollars", "What it is expected to bring", "Its selves"):
        assert text in told
    assert re.search(r"all +– +\d+\.\d%", told)


def test_the_report_tells_of_the_future_unless_it_is_narrowed(unequal, tmp_path):
    whole, narrowed, board = (tmp_path / f"{name}.html" for name in ("whole", "narrowed", "board"))
    unequal("report", "-o", str(whole))
    unequal("report", "--where", "channel = 'web'", "-o", str(narrowed))
    unequal("report", "--board", "-o", str(board))
    assert '<h2 id="retention-h">What retention is worth</h2>' in whole.read_text(encoding="utf-8")
    assert "Forecasts are left out here." in narrowed.read_text(encoding="utf-8")
    assert "What customers will bring" not in board.read_text(encoding="utf-8")
