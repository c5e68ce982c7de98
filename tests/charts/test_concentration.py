"""The whale curve: what is written on it, what is left out, and that no label is cut or covered."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.charts.drawn import layer_named, layers, picture_box, rows, texts, words

from unequal.charts import whale_curve

D = Decimal


def points_of(amounts: list[Decimal], most: int = 200) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Curve rows and what the first fifth brings, from customers' amounts in any order."""
    ordered = sorted(amounts, reverse=True)
    running = [D(0)]
    for amount in ordered:
        running.append(running[-1] + amount)
    count = len(ordered)
    ranks = sorted({round(step * count / most) for step in range(most + 1)} | {running.index(max(running)), count // 5, count})
    fifth = {"top_fifth": running[count // 5], "top_fifth_share": running[count // 5] / running[-1]} if running[-1] > 0 else {}
    return [{"rank": rank, "cumulative": running[rank]} for rank in ranks], fifth or {"top_fifth": running[count // 5]}


def curve_of(amounts: list[Decimal], *, currency: str = "USD", validate: bool = True, **options: Any):
    points, fifth = points_of(amounts)
    return whale_curve(points, currency=currency, **{**fifth, **options}).to_dict(validate=validate)


GOOD = [D(1000 - index) for index in range(600)] + [D(-index) for index in range(1, 401)]
LOSING = [D(100)] * 40 + [D(-90)] * 60


def test_peak_top_fifth_and_money_given_back_are_written_on_the_curve():
    told = [text.whole for text in texts(curve_of(GOOD))]
    assert told == ["Peak $420k, earned by 60% of customers", "$80.2k given back", "Top 20% earn 53% of profit"]


def test_the_wedge_lies_between_the_peak_and_the_curve_behind_it():
    chart = curve_of(GOOD)
    wedge = rows(chart, layer_named(chart, "wedge"))
    assert {row["y2"] for row in wedge} == {420_300.0}
    assert [wedge[0]["x"], wedge[-1]["x"]] == [0.6, 1.0]
    assert layer_named(chart, "wedge")["mark"]["color"] == "#f8e2da"


@pytest.mark.parametrize("amounts", [GOOD, LOSING, [D(5)], [D(-5)], [D(1)] * 30, [D(-1)] * 30, [D(0)] * 12])
def test_the_zero_line_is_drawn_and_inside_the_plot(amounts):
    chart = curve_of(amounts)
    layer = layer_named(chart, "zero")
    assert [(row["y"], row["y2"]) for row in rows(chart, layer)] == [(0, 0)]
    low, high = layer["encoding"]["y"]["scale"]["domain"]
    assert low <= 0 <= high
    assert 0 in layer["encoding"]["y"]["axis"]["values"]


def test_a_negative_total_is_told_in_money_and_customers_without_a_percentage():
    chart = curve_of(LOSING, word="profit before service")
    assert "%" not in words(chart)
    told = [text.whole for text in texts(chart)]
    assert told == ["Peak $4,000, earned by the first 40 of 100", "Ends at −$1,400", "$5,400 given back", "Top 20 customers earn $2,000"]


def test_without_a_customer_below_zero_there_is_no_wedge_and_that_is_said():
    chart = curve_of([D(index) for index in range(1, 101)])
    assert layer_named(chart, "wedge") is None
    assert layer_named(chart, "falling") is None
    assert texts(chart)[0].whole == "$5,050 in all, no customer below zero"


def test_customers_who_bring_nothing_do_not_move_the_peak_to_the_end():
    chart = curve_of([D(10)] * 50 + [D(0)] * 50)
    assert texts(chart)[0].whole == "$500.00 in all, no customer below zero"
    assert rows(chart, layer_named(chart, "peak"))[0]["x"] == 0.5


def test_the_position_of_a_flat_peak_is_the_one_that_was_found():
    points, _ = points_of([D(10)] * 50 + [D(0)] * 30 + [D(-1)] * 20, most=1000)
    chart = whale_curve(points, currency="USD", peak_position=0.8).to_dict()
    assert rows(chart, layer_named(chart, "peak"))[0]["x"] == 0.8


def test_a_base_of_losers_says_so():
    told = [text.whole for text in texts(curve_of([D(-index) for index in range(1, 41)]))]
    assert told[:2] == ["No customer is above zero", "Ends at −$820.00"]


@pytest.mark.parametrize(("amount", "told"), [("816.48", "$816.48 from one customer"), ("-816.48", "−$816.48 from one customer")])
def test_one_customer_makes_a_curve(amount, told):
    assert texts(curve_of([D(amount)]))[0].whole == told


def test_without_customers_the_chart_says_what_belongs_there():
    chart = whale_curve([], currency="USD").to_dict()
    assert texts(chart)[0].whole == "No customer has money in this selection"


def test_revenue_is_never_called_profit_or_earned():
    told = words(curve_of(GOOD, word="revenue", currency="GBP"))
    assert "profit" not in told
    assert "earn" not in told.replace("earned'", "")  # a layer of the drawing is named so, and no reader meets it
    assert "Top 20% bring 53% of revenue" in told
    assert "£80.2k given back" in told


def test_few_points_or_many_give_the_same_findings():
    few, fifth = points_of(GOOD, most=20)
    many, _ = points_of(GOOD, most=1000)
    one, other = (whale_curve(points, currency="USD", **fifth).to_dict() for points in (few, many))
    assert [text.whole for text in texts(one)] == [text.whole for text in texts(other)]
    assert len(rows(other, layer_named(other, "rising"))) < 170


def test_every_stop_of_the_read_out_tells_its_money_and_they_tile_the_plot():
    chart = curve_of(GOOD)
    stops = rows(chart, layer_named(chart, "readout"))
    assert stops[-1]["told"] == "First 100% of customers: $340k, 100% of profit"
    assert any(stop["told"].startswith("First 60% of customers: $420k") for stop in stops)
    assert [stop["x"] for stop in stops[1:]] == [stop["x2"] for stop in stops[:-1]]
    assert (stops[0]["x"], stops[-1]["x2"]) == (0.0, 1.0)


def test_the_picture_keeps_the_size_it_was_asked_for():
    box = picture_box(curve_of(GOOD, width=700, height=250))
    assert (round(box.right - box.left), round(box.bottom - box.top)) == (700, 250)


def test_money_is_told_from_exact_decimals():
    """A float of this total would round to ...789.5 and the cents would be wrong."""
    chart = curve_of([D("0.0001")] * 3)
    assert texts(chart)[0].whole == "$0.0003 in all, no customer below zero"


SHAPES = st.tuples(
    st.integers(1, 400),
    st.integers(0, 400),
    st.sampled_from([1, 20, 5_000, 10**8]),
    st.sampled_from([1, 20, 5_000, 10**8]),
    st.sampled_from(["USD", "CHF"]),
)


@settings(max_examples=30, deadline=None)
@given(
    shape=SHAPES,
    size=st.sampled_from([(1134, 330), (716, 280), (332, 300)]),
    word=st.sampled_from(["profit", "revenue", "profit before service"]),
)
def test_no_label_is_cut_and_none_covers_another(shape, size, word):
    winners, losers, gain, loss, currency = shape
    amounts = [D(gain) * (winners - index) / winners for index in range(winners)] + [
        D(-loss) * (index + 1) / losers for index in range(losers)
    ]
    chart = curve_of(
        [amount.quantize(D("0.0001")) for amount in amounts], currency=currency, word=word, width=size[0], height=size[1], validate=False
    )
    found = texts(chart)
    assert found
    for text in found:
        assert text.box.outside(picture_box(chart)) < 0.5, text
    for one, other in combinations(found, 2):
        assert one.box.overlap(other.box) < 0.5, (one, other)


@pytest.mark.parametrize("position", [0.02, 0.2, 0.5, 0.8, 0.979])
@pytest.mark.parametrize("width", [332, 1134])
def test_the_findings_stand_clear_of_the_curve_wherever_the_peak_lies(position, width):
    winners = round(1000 * position)
    amounts = [D(1000 - index) * 40 for index in range(winners)]
    total = sum(amounts, D(0))
    amounts += [-(total / 4 / (1000 - winners)).quantize(D("0.01"))] * (1000 - winners)
    chart = curve_of(amounts, width=width)
    lines = [row for name in ("rising", "falling") for row in rows(chart, layer_named(chart, name))]
    encoding = layers(chart, "line")[0]["encoding"]
    (left, right), (low, high) = encoding["x"]["scale"]["domain"], encoding["y"]["scale"]["domain"]
    pixels = [((row["x"] - left) / (right - left) * chart["width"], (high - row["y"]) / (high - low) * chart["height"]) for row in lines]
    for text in texts(chart):
        inside = [point for point in pixels if text.box.left < point[0] < text.box.right and text.box.top < point[1] < text.box.bottom]
        assert not inside, (text, inside)
