"""From the tree to Ibis: what a whole table answers."""

from __future__ import annotations

import doctest
from decimal import Decimal as D

import ibis
import pytest

from unequal import predicates
from unequal.predicates import column_types, compile_batch, holds, parse, patterns, refusals, texts

COLUMNS = {"tier": "string", "orders": "int64", "profit_12m": "decimal(28, 4)", "complained_30d": "boolean", 'a "b"\n`c`': "string"}


def rows(engine, found):
    return engine.rows(COLUMNS, [{**dict.fromkeys(COLUMNS), **row} for row in found])


def kept(table, text):
    return table.filter(compile_batch(parse(text, COLUMNS), table)).tier.to_pyarrow().to_pylist()


def test_the_example_of_the_design_keeps_the_rows_it_says(duckdb_engine):
    table = rows(
        duckdb_engine,
        [
            {"tier": "gold", "profit_12m": D("500.01"), "complained_30d": False},
            {"tier": "platinum", "profit_12m": D("500.00"), "complained_30d": False},
            {"tier": "gold", "profit_12m": D(900), "complained_30d": True},
            {"tier": "gold", "profit_12m": D(900), "complained_30d": None},
            {"tier": "silver", "profit_12m": D(900), "complained_30d": False},
            {"tier": None, "profit_12m": D(900), "complained_30d": False},
        ],
    )
    assert kept(table, "tier in ('platinum','gold') and profit_12m > 500 and not complained_30d") == ["gold"]


def test_rows_of_which_nothing_is_known_are_in_neither_half_but_not_held(duckdb_engine):
    table = rows(duckdb_engine, [{"tier": "a", "orders": 1}, {"tier": "b", "orders": 0}, {"tier": "c", "orders": None}])
    predicate = parse("orders > 0", COLUMNS)
    assert kept(table, "orders > 0") == ["a"]
    assert kept(table, "not orders > 0") == ["b"]
    assert table.filter(~holds(predicate, table)).tier.to_pyarrow().to_pylist() == ["b", "c"]


def test_a_division_by_zero_is_unknown_and_stops_nothing(duckdb_engine):
    table = rows(duckdb_engine, [{"tier": "a", "orders": 0, "profit_12m": D(1)}, {"tier": "b", "orders": 3, "profit_12m": D(1)}])
    assert kept(table, "profit_12m / orders = 0.33333333") == ["b"]
    assert kept(table, "profit_12m / orders is null") == ["a"]


def test_a_number_beyond_27_digits_is_unknown_even_when_it_is_compared_with_a_constant(duckdb_engine):
    """DuckDB drops a cast between decimals of equal scale there, and with it the null: see decimals.fitted."""
    types = {"tier": "string", "huge": "decimal(38, 0)"}
    table = duckdb_engine.rows(types, [{"tier": "a", "huge": D(10**27)}, {"tier": "b", "huge": D(10**27 - 1)}])
    for text, expected in (("huge > 1", ["b"]), ("huge is null", ["a"]), ("(huge in (1, 2)) is null", ["a"]), ("-huge < 1", ["b"])):
        assert table.filter(compile_batch(parse(text, types), table)).tier.to_pyarrow().to_pylist() == expected


def test_a_product_of_narrow_decimals_does_not_stop_the_engine(duckdb_engine):
    """DuckDB keeps the product of two decimals of 18 digits in 18 digits: see numbers.factor_types."""
    types = {"tier": "string", "price": "decimal(10, 2)"}
    table = duckdb_engine.rows(types, [{"tier": "a", "price": D("99999999.99")}])
    found = parse("price * price = 9999999998000000.0001 and price + price + price = 299999999.97", types)
    assert table.filter(compile_batch(found, table)).tier.to_pyarrow().to_pylist() == ["a"]


@pytest.mark.parametrize(
    ("condition", "of_null", "of_true"),
    [
        ("(not complained_30d) is null", True, False),
        ("(not (not complained_30d)) is not null", False, True),
        ("(not complained_30d) is true", False, False),
        ("(orders between 1 and 2) is null", True, False),
        ("(orders between 1 and 2) = complained_30d", None, True),
        ("(orders in (1, 2)) = (not complained_30d)", None, False),
        ("(tier is null) = complained_30d", None, False),
    ],
)
def test_a_condition_in_parentheses_is_asked_as_a_whole(duckdb_engine, condition, of_null, of_true):
    table = rows(duckdb_engine, [{"tier": "a"}, {"tier": "b", "orders": 1, "complained_30d": True}])
    told = table.select("tier", told=compile_batch(parse(condition, COLUMNS), table)).order_by("tier")
    assert told.told.to_pyarrow().to_pylist() == [of_null, of_true]


def test_names_and_texts_with_quotes_and_line_breaks_stay_what_they_are(duckdb_engine):
    table = rows(duckdb_engine, [{"tier": "hit", 'a "b"\n`c`': 'it\'s "so"\n--\\'}, {"tier": "miss", 'a "b"\n`c`': "x"}])
    assert kept(table, '"a ""b""\n`c`" = \'it\'\'s "so"\n--\\\'') == ["hit"]


@pytest.mark.parametrize(
    "condition",
    ["tier = '{}'", "tier in ('a', '{}')", "tier like '{}%'", "tier like 'a_{}'", "contains(tier, '{}')", "coalesce(tier, '{}') = 'x'"],
)
def test_spark_never_sees_a_reference_to_a_variable(condition):
    """Spark would put the value of an environment variable there, even inside quotes."""
    table = ibis.table(COLUMNS, name="customer")
    for text in ("${env:HOME}", "$${x}{y}", "a${system:user.name}b"):
        predicate = parse(condition.format(text), COLUMNS)
        sql = str(ibis.to_sql(table.filter(compile_batch(predicate, table)), dialect="pyspark"))
        assert "${" not in sql


def test_a_narrower_table_than_was_told_is_compared_as_well(duckdb_engine):
    table = duckdb_engine.rows({"orders": "int16", "profit_12m": "decimal(5, 2)"}, [{"orders": 3, "profit_12m": D("0.25")}])
    predicate = parse("orders = 3 and profit_12m * orders = 0.75 and profit_12m / orders = 0.08333333", COLUMNS)
    assert table.filter(compile_batch(predicate, table)).count().to_pyarrow().as_py() == 1


@pytest.mark.parametrize("module", [patterns, texts, refusals, column_types])
def test_the_examples_in_docstrings_hold(module):
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed


def test_the_face_has_twelve_names_or_fewer_and_they_exist():
    assert len(predicates.__all__) <= 12
    assert all(hasattr(predicates, name) for name in predicates.__all__)
