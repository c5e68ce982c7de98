"""From the tree to Python: what one row answers. That it answers as a table does is a law of its own: tests/laws."""

from __future__ import annotations

import doctest
import math
import sys
from collections import UserList
from datetime import date, datetime
from decimal import Decimal as D
from decimal import localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.predicates.hostile import listening
from tests.predicates.reference import fits, fitting, rounded

from unequal.predicates import compared, compile_single, exact, parse, patterns, tree, windows
from unequal.predicates.tree import Wild, number
from unequal.terms.errors import PredicateError

COLUMNS = {
    "tier": "string", "orders": "int64", "profit_12m": "decimal(28, 4)", "complained_30d": "boolean", "score": "float64",
    "booked_on": "date", "occurred_at": "timestamp(6)",
}  # fmt: skip
PLACES = {name: place for place, name in enumerate(COLUMNS)}
GOLD = ("gold", 3, D("500.01"), False, 0.1, date(2026, 1, 31), datetime(2026, 1, 31, 23, 59, 59))
NOTHING = (None,) * len(COLUMNS)


def answer(text, row=GOLD):
    return compile_single(parse(text, COLUMNS), PLACES)(row)


def test_the_example_of_the_design_answers_for_one_customer():
    text = "tier in ('platinum','gold') and profit_12m > 500 and not complained_30d"
    assert answer(text) is True
    assert answer(text, ("silver", *GOLD[1:])) is False
    assert answer(text, NOTHING) is None
    assert answer(text, ("silver", *NOTHING[1:])) is False


def test_columns_may_stand_anywhere_in_a_row_that_holds_more():
    assert compile_single(parse("orders = 3", COLUMNS), {"x": 0, "orders": 2, "tier": 1})((0, "a", 3, "b")) is True


def test_a_column_without_a_place_is_told_before_any_row_is_asked():
    with pytest.raises(PredicateError, match="PRD019") as refused:
        compile_single(parse("orders = 3 and tier = 'a'", COLUMNS, where="--where"), {"orders": 0})
    assert "tier" in refused.value.seen


def test_what_is_settled_is_not_asked_further():
    asked = []

    class Row(UserList):
        def __getitem__(self, place):
            asked.append(place)
            return super().__getitem__(place)

    row = Row(("silver", *GOLD[1:]))
    assert answer("tier = 'gold' and orders = 3 and score > 0", row) is False
    assert answer("tier = 'silver' or orders = 3", row) is True
    assert set(asked) == {PLACES["tier"]}


def test_python_s_own_room_for_decimals_changes_nothing():
    text = "profit_12m * 3 + 0.0000000001 = 1500.0300000001 and round(profit_12m, 0) = 500 and abs(-profit_12m) = 500.01"
    with localcontext() as context:
        context.prec = 3
        assert answer(text) is True


def test_a_predicate_is_compiled_and_answered_without_making_or_running_any_text():
    predicate = parse("tier like 'g_l%' and profit_12m / orders > 1 and score < 0.5", COLUMNS)
    compile_single(predicate, PLACES)(GOLD)  # modules that regular expressions load when they are first used
    with listening() as heard:
        compile_single(predicate, PLACES)(GOLD)
    assert heard == []


def test_a_hostile_pattern_takes_no_longer_than_its_text():
    """By backtracking it would take the fifth power of the text's length."""
    steps = 0

    def count(_frame, event, _argument):
        nonlocal steps
        steps += event == "call"

    match = patterns.matcher(patterns.read_pattern("%a_%a_%a_%a_%b"))
    sys.setprofile(count)
    try:
        assert match("a" * 50_000) is False
    finally:
        sys.setprofile(None)
    assert steps < 50


@given(
    pattern=st.lists(st.one_of(st.sampled_from(list(Wild)), st.text("ab\n", min_size=1, max_size=2)), max_size=6).filter(
        lambda parts: parts.count(Wild.ANY) <= patterns.MAX_ANY
    ),
    text=st.text("ab\n", max_size=8),
)
def test_a_pattern_fits_what_it_fits_tried_place_by_place(pattern, text):
    written = "".join(part.value if isinstance(part, Wild) else part for part in pattern)
    read = patterns.read_pattern(written)
    assert patterns.matcher(read)(text) is fits(text, read)


@given(divisor=st.integers(1, 10**8), half_steps=st.integers(0, 10**10), beside=st.integers(-1, 1), sign=st.sampled_from([1, -1]))
def test_a_quotient_in_the_middle_is_rounded_once(divisor, half_steps, beside, sign):
    dividend = D(sign * (divisor * (2 * half_steps + 1) // 2 + beside)).scaleb(-8)
    type_ = number(10, 8)
    found = exact.divided(dividend, divisor, exact.step(type_), exact.room(type_))
    assert found == fitting(Fraction(dividend) / divisor, type_) == rounded(Fraction(dividend) / divisor, 8)


@given(limit=st.decimals(-(10**12), 10**12, places=10, allow_nan=False), value=st.floats(-1e12, 1e12), near=st.booleans(), up=st.booleans())
def test_a_float_is_compared_as_the_number_that_it_is_read_as(limit, value, near, up):
    value = math.nextafter(float(limit), math.inf if up else -math.inf) if near else value
    read = exact.from_float(value)
    literal = tree.Literal(limit, number(13, 10))
    column = tree.Column("score", number(19, 8), "float64")
    for sign, compare in compared.COMPARE.items():
        assert compared.column_with(sign, column, 0, literal)((value,)) is compare(read, limit)


@pytest.mark.parametrize("module", [windows, exact, compared])
def test_the_examples_in_docstrings_hold(module):
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed
