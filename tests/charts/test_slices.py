"""Bars of a dimension: every value named, signs on both sides of zero, long lists shortened honestly."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.charts.drawn import layer_named, picture_box, rows, texts

from unequal.charts import bars

D = Decimal


def test_gains_run_right_in_teal_and_losses_left_in_vermilion():
    chart = bars(
        [{"value": "Internet", "amount": D("11290000")}, {"value": "Resellers", "amount": D("-1540783.31")}], currency="USD"
    ).to_dict()
    assert rows(chart, layer_named(chart, "bars_value"))[0]["x2"] == 11_290_000.0
    assert rows(chart, layer_named(chart, "bars_loss"))[0]["x2"] == -1_540_783.31
    assert {text.whole for text in texts(chart)} == {"Internet", "Resellers", "$11.29M", "−$1.54M"}


def test_a_missing_value_is_named_as_not_given():
    chart = bars([{"value": None, "amount": D(-5)}, {"value": "", "amount": D(3)}], currency="USD").to_dict()
    assert [text.whole for text in texts(chart)][:2] == ["not given", "not given"]


def test_of_too_many_values_the_middle_is_summed_and_counted_and_both_ends_stay():
    chart = bars([{"value": f"v{index}", "amount": D(100 - index)} for index in range(20)], currency="USD", most=5).to_dict()
    told = [row["told"] for row in rows(chart, layer_named(chart, "bars_value"))]
    assert told == [
        "v0: $100.00",
        "v1: $99.00",
        f"16 others: ${sum(100 - index for index in range(2, 18)):,}",
        "v18: $82.00",
        "v19: $81.00",
    ]


def test_an_empty_selection_says_so():
    assert texts(bars([], currency="USD").to_dict())[0].whole == "Nothing in this selection"


def test_a_name_from_right_to_left_does_not_turn_its_neighbours():
    chart = bars([{"value": "שלום", "amount": D(5)}], currency="USD").to_dict()
    assert texts(chart)[0].whole == "\N{FIRST STRONG ISOLATE}שלום\N{POP DIRECTIONAL ISOLATE}"


ROWS = st.lists(
    st.tuples(
        st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=60),
        st.decimals(-(10**12), 10**12, places=4),
    ),
    min_size=1,
    max_size=24,
)


@settings(max_examples=30, deadline=None)
@given(named=ROWS, width=st.sampled_from([332, 542]))
def test_no_name_and_no_amount_is_cut_or_covers_another(named, width):
    chart = bars([{"value": name, "amount": amount} for name, amount in named], currency="CHF", width=width).to_dict()
    found = texts(chart)
    for text in found:
        assert text.box.outside(picture_box(chart)) < 1, text
    for one, other in combinations(found, 2):
        assert one.box.overlap(other.box) < 0.5, (one, other)
