"""Who brought whom: trees from left to right, whatever the ties; nothing drawn twice, and what is left out is counted."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.charts.drawn import rows, texts

from unequal.charts import network

D = Decimal


def tie(source: str, target: str, amount: str | None = "10") -> dict[str, object]:
    return {"source": source, "target": target, "amount": None if amount is None else D(amount)}


def dots(chart) -> list[dict[str, object]]:
    found = [layer for layer in chart["layer"] if layer["mark"]["type"] == "circle"]
    return [row for layer in found for row in rows(chart, layer)]


def test_who_was_brought_stands_right_of_who_brought_him_and_worth_has_its_colour():
    chart = network([tie("ann", "bert", "-5"), tie("ann", "cleo"), tie("cleo", "dora", None)], currency="USD").to_dict()
    across = {row["told"].split()[0]: row["x"] for row in dots(chart)}
    assert across["ann"] < across["bert"] == across["cleo"] < across["dora"]
    assert {text.whole for text in texts(chart)} == {"ann", "bert −$5.00", "cleo $10.00", "dora"}
    assert "ann brought 2 others, those drawn worth $5.00" in chart["description"]


def test_of_a_customer_who_brought_many_the_best_are_drawn_and_the_others_counted():
    chart = network([tie("ann", f"c{index:02}", str(index)) for index in range(20)], currency="USD").to_dict()
    told = {text.whole for text in texts(chart)}
    assert {"ann +12", "c19 $19.00"} <= told
    assert "c03 $3.00" not in told


def test_a_ring_of_customers_is_drawn_once_and_ends():
    chart = network([tie("ann", "bert"), tie("bert", "cleo"), tie("cleo", "ann"), tie("dora", "dora")], currency="USD").to_dict()
    assert sorted(row["told"].split()[0] for row in dots(chart)) == ["ann", "bert", "cleo"]


def test_nobody_brought_is_said_in_words():
    assert "Nobody is known" in network([], currency="USD").to_dict()["description"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.one_of(st.none(), st.integers(-999, 999))), max_size=80),
    st.sampled_from([332, 700, 1094]),
)
def test_every_customer_is_drawn_at_most_once_and_no_two_in_one_place(ties, width):
    given_ties = [tie(f"c{one}", f"c{other}", None if amount is None else str(amount)) for one, other, amount in ties]
    chart = network(given_ties, currency="USD", width=width, most=20).to_dict()
    found = dots(chart)
    names = [row["told"].split()[0].rstrip(",") for row in found]
    assert len(names) == len(set(names)) <= 20
    for one, other in combinations([(row["x"], row["y"]) for row in found], 2):
        assert one != other
