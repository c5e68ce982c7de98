"""The verbs of an engine, the same on DuckDB and Spark."""

import re
from datetime import date, datetime
from decimal import Decimal as D

import ibis
import pyarrow as pa
import pytest

from unequal.config.storage import Storage
from unequal.storage import open_engine
from unequal.storage.checks import check_contract, matching
from unequal.storage.engine import ROWS_AT_MOST
from unequal.terms.errors import StorageError
from unequal.terms.money import money_product, money_sum
from unequal.terms.tables import Column, TableContract

SALE = TableContract(
    "sale",
    "What was sold.",
    (
        Column("sale_id", "string", "Its number."),
        Column("price", "decimal(28, 10)", "What one costs.", "currency"),
        Column("pieces", "int64", "How many.", "pieces", nullable=True),
        Column("sold_on", "date", "The day.", nullable=True),
        Column("sold_at", "timestamp(6)", "The moment, UTC.", nullable=True),
    ),
    ("sale_id",),
)
ROWS = [
    {"sale_id": "a", "price": D("2.345"), "pieces": 3, "sold_on": date(2026, 1, 31), "sold_at": datetime(2026, 1, 31, 23, 59)},
    {"sale_id": "b", "price": D("-2.00005"), "pieces": 1},
]


def test_what_is_written_is_read_again_to_the_last_digit(engine, tmp_path):
    engine.write(engine.rows(SALE.types, ROWS), tmp_path / "sale.parquet")
    back = engine.fetch(engine.read(tmp_path / "sale.parquet").order_by("sale_id"))
    assert [row["price"] for row in back] == [D("2.3450000000"), D("-2.0000500000")]
    assert back[0]["sold_at"] == datetime(2026, 1, 31, 23, 59)
    assert back[1]["sold_on"] is None


def test_money_is_rounded_per_line_half_away_from_zero_and_summed_exactly(engine):
    sales = engine.rows(SALE.types, ROWS)
    found = engine.fetch(sales.aggregate(total=money_sum(money_product(sales.price, sales.pieces))))
    assert found == [{"total": D("5.0349")}]  # 7.0350 and -2.00005, which rounds to -2.0001


def test_the_sum_of_no_rows_is_zero_and_not_absent(engine):
    sales = engine.rows(SALE.types, ROWS).filter(lambda t: t.sale_id == "nobody")
    assert engine.fetch(sales.aggregate(total=money_sum(sales.price))) == [{"total": D("0.0000")}]


def test_a_small_table_of_unknown_columns_is_refused(duckdb_engine):
    with pytest.raises(KeyError, match="colour"):
        duckdb_engine.rows(SALE.types, [{"colour": "red"}])


def test_more_rows_than_python_should_hold_are_refused(duckdb_engine):
    many = duckdb_engine.rows({"k": "int64"}, pa.table({"k": pa.array(range(ROWS_AT_MOST + 1), pa.int64())}))
    with pytest.raises(StorageError, match="STO002"):
        duckdb_engine.fetch(many)


def test_a_missing_table_is_named_and_what_to_do(engine, tmp_path):
    with pytest.raises(StorageError, match="STO001") as caught:
        engine.read(tmp_path / "gone.parquet")
    assert "gone.parquet" in str(caught.value)
    assert "unequal run" in str(caught.value)


def test_a_table_that_keeps_its_contract_passes(engine):
    check_contract(engine, matching(engine.rows(SALE.types, ROWS), SALE), SALE)


@pytest.mark.parametrize(
    ("rows", "seen"),
    [
        ([{**ROWS[0], "price": None}], "1 of 1 rows have no price"),
        ([ROWS[0], ROWS[0]], r"1 rows share the key \(sale_id\)"),
    ],
)
def test_a_table_that_breaks_its_contract_is_not_published(duckdb_engine, rows, seen):
    with pytest.raises(StorageError, match="STO008") as caught:
        check_contract(duckdb_engine, duckdb_engine.rows(SALE.types, rows), SALE)
    assert re.search(seen, str(caught.value))


def test_a_column_of_another_type_breaks_the_contract(duckdb_engine):
    table = duckdb_engine.rows(SALE.types, ROWS)
    with pytest.raises(StorageError, match="STO008") as caught:
        check_contract(duckdb_engine, table.mutate(price=table.price.cast("float64")), SALE)
    assert "price is float64" in str(caught.value)


def test_rows_from_memory_are_written_as_they_stand_and_read_by_every_verb(engine, tmp_path):
    table = pa.Table.from_pylist([{"word": "b", "place": 0}, {"word": None, "place": 1}, {"word": "a", "place": 2}])
    engine.write_rows({"word": "string", "place": "int64"}, table, tmp_path / "word.parquet")
    assert engine.stored(tmp_path / "word.parquet").to_pylist() == table.to_pylist()
    assert engine.fetch(engine.read(tmp_path / "word.parquet").order_by("place")) == table.to_pylist()


def test_what_an_engine_wrote_in_order_is_read_whole_in_that_order(engine, tmp_path):
    engine.write(engine.rows(SALE.types, ROWS).order_by(ibis.desc("sale_id")), tmp_path / "sale.parquet")
    assert engine.stored(tmp_path / "sale.parquet")["sale_id"].to_pylist() == ["b", "a"]


def test_a_stored_table_that_is_missing_is_told(engine, tmp_path):
    with pytest.raises(StorageError, match="STO001"):
        engine.stored(tmp_path / "gone.parquet")


def test_a_table_that_was_written_anew_is_read_anew(engine, tmp_path):
    path = tmp_path / "word.parquet"
    engine.write_rows({"word": "string"}, pa.table({"word": ["old"]}), path)
    assert engine.fetch(engine.read(path)) == [{"word": "old"}]
    path.unlink()
    engine.write_rows({"word": "string"}, pa.table({"word": ["new"]}), path)
    assert engine.fetch(engine.read(path)) == [{"word": "new"}]


def test_the_same_question_to_another_engine_is_answered_from_its_own_rows(tmp_path):
    answers = []
    for number, (kind, values) in enumerate([("int64", [1, 2]), ("int64", [3, 4]), ("string", ["a", "b"]), ("int64", [1, 2])]):
        with open_engine(Storage(threads=1), tmp_path / str(number)) as engine:
            table = engine.rows({"k": kind}, [{"k": value} for value in values])
            answers.append(engine.fetch(table.aggregate(last=table.k.max(), text=table.k.cast("string").min())))
    assert answers == [[{"last": 2, "text": "1"}], [{"last": 4, "text": "3"}], [{"last": "b", "text": "a"}], [{"last": 2, "text": "1"}]]
