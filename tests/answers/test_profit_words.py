"""The sentences of the profit question, as their reader reads them."""

from __future__ import annotations

from decimal import Decimal as D

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unequal.answers import profit_words as words
from unequal.customer_base import concentration
from unequal.terms.lines import Level

BEFORE_SERVICE = Level.CONTRIBUTION_BEFORE_SERVICE


def said(*amounts, level=BEFORE_SERVICE, currency="USD"):
    units = np.array([int(D(str(amount)) * 10_000) for amount in amounts], dtype=np.int64)
    return words.sentence(concentration(units), level, currency)


@pytest.mark.parametrize(
    ("amounts", "sentence"),
    [
        ((), "No customer has an entry, so there is nothing to rank."),
        ((90,), "The only customer brings $90.00 of profit before service."),
        ((-15,), "No customer brings any profit before service: 1 loses money, and the total is −$15.00."),
        ((0,), "The only customer brings no profit before service at all: every amount comes to zero."),
        ((0, 0), "The 2 customers bring no profit before service at all: every amount comes to zero."),
        ((50, 30, 20), "3 customers bring $100.00 of profit before service; none is below zero."),
        ((60, 10, 10, 10, 10), "5 customers bring $100.00 of profit before service, 60% of it from the top fifth; none is below zero."),
        (
            (90, 9.5, -15),
            (
                "2 of 3 customers (66.7%) bring $99.50 of profit before service, 117.8% of the total; "
                "the 1 who loses money gives $15.00 of it back, and $84.50 remains."
            ),
        ),
        (
            (90, -5, -15),
            (
                "1 of 3 customers (33.3%) brings $90.00 of profit before service, 128.6% of the total; "
                "the 2 who lose money give $20.00 of it back, and $70.00 remains."
            ),
        ),
        ((-5, -10), "No customer brings any profit before service: 2 lose money, and the total is −$15.00."),
        (
            (1_900_000, -3_440_783.31),
            "Together the 2 customers come to −$1.54M of profit before service: 1 brings $1.90M, and the 1 who loses money gives $3.44M back.",
        ),
        (
            (10, -10),
            "Together the 2 customers come to exactly nothing of profit before service: 1 brings $10.00, and the 1 who loses money gives $10.00 back.",
        ),
    ],
)
def test_the_finding_is_said_in_a_sentence(amounts, sentence):
    assert said(*amounts) == sentence


@given(st.lists(st.integers(-(10**9), 10**9), max_size=30))
def test_revenue_is_never_called_profit_and_a_negative_total_has_no_percent_sign(units):
    found = concentration(np.array(units, dtype=np.int64))
    revenue = words.sentence(found, Level.REVENUE, "EUR")
    assert "profit" not in revenue
    assert "lose" not in revenue
    if found.total <= 0:
        assert "%" not in revenue
        assert "%" not in words.sentence(found, BEFORE_SERVICE, "EUR")


@given(st.lists(st.integers(-(10**9), 10**9), max_size=30), st.sampled_from(list(Level)))
def test_a_sentence_is_whole_whatever_the_figures(units, level):
    sentence = words.sentence(concentration(np.array(units, dtype=np.int64)), level, "EUR")
    assert sentence[0].isupper() or sentence[0].isdigit()
    assert sentence.endswith(".")
    for slip in ("None", "  ", "nan", " 1 customers", "−€0.00", " ."):
        assert slip not in sentence


def told(*amounts, level=BEFORE_SERVICE, known=None, unassigned=(), outside=()):
    units = np.array([amount * 10_000 for amount in amounts], dtype=np.int64)
    tables = {"unassigned": pa.Table.from_pylist(list(unassigned)), "lines": pa.Table.from_pylist(list(outside))}
    return words.findings(concentration(units), tables, level, "EUR", known=known or level)


def test_the_top_fifth_of_five_is_one_customer_and_of_ten_two():
    assert told(60, 10, 10, 10, 10)[0] == ("The top fifth, 1 customer, brings €60.00, 60% of profit before service.")
    assert told(*([60, 20] + [10] * 8))[0].startswith("The top fifth, 2 customers, bring €80.00")
    assert not any("top fifth" in text for text in told(1, 2, 3))


def test_what_is_not_assigned_is_said_in_money_and_entries():
    one = {"amount": D("7.0000"), "entries": 1}
    assert "€7.00 in 1 entry belongs to no known customer and stands in a bucket of its own." in told(1, unassigned=[one])
    assert "€14.00 in 2 entries belongs to no known customer and stands in a bucket of its own." in told(1, unassigned=[one, one])
    assert "Everything booked belongs to a known customer." in told(1)


def test_the_level_says_what_is_not_known():
    assert any("say nothing of profit" in text for text in told(1, level=Level.REVENUE))
    assert any("freight" in text for text in told(1, level=Level.GROSS_MARGIN))
    assert any("cost to serve is not yet" in text or ("cost to serve" in text and "not" in text) for text in told(1))
    assert not any("not known" in text for text in told(1, level=Level.CONTRIBUTION))


def test_a_level_below_the_known_one_says_that_more_is_known():
    assert "Asked in revenue; this base knows profit before service." in told(1, level=Level.REVENUE, known=BEFORE_SERVICE)


def test_lines_outside_the_level_are_named_with_their_money():
    line = {"label": "Credit losses", "amount": D("-11062.06"), "in_level": False}
    assert told(1, outside=[line])[-1] == "Not part of profit before service, and shown on their own lines: credit losses −€11.1k."


def test_the_title_asks_who_makes_money_only_where_costs_are_known():
    assert (words.title(Level.REVENUE), words.title(Level.GROSS_MARGIN)) == ("Who brings the revenue", "Who makes the money")
