"""The reference page is true: what it shows is read, and means what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.predicates.reference import evaluate

from unequal.predicates import FUNCTIONS, parse

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "predicates.md").read_text(encoding="utf-8")
COLUMNS = {
    **dict.fromkeys(["tier", "sku", "city", "code", "postcode", "email", "title"], "string"),
    **dict.fromkeys(["profit_12m", "revenue", "cost", "amount", "profit", "quantity", "unit_price"], "decimal(28, 4)"),
    **dict.fromkeys(["booked_on", "ordered_on", "delivered_on", "Order Date"], "date"),
    "orders": "int64",
    "complained_30d": "boolean",
    'the "big" ones': "boolean",
    "occurred_at": "timestamp(6)",
}


@pytest.mark.parametrize("text", [line for block in re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()])
def test_every_example_of_the_page_is_read(text):
    parse(text, COLUMNS, events=["order", "call", "store visit"])


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_every_example_of_a_function_is_read_and_uses_it(function):
    assert f"{function.name}(" in function.example
    parse(function.example, COLUMNS)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_every_function_stands_on_the_page(function):
    assert f"`{function.signature}`" in PAGE


@pytest.mark.parametrize(
    ("text", "row", "answer"),
    [
        ("tier <> 'gold'", {"tier": None}, None),
        ("tier <> 'gold' or tier is null", {"tier": None}, True),
        ("not complained_30d", {"complained_30d": None}, None),
        ("complained_30d is not true", {"complained_30d": None}, True),
        ("orders in (1, null)", {"orders": 1}, True),
        ("orders in (1, null)", {"orders": 2}, None),
        ("orders not in (1, null)", {"orders": 1}, False),
        ("orders not in (1, null)", {"orders": 2}, None),
        ("'Z' < 'a' and 'é' > 'z'", {}, True),
        ("0.1 + 0.2 = 0.3", {}, True),
        ("round(0.125, 2) = 0.13 and round(-0.125, 2) = -0.13", {}, True),
        ("sku like '100!%%' escape '!'", {"sku": "100% wool"}, True),
        ("sku like '100!%%' escape '!'", {"sku": "100 wool"}, False),
        ("1 / orders is null", {"orders": 0}, True),
    ],
)
def test_what_the_page_says_about_meaning_holds(text, row, answer):
    assert evaluate(parse(text, COLUMNS).root, row) is answer
