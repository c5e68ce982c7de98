"""What the language says: what is accepted, and what it is read as."""

from __future__ import annotations

import sys
from datetime import date, datetime
from decimal import Decimal as D

import pytest

from unequal.predicates import columns_of, parse
from unequal.predicates.numbers import common
from unequal.predicates.tree import (
    DATE,
    TEXT,
    TIMESTAMP,
    TRUTH,
    And,
    Between,
    Call,
    Column,
    Comparison,
    Fit,
    IsNull,
    IsTruth,
    Literal,
    Matches,
    Negative,
    Not,
    OneOf,
    Or,
    Product,
    Quotient,
    Sum,
    Wild,
    number,
    walk,
)  # fmt: skip

COLUMNS = {
    "tier": "string",
    "Order Date": "date",
    'a "b"\nc': "string",
    "Case": "int64",
    "case": "int64",
    "complained_30d": "boolean",
    "is_open": "boolean",
    "orders": "int64",
    "small": "int8",
    "profit_12m": "decimal(28, 4)",
    "amount": "decimal(18,4)",
    "rate": "decimal(20, 10)",
    "price": "decimal(28, 10)",
    "huge": "decimal(38, 0)",
    "fine": "decimal(38, 18)",
    "score": "float64",
    "booked_on": "!date",
    "occurred_at": "timestamp(6)",
    "date": "date",
    "lower": "string",
}
TIER = Column("tier", TEXT, "string")
ORDERS = Column("orders", number(19), "int64")
PROFIT = Column("profit_12m", number(24, 4), "decimal(28, 4)")
PRICE = Column("price", number(18, 10), "decimal(28, 10)")
AMOUNT = Column("amount", number(14, 4), "decimal(18,4)")
FLAG = Column("complained_30d", TRUTH, "boolean")
OPEN = Column("is_open", TRUTH, "boolean")
BOOKED = Column("booked_on", DATE, "!date")
OCCURRED = Column("occurred_at", TIMESTAMP, "timestamp(6)")


def root(text):
    return parse(text, COLUMNS).root


def digit(value):
    return Literal(D(value), number(1))


def text(value):
    return Literal(value, TEXT)


def test_the_example_of_the_design_is_read():
    found = parse("tier in ('platinum','gold') and profit_12m > 500 and not complained_30d", COLUMNS, where="--where")
    assert found.root == And((
        OneOf(TIER, (text("platinum"), text("gold")), or_null=False),
        Comparison(">", PROFIT, Literal(D(500), number(3))),
        Not(FLAG),
    ))  # fmt: skip
    assert columns_of(found) == ("tier", "profit_12m", "complained_30d")
    assert found.where == "--where"


def test_a_tree_can_be_a_key_and_is_equal_to_itself_read_again():
    assert hash(parse("orders = 1", COLUMNS)) == hash(parse("orders = 1", COLUMNS))
    assert root("orders=1") == root("( ORDERS\n= 1.0 )")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", D(1)),
        ("0", D(0)),
        ("00012", D(12)),
        ("1.50", D("1.5")),
        (".5", D("0.5")),
        ("5.", D(5)),
        ("0.0000000001", D("1E-10")),
        ("9" * 27, D("9" * 27)),
        ("100", D(100)),
    ],
)
def test_a_number_is_an_exact_decimal(written, value):
    literal = root(f"orders = {written}").right
    assert literal.value == value
    assert not str(literal.value).endswith(".0")


def test_a_quote_in_a_text_is_written_twice_and_a_backslash_is_itself():
    assert root(r"tier = 'o''b\n'").right == text(r"o'b\n")


@pytest.mark.parametrize("written", ["'2026-01-31'", "date '2026-01-31'", "DATE'2026-01-31'"])
def test_a_date_is_an_iso_text_beside_a_date_or_is_called_one(written):
    assert root(f"booked_on = {written}") == Comparison("=", BOOKED, Literal(date(2026, 1, 31), DATE))
    assert root(f"{written} = booked_on") == Comparison("=", Literal(date(2026, 1, 31), DATE), BOOKED)


@pytest.mark.parametrize("written", ["'2026-01-31 23:59:59.5'", "'2026-01-31T23:59:59.500000'", "timestamp '2026-01-31 23:59:59.5'"])
def test_a_moment_is_an_iso_text_with_its_time(written):
    assert root(f"occurred_at < {written}").right == Literal(datetime(2026, 1, 31, 23, 59, 59, 500000), TIMESTAMP)


def test_texts_in_a_list_and_in_coalesce_are_dates_beside_a_date():
    days = (Literal(date(2026, 1, 1), DATE), Literal(date(2026, 1, 2), DATE))
    assert root("booked_on in ('2026-01-01', '2026-01-02')") == OneOf(BOOKED, days, or_null=False)
    assert root("coalesce(booked_on, '2026-01-01') = '2026-01-02'") == Comparison("=", Call("coalesce", (BOOKED, days[0]), DATE), days[1])


# Names


def test_a_bare_name_is_found_in_any_letter_case_and_a_quoted_one_only_exactly():
    assert columns_of(parse("TIER = 'a' and \"tier\" = 'b' and ORDERS = 1", COLUMNS)) == ("tier", "orders")
    assert columns_of(parse('Case = 1 and case = 2 and "Case" = 3', COLUMNS)) == ("Case", "case")


def test_a_quoted_name_may_hold_anything():
    assert columns_of(parse('"a ""b""\nc" = \'x\' and "Order Date" is null', COLUMNS)) == ('a "b"\nc', "Order Date")


def test_words_that_are_columns_and_functions_are_told_apart_by_what_follows():
    assert root("date = date '2026-01-31'").left == Column("date", DATE, "date")
    assert root("date(occurred_at) = date").left == Call("date", (OCCURRED,), DATE)
    assert root("lower(lower) = lower").left == Call("lower", (Column("lower", TEXT, "string"),), TEXT)


# Conditions


def test_not_binds_closer_than_and_and_and_closer_than_or():
    one, two = Comparison("=", ORDERS, digit(1)), Comparison("=", ORDERS, digit(2))
    assert root("not complained_30d and is_open or orders = 1 and orders = 2") == Or((And((Not(FLAG), OPEN)), And((one, two))))
    assert root("not (complained_30d and is_open)") == Not(And((FLAG, OPEN)))
    assert root("not orders = 1") == Not(one)


def test_a_chain_of_ands_is_one_node_however_long():
    assert len(root(" and ".join(["complained_30d"] * 120)).parts) == 120


@pytest.mark.parametrize(
    ("written", "operator"), [("=", "="), ("<>", "<>"), ("!=", "<>"), ("<", "<"), ("<=", "<="), (">", ">"), (">=", ">=")]
)
def test_the_six_comparisons(written, operator):
    assert root(f"orders {written} 1") == Comparison(operator, ORDERS, digit(1))


def test_between_in_and_is_in_all_their_forms():
    assert root("orders between 1 and 2") == Between(ORDERS, digit(1), digit(2))
    assert root("orders not between 1 and 2 and is_open") == And((Not(Between(ORDERS, digit(1), digit(2))), OPEN))
    assert root("orders not in (1, null, -2)") == Not(OneOf(ORDERS, (digit(1), digit(-2)), or_null=True))
    assert root("tier is null") == IsNull(TIER)
    assert root("tier is not null") == Not(IsNull(TIER))
    assert root("(orders = 1) is not true") == Not(IsTruth(Comparison("=", ORDERS, digit(1)), truth=True))
    assert root("complained_30d is false") == IsTruth(FLAG, truth=False)
    assert root("complained_30d = true") == Comparison("=", FLAG, Literal(value=True, type=TRUTH))


def test_like_is_read_to_texts_and_wild_places():
    assert root("tier like 'a%b_'") == Matches(TIER, ("a", Wild.ANY, "b", Wild.ONE))
    assert root("tier like '%%_%'") == Matches(TIER, (Wild.ANY, Wild.ONE, Wild.ANY))
    assert root("tier like ''") == Matches(TIER, ())
    assert root(r"tier like '\%'") == Matches(TIER, ("\\", Wild.ANY))
    assert root("tier not like '!%!_!!a' escape '!'") == Not(Matches(TIER, ("%_!a",)))
    assert root("tier ilike 'A%ΣΟΣ'") == Matches(Call("lower", (TIER,), TEXT), ("a", Wild.ANY, "σοσ"))
    assert root("tier not ilike 'A' escape '!'") == Not(Matches(Call("lower", (TIER,), TEXT), ("a",)))


# Numbers


def test_sums_are_one_node_with_room_for_the_largest_result():
    assert root("orders + profit_12m - 1 > 0").left == Sum((ORDERS, PROFIT, digit(-1)), number(25, 4))
    assert root("orders - profit_12m > 0").left == Sum((ORDERS, Negative(PROFIT, PROFIT.type)), number(25, 4))
    assert root(" + ".join(["orders"] * 100) + " > 0").left.type == number(21)
    assert root("huge + huge > 0").left == Sum((Fit(Column("huge", number(38), "decimal(38, 0)"), number(27)),) * 2, number(28))


def test_a_sum_gives_up_decimals_beyond_the_tenth_before_digits_before_the_point():
    product = root("amount * 0.0000000001 > 0").left
    assert product.type == number(14, 14)
    summed = root("amount * 0.0000000001 + huge > 0").left
    assert summed == Sum(
        (Fit(product, number(15, 10)), Fit(Fit(Column("huge", number(38), "decimal(38, 0)"), number(27)), number(26))), number(27, 10)
    )


def test_products_are_exact_where_both_factors_have_room():
    assert root("amount * 12.5 > 0").left == Product(AMOUNT, Literal(D("12.5"), number(2, 1)), number(16, 5))
    assert root("profit_12m * 0.00125 > 0").left == Product(PROFIT, Literal(D("0.00125"), number(0, 5)), number(24, 9))
    assert root("amount * amount > 0").left == Product(AMOUNT, AMOUNT, number(28, 8))
    assert root("small * small > 0").left.type == number(6)


def test_factors_without_room_share_it_and_keep_their_decimals():
    assert root("price * orders > 0").left == Product(Fit(PRICE, number(13, 10)), Fit(ORDERS, number(14)), number(27, 10))
    assert root("orders * price > 0").left == Product(Fit(ORDERS, number(13)), Fit(PRICE, number(14, 10)), number(27, 10))
    assert root("profit_12m * profit_12m > 0").left == Product(Fit(PROFIT, number(14, 4)), Fit(PROFIT, number(15, 4)), number(29, 8))


def test_two_factors_with_ten_decimals_keep_eight():
    wide = Fit(PRICE, number(10, 8))
    assert root("price * price > 0").left == Product(wide, wide, number(20, 16))


def test_quotients_have_eight_decimals_and_a_divisor_twenty_digits():
    assert root("profit_12m / price > 0").left == Quotient(PROFIT, Fit(PRICE, number(10, 10)), number(10, 8))
    assert root("profit_12m / amount > 0").left == Quotient(PROFIT, AMOUNT, number(10, 8))
    assert root("orders / 12 > 0").left == Quotient(ORDERS, Literal(D(12), number(2)), number(10, 8))
    assert root("amount * (amount / orders) > 0").left == Product(
        AMOUNT, Quotient(AMOUNT, Fit(ORDERS, number(18)), number(10, 8)), number(24, 12)
    )


def test_a_sign_before_a_number_is_part_of_it():
    assert root("orders > - - -5").right == digit(-5)
    assert root("-orders > +5") == Comparison(">", Negative(ORDERS, ORDERS.type), digit(5))


def test_round_is_a_fit_that_never_overflows():
    assert root("round(amount, 2) > 0").left == Fit(AMOUNT, number(15, 2))
    assert root("round(orders, 2) > 0").left == ORDERS


def test_columns_wider_than_the_language_are_brought_to_size_when_read():
    assert root("fine > 0").left == Fit(Column("fine", number(20, 18), "decimal(38, 18)"), number(21, 10))
    assert root("huge > 0").left == Fit(Column("huge", number(38), "decimal(38, 0)"), number(27))
    assert root("score > 0").left == Column("score", number(19, 8), "float64")


@pytest.mark.parametrize(
    "written",
    [
        "amount * price",
        "orders * orders",
        "price / price",
        "-huge",
        "round(fine, 9)",
        "coalesce(price, profit_12m)",
        "abs(huge) + fine",
        "price * price * price + 1 / price",
        "orders * orders * orders * orders",
        "amount * amount * amount - fine * rate * huge",
        "(price + price) * (profit_12m - orders) / price",
    ],
)
def test_no_number_that_is_computed_or_compared_ever_needs_more_than_37_digits(written):
    found = root(f"{written} > price")
    assert common([found.left.type, found.right.type]).digits <= 37
    assert all(node.type.digits <= 37 for node, _ in walk(found) if not isinstance(node, Column))


def test_coalesce_takes_numbers_of_any_size_together():
    assert root("coalesce(orders, profit_12m, 0) > 0").left == Call("coalesce", (ORDERS, PROFIT, digit(0)), number(24, 4))


# Size


DEEPEST = [
    "abs(" * 20 + "orders" + ")" * 20 + " > 0",
    "(" * 20 + "is_open" + ")" * 20,
    "not (" * 10 + "is_open" + ")" * 10,
    "coalesce(orders, (" * 10 + "1" + "))" * 10 + " > 0",
    "round(- abs(" * 6 + "orders" + "), 2)" * 6 + " > 0",
    "not " * 20 + "is_open",
]


@pytest.mark.parametrize("written", DEEPEST)
def test_the_deepest_text_that_is_allowed_needs_less_than_half_of_pythons_stack(written):
    """sqlglot reads by recursion, so the cap on nesting is what keeps it from a RecursionError."""
    frames, frame = 0, sys._getframe()
    while frame.f_back is not None:
        frames, frame = frames + 1, frame.f_back
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(frames + 500)
    try:
        parse(written, COLUMNS)
    finally:
        sys.setrecursionlimit(limit)


def test_exactly_as_much_as_is_allowed_is_read():
    parse("(" * 20 + "is_open" + ")" * 20, COLUMNS)
    parse("tier = '" + "a" * (4096 - 9) + "'", COLUMNS)
    parse("orders in (" + ", ".join(["1"] * 298) + ")", COLUMNS)


def test_reading_twice_hands_out_nothing_that_can_be_changed():
    found = parse("tier = 'a'", COLUMNS)
    with pytest.raises(AttributeError):
        found.root.operator = "<>"
