"""From list price to customer contribution: names stand where their lines do, and nowhere else."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from unequal.answers import price_steps
from unequal.terms.lines import LINES_OF_LEVEL, PRICE_STEPS, Level, Line


def lines(level: Level, **amounts: str) -> list[dict[str, Any]]:
    return [{"line": line, "amount": D(amount), "in_level": Line(line) in LINES_OF_LEVEL[level]} for line, amount in amounts.items()]


def told(level: Level, **amounts: str) -> list[tuple[str, D]]:
    return [(row["label"], row["amount"]) for row in price_steps(lines(level, **amounts), level)]


def test_list_price_becomes_invoice_price_pocket_price_pocket_margin_and_customer_contribution() -> None:
    """Marn & Rosiello 1992: each subtotal is the one before less its own step; freight and terms are off the invoice."""
    found = told(
        Level.CONTRIBUTION, list_revenue="100", on_invoice_discount="-8", cost_of_goods="-50", freight="-4", off_invoice_discount="-6", funding="-1",
        cost_to_serve="-12", credit_loss="-2",
    )  # fmt: skip
    assert found == [
        ("Sales", D(100)), ("Discounts on the invoice", D(-8)), ("Invoice price", D(92)), ("Discounts off the invoice", D(-6)), ("Freight", D(-4)),
        ("Funding", D(-1)), ("Pocket price", D(81)), ("Cost of goods", D(-50)), ("Pocket margin", D(31)), ("Cost to serve", D(-12)),
        ("Credit losses", D(-2)), ("Customer contribution: profit", D(17)),
    ]  # fmt: skip


def test_a_step_that_takes_nothing_off_has_no_name_of_its_own() -> None:
    assert told(Level.CONTRIBUTION_BEFORE_SERVICE, list_revenue="10", cost_of_goods="-4", freight="-1") == [
        ("Sales", D(10)), ("Freight", D(-1)), ("Pocket price", D(9)), ("Cost of goods", D(-4)), ("Pocket margin: profit before service", D(5))]  # fmt: skip


def test_without_freight_nothing_is_called_a_pocket_price() -> None:
    found = told(Level.GROSS_MARGIN, list_revenue="10", on_invoice_discount="-1", returns="-2", cost_of_goods="-4", freight="-1")
    assert [label for label, _ in found] == [
        "Sales", "Discounts on the invoice", "Invoice price", "Returns", "Cost of goods", "Gross margin"]  # fmt: skip


def test_with_nothing_but_discounts_revenue_is_the_invoice_price() -> None:
    assert told(Level.REVENUE, list_revenue="10", on_invoice_discount="-1")[-1] == ("Invoice price: revenue", D(9))
    assert told(Level.REVENUE, list_revenue="10") == [("Sales", D(10)), ("Revenue", D(10))]
    assert told(Level.REVENUE) == [("Revenue", D(0))]


def test_every_line_of_the_chart_has_one_step() -> None:
    placed = [line for _, step in PRICE_STEPS for line in step]
    assert sorted(placed) == sorted(Line)


@given(
    level=st.sampled_from(list(Level)),
    amounts=st.dictionaries(st.sampled_from([str(line) for line in Line]), st.decimals(-(10**9), 10**9, places=4).map(str), max_size=12),
)
def test_every_sum_is_the_sum_of_the_lines_before_it_and_no_line_is_lost(level: Level, amounts: dict[str, str]) -> None:
    given_lines = lines(level, **amounts)
    steps, running = price_steps(given_lines, level), D(0)
    for step in steps:
        if step["is_sum"]:
            assert step["amount"] == running
        else:
            running += step["amount"]
    assert running == sum((row["amount"] for row in given_lines if row["in_level"]), D(0))
    assert steps[-1]["is_sum"]
