"""How amounts, counts and shares are written."""

from __future__ import annotations

import doctest
import itertools
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unequal.terms import amounts
from unequal.terms.amounts import count_text, exact_text, money_text, round_ticks, share_text, tick_text

D = Decimal
MONEY = st.decimals(min_value=-(10**20), max_value=10**20, places=4, allow_nan=False, allow_infinity=False)
MINUS = "\N{MINUS SIGN}"


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(amounts).failed == 0


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("10610000", "USD", "$10.61M"),
        ("-1318204.55", "USD", "−$1.32M"),
        ("999999.99", "USD", "$1.00M"),
        ("999499", "USD", "$999k"),
        ("99949", "USD", "$99.9k"),
        ("99950", "USD", "$100k"),
        ("9999.49", "USD", "$9,999"),
        ("9999.50", "USD", "$10.0k"),
        ("999.99", "USD", "$999.99"),
        ("999.995", "USD", "$1,000"),
        ("999999999", "EUR", "€1.00B"),
        ("2566093.08", "GBP", "£2.57M"),
        ("1234567", "JPY", "¥1.23M"),
        ("816.48", "JPY", "¥816"),
        ("1.2345", "KWD", "KWD\N{NO-BREAK SPACE}1.235"),
        ("12.5", "XTS", "XTS\N{NO-BREAK SPACE}12.50"),
        ("0.0049", "USD", "$0.0049"),
        ("0", "USD", "$0"),
        ("-0.00", "USD", "$0"),
        ("1234567890123456789", "USD", "$1,234,567.89T"),
    ],
)
def test_an_amount_is_written_short_with_a_true_minus_before_the_sign(amount, currency, text):
    assert money_text(D(amount), currency) == text


def test_a_signed_amount_carries_its_plus():
    assert money_text(D(184), "USD", signed=True) == "+$184.00"
    assert money_text(D(0), "USD", signed=True) == "$0"


@pytest.mark.parametrize("write", [money_text, exact_text])
def test_a_float_is_refused_as_money(write):
    with pytest.raises(TypeError, match="not a float"):
        write(0.1, "USD")


@given(amount=MONEY)
def test_an_exact_amount_reads_back_as_itself_to_four_decimals(amount):
    assert D(exact_text(amount, places=4).replace(",", "").replace(MINUS, "-")) == amount


@given(amount=MONEY)
def test_an_amount_in_full_is_rounded_half_away_from_zero_and_never_to_nothing(amount):
    read = D(exact_text(amount, "USD").replace(",", "").replace("$", "").replace(MINUS, "-"))
    cents = amount.quantize(D("0.01"), rounding=ROUND_HALF_UP)
    assert read == (cents or amount)


@given(amount=MONEY)
def test_a_hyphen_never_stands_for_a_minus(amount):
    for text in (money_text(amount, "USD"), exact_text(amount, "USD"), share_text(amount)):
        assert "-" not in text
        assert (MINUS in text) == (amount < 0)


@given(amount=MONEY)
def test_a_short_amount_is_within_half_a_unit_of_its_last_digit(amount):
    text = money_text(amount, "USD")
    scale = {"k": 3, "M": 6, "B": 9, "T": 12}.get(text[-1], 0)
    digits = text.replace("$", "").replace(",", "").replace(MINUS, "-").rstrip("kMBT")
    last = D(1).scaleb(scale + int(D(digits).as_tuple().exponent))
    assert abs(D(digits).scaleb(scale) - amount) <= last / 2


@given(share=st.decimals(min_value=-10, max_value=10, places=8))
def test_a_share_is_never_rounded_into_none_or_all(share):
    text = share_text(share)
    assert text not in ("0%", "0.0%") or share == 0
    assert text not in ("100%", "−100%") or abs(share) >= 1


def test_a_column_of_shares_keeps_its_decimal():
    assert [share_text(share, padded=True) for share in (D(1), D("0.45"), 0.154)] == ["100.0%", "45.0%", "15.4%"]


def test_counts_are_grouped_by_thousands():
    assert count_text(100_000) == "100,000"


@given(low=MONEY, span=st.decimals(min_value="0.0004", max_value=10**20, places=4), most=st.integers(3, 9))
def test_ticks_are_round_even_inside_and_few(low, span, most):
    high = low + span
    ticks = round_ticks(low, high, at_most=most)
    assert len(ticks) <= most
    assert all(low <= tick <= high for tick in ticks)
    steps = {after - before for before, after in itertools.pairwise(ticks)}
    assert len(steps) <= 1
    assert all(step.normalize().as_tuple().digits in {(1,), (2,), (2, 5), (5,)} for step in steps)
    assert not low <= 0 <= high or 0 in ticks


def test_tick_labels_share_one_unit_and_differ():
    ticks = round_ticks(D(0), D(10_610_000))
    assert [tick_text(tick, ticks, "USD") for tick in ticks] == ["$0", "$2.50M", "$5.00M", "$7.50M", "$10.00M"]
    assert [tick_text(tick, [D(0), D("0.2"), D("0.4")], "EUR") for tick in (D(0), D("0.2"))] == ["€0", "€0.20"]


@given(low=MONEY, span=st.decimals(min_value="0.01", max_value=10**20, places=2))
def test_no_two_ticks_read_the_same(low, span):
    ticks = round_ticks(low, low + span)
    labels = [tick_text(tick, ticks, "USD") for tick in ticks]
    assert len(set(labels)) == len(labels)
