"""Where DuckDB and Spark differ, and that what table functions do instead is the same on both."""

from decimal import Decimal as D

import ibis
import pytest

from unequal.storage.engine_differences import DIFFERENCES
from unequal.terms.money import money_product, money_sum

TYPES = {"name": "string", "price": "decimal(28, 10)", "pieces": "int64"}
ROWS = [
    {"name": "84596f", "price": D(149), "pieces": 1},
    {"name": " 10012t ", "price": D("2.345"), "pieces": -3},
    {"name": "a", "price": D("0.00005"), "pieces": 1},
]


def test_money_times_pieces_is_the_same_to_the_last_digit(engine):
    sales = engine.rows(TYPES, ROWS)
    found = engine.fetch(sales.mutate(amount=money_product(sales.price, sales.pieces)).order_by("name"))
    assert [row["amount"] for row in found] == [D("-7.0350"), D("149.0000"), D("0.0001")]


def test_the_price_of_one_piece_of_149_does_not_overflow(engine):
    sales = engine.rows(TYPES, ROWS[:1])
    assert engine.fetch(sales.aggregate(total=money_sum(money_product(sales.price, sales.pieces)))) == [{"total": D("149.0000")}]


def test_a_sum_of_integers_is_an_integer_where_it_is_written(engine, tmp_path):
    sales = engine.rows(TYPES, ROWS)
    engine.write(sales.group_by("name").aggregate(pieces=sales.pieces.sum()), tmp_path / "pieces.parquet")
    assert engine.read(tmp_path / "pieces.parquet").schema()["pieces"] == ibis.dtype("int64")


def test_a_place_in_an_order_is_an_integer_of_64_bits_where_it_is_written(engine, tmp_path):
    sales = engine.rows(TYPES, ROWS)
    place = ibis.row_number().over(ibis.window(order_by=sales.name))
    engine.write(sales.select("name", place=(place + 1).cast("int64")), tmp_path / "places.parquet")
    found = engine.read(tmp_path / "places.parquet")
    assert found.schema()["place"] == ibis.dtype("int64")
    assert [row["place"] for row in engine.fetch(found.order_by("name"))] == [1, 2, 3]


def test_a_sum_of_decimals_has_one_type_on_both(engine, tmp_path):
    sales = engine.rows(TYPES, ROWS)
    engine.write(sales.aggregate(total=money_sum(sales.price)), tmp_path / "total.parquet")
    assert engine.read(tmp_path / "total.parquet").schema()["total"] == ibis.dtype("decimal(28, 4)")


def test_trimming_by_a_pattern_keeps_trailing_letters(engine):
    sales = engine.rows(TYPES, ROWS)
    trimmed = sales.select(name=sales.name.re_replace(r"^\s+|\s+$", "")).order_by("name")
    assert [row["name"] for row in engine.fetch(trimmed)] == ["10012t", "84596f", "a"]


def test_division_by_zero_is_null_where_the_divisor_is_made_null(engine):
    sales = engine.rows(TYPES, ROWS[:1])
    share = sales.price.cast("float64") / (sales.pieces - 1).nullif(0).cast("float64")
    assert engine.fetch(sales.select(share=share)) == [{"share": None}]


def test_md5_of_a_text_is_the_same_on_both(engine):
    sales = engine.rows(TYPES, ROWS[2:])
    assert engine.fetch(sales.select(digest=sales.name.hexdigest("md5"))) == [{"digest": "0cc175b9c0f1b6a831c399e269772661"}]


@pytest.mark.spark
def test_stripping_loses_letters_on_spark_alone(duckdb_engine, spark_engine):
    stripped = {}
    for engine in (duckdb_engine, spark_engine):
        sales = engine.rows(TYPES, ROWS[:1])
        stripped[engine.name] = engine.fetch(sales.select(name=sales.name.strip()))[0]["name"]
    assert stripped["duckdb"] == "84596f"
    assert stripped["spark"] != "84596f", "the difference is gone: take it off the list"


def test_a_text_that_names_a_variable_of_the_environment_stays_as_it_is(engine):
    sales = engine.rows(TYPES, ROWS[:1])
    assert engine.fetch(sales.select(text=ibis.literal("${env:HOME}"))) == [{"text": "${env:HOME}"}]


def test_each_difference_says_why_and_what_is_done_instead():
    assert all(difference.why and difference.instead for difference in DIFFERENCES)
    assert len({difference.name for difference in DIFFERENCES}) == len(DIFFERENCES)
