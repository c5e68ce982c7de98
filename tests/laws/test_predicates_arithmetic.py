"""Laws of arithmetic in predicates: exact to the last digit, also where engines would use floats."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, getcontext
from fractions import Fraction
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.predicates.grammar import decimals
from tests.predicates.reference import rounded

from unequal.predicates import compile_batch, parse

TYPES = {"amount": (18, 4), "total": (28, 4), "price": (28, 10), "rate": (20, 10), "count": (19, 0)}
COLUMNS = {**{name: f"decimal({digits}, {scale})" for name, (digits, scale) in TYPES.items()}, "expected": "decimal(38, 10)"}
LAW = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
)


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Any]:
    connection = ibis.duckdb.connect(threads=1)
    yield connection
    connection.disconnect()


def assert_equal(duckdb: Any, text: str, pairs: list[tuple[dict[str, Decimal], Fraction | None]]) -> None:
    """The engine's answer to an arithmetic expression is the expected one, or null where that is None."""
    getcontext().prec = 60
    columns = {name: pa.array([row.get(name) for row, _ in pairs], pa.decimal128(*of)) for name, of in TYPES.items()}
    told = [None if expected is None else Decimal(expected.numerator) / Decimal(expected.denominator) for _, expected in pairs]
    table = duckdb.create_table("drawn", pa.table({**columns, "expected": pa.array(told, pa.decimal128(38, 10))}), overwrite=True)
    same = parse(f"({text} = expected) is true or ({text}) is null and expected is null", COLUMNS)
    for (row, expected), answer in zip(pairs, table.select(same=compile_batch(same, table)).to_pyarrow()["same"].to_pylist(), strict=True):
        assert answer, (text, row, expected)


def quotient(left: Decimal, right: Decimal) -> Fraction | None:
    """What the reference says of a division: eight decimals, below 10^10."""
    if right == 0:
        return None
    found = rounded(Fraction(left) / Fraction(right), 8)
    return found if abs(found) < 10**10 else None


@st.composite
def near_a_tie(draw: st.DrawFn) -> tuple[Decimal, Decimal]:
    """A dividend and a divisor whose quotient lies on, or one step beside, the middle between two results."""
    divisor = draw(st.integers(1, 10**8))
    half_steps = draw(st.integers(0, 10**10)) * 2 + 1
    steps = divisor * half_steps // 2 + draw(st.integers(-1, 1))
    sign = draw(st.sampled_from([1, -1]))
    return Decimal(sign * steps).scaleb(-8), Decimal(divisor)


@LAW
@given(st.lists(st.tuples(decimals(28, 4), decimals(18, 4)), min_size=20, max_size=60))
def test_totals_divided_by_amounts_are_exact_or_null(duckdb, pairs):
    assert_equal(duckdb, "total / amount", [({"total": left, "amount": right}, quotient(left, right)) for left, right in pairs])


@LAW
@given(st.lists(st.tuples(decimals(18, 4), st.integers(-(10**18) + 1, 10**18 - 1).map(Decimal)), min_size=20, max_size=60))
def test_amounts_divided_by_counts_are_exact(duckdb, pairs):
    assert_equal(duckdb, "amount / count", [({"amount": left, "count": right}, quotient(left, right)) for left, right in pairs])


@LAW
@given(st.lists(st.tuples(decimals(28, 4), decimals(28, 10)), min_size=20, max_size=60))
def test_wide_totals_divided_by_wide_prices_are_exact_where_the_price_has_ten_digits(duckdb, pairs):
    expected = [({"total": left, "price": right}, None if abs(right) >= 10**10 else quotient(left, right)) for left, right in pairs]
    assert_equal(duckdb, "total / price", expected)


@LAW
@given(st.lists(near_a_tie(), min_size=20, max_size=60))
def test_a_quotient_in_the_middle_is_rounded_away_from_zero_and_beside_it_to_its_side(duckdb, pairs):
    assert_equal(duckdb, "price / count", [({"price": left, "count": right}, quotient(left, right)) for left, right in pairs])


@LAW
@given(st.lists(decimals(17, 4), min_size=20, max_size=60))
def test_products_of_amounts_are_exact(duckdb, amounts):
    assert_equal(duckdb, "amount * amount", [({"amount": amount}, Fraction(amount) ** 2) for amount in amounts])


@LAW
@given(st.lists(st.tuples(decimals(28, 10), decimals(20, 10)), min_size=20, max_size=60))
def test_factors_that_are_both_wide_are_rounded_to_eight_decimals(duckdb, pairs):
    def product(left: Decimal, right: Decimal) -> Fraction | None:
        factors = [rounded(Fraction(factor), 8) for factor in (left, right)]
        # Beside a number of 28 digits before the point, there is room for ten decimals of the product.
        return None if any(abs(factor) >= 10**10 for factor in factors) else rounded(factors[0] * factors[1], 10)

    assert_equal(duckdb, "price * rate", [({"price": left, "rate": right}, product(left, right)) for left, right in pairs])


@LAW
@given(st.lists(st.tuples(decimals(28, 4), decimals(28, 10), decimals(18, 4)), min_size=20, max_size=60))
def test_sums_are_exact(duckdb, triples):
    expected = [
        ({"total": one, "price": two, "amount": three}, Fraction(one) - Fraction(two) + Fraction(three)) for one, two, three in triples
    ]
    assert_equal(duckdb, "total - price + amount", expected)


@LAW
@given(pairs=st.lists(decimals(28, 10), min_size=20, max_size=60), to=st.integers(0, 9))
def test_round_rounds_half_away_from_zero(duckdb, pairs, to):
    assert_equal(duckdb, f"round(price, {to})", [({"price": value}, rounded(Fraction(value), to)) for value in pairs])
