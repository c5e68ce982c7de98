"""The waterfall: sums that hold, true minus signs, colours that mean money."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.charts.drawn import layer_named, picture_box, rows, texts

from unequal.charts import waterfall

D = Decimal


def cascade(*steps: tuple[str, str], currency: str = "USD", total: str = "Profit", **options):
    return waterfall(
        [{"label": label, "amount": D(amount)} for label, amount in steps], currency=currency, total_label=total, **options
    ).to_dict()


ORDINARY = (("Sales", "628.00"), ("Cost of goods", "-315.00"), ("Discounts", "-18.56"), ("Freight", "-123.44"))


def test_each_line_is_written_with_its_amount_and_a_true_minus():
    told = [text.whole for text in texts(cascade(*ORDINARY))]
    assert sorted(told) == sorted(
        ["Sales", "$628.00", "Cost of goods", "−$315.00", "Discounts", "−$18.56", "Freight", "−$123.44", "Profit", "$171.00"]
    )


def test_the_start_is_slate_costs_are_grey_and_what_is_left_is_teal():
    chart = cascade(*ORDINARY)
    assert layer_named(chart, "bars_core")["mark"]["color"] == "#385a8a"
    assert layer_named(chart, "bars_value")["mark"]["color"] == "#0b6b57"
    assert [row["told"] for row in rows(chart, layer_named(chart, "bars_border"))] == [
        "Cost of goods: −$315.00, leaves $313.00",
        "Discounts: −$18.56, leaves $294.44",
        "Freight: −$123.44, leaves $171.00",
    ]


def test_a_negative_sum_hangs_below_zero_in_vermilion():
    chart = cascade(("Sales", "100"), ("Cost of goods", "-160"))
    bar = rows(chart, layer_named(chart, "bars_loss"))[0]
    assert (bar["y"], bar["y2"]) == (0.0, -60.0)
    assert "−$60.00" in {text.whole for text in texts(chart)}


def test_a_credit_rises_and_carries_its_plus():
    chart = cascade(("Sales", "1000"), ("Returns", "-1400"), ("Funding", "700"), currency="EUR")
    assert "+€700.00" in {text.whole for text in texts(chart)}
    returns, funding = rows(chart, layer_named(chart, "bars_border"))
    assert (returns["y"], returns["y2"]) == (1000.0, -400.0)
    assert (funding["y"], funding["y2"]) == (-400.0, 300.0)


def test_what_is_left_on_the_way_stands_on_zero_in_slate_and_takes_nothing_off():
    steps = [("Sales", "100", False), ("Discounts", "-8", False), ("Invoice price", "999", True), ("Cost of goods", "-50", False)]
    for width in (710, 332):
        made = [{"label": label, "amount": D(amount), "is_sum": is_sum} for label, amount, is_sum in steps]
        chart = waterfall(made, currency="USD", total_label="Pocket margin", width=width).to_dict()
        told = {text.whole for text in texts(chart)}
        assert {"Invoice price", "$92.00", "Pocket margin", "$42.00"} <= told
        _sales, invoice = rows(chart, layer_named(chart, "bars_core"))
        low, high = ("x", "x2") if width == 332 else ("y", "y2")
        assert (invoice[low], invoice[high]) == (0.0, 92.0)
        assert invoice["told"] == "Invoice price: $92.00"


def test_a_narrow_picture_lies_down_and_loses_no_line():
    wide, narrow = cascade(*ORDINARY, width=710), cascade(*ORDINARY, width=332)
    assert {text.whole for text in texts(wide)} == {text.whole for text in texts(narrow)}
    assert "x2" in rows(narrow, layer_named(narrow, "bars_core"))[0]
    assert rows(narrow, layer_named(narrow, "bars_core"))[0]["x2"] == 628.0


def test_without_lines_the_sum_is_nothing():
    assert {text.whole for text in texts(cascade())} == {"Profit", "$0"}


LINES = st.lists(
    st.tuples(
        st.sampled_from(["Sales", "Discounts off the invoice", "Cost of goods", "Credit losses"]), st.decimals(-(10**9), 10**9, places=4)
    ),
    min_size=1,
    max_size=9,
)


@settings(max_examples=30, deadline=None)
@given(lines=LINES, width=st.sampled_from([332, 710]))
def test_bars_join_up_to_the_exact_sum_and_no_text_is_cut_or_covered(lines, width):
    chart = waterfall(
        [{"label": label, "amount": amount} for label, amount in lines], currency="USD", total_label="Profit before service", width=width
    ).to_dict()
    told = [
        row["told"]
        for token in ("core", "loss", "border", "value")
        if (layer := layer_named(chart, f"bars_{token}"))
        for row in rows(chart, layer)
    ]
    assert len(told) == len(lines) + 1
    found = texts(chart)
    for text in found:
        assert text.box.outside(picture_box(chart)) < 1, text
    for one, other in combinations(found, 2):
        assert one.box.overlap(other.box) < 0.5, (one, other)


def test_each_bar_begins_where_the_one_before_ends():
    chart = cascade(*ORDINARY)
    costs = rows(chart, layer_named(chart, "bars_border"))
    assert all(before["y2"] == pytest.approx(after["y"]) for before, after in pairwise(costs))
    assert rows(chart, layer_named(chart, "bars_core"))[0]["y2"] == costs[0]["y"]
