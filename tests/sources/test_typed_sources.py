"""Sources that store types: Parquet, workbooks and databases."""

import io
import sqlite3
import zipfile
from datetime import date, datetime
from decimal import Decimal as D

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlwt
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from unequal.sources.parquet import check_pyarrow
from unequal.terms.errors import SourceError, StorageError, UnequalError


def parquet(**columns):
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def test_decimals_become_money_without_passing_through_a_double(accepting):
    amounts = pa.array([D("29358677.2207"), D("-0.0001"), None], pa.decimal128(19, 4))
    accepted = accepting({"a.parquet": parquet(amount=amounts)}, columns={"amount": "money"})
    assert accepted.column("amount") == [D("29358677.2207"), D("-0.0001"), None]


def test_a_double_is_taken_at_the_digits_it_can_vouch_for(accepting):
    """1234567.89 is stored as 1234567.889999999897..., which ten places would show."""
    doubles = [1234567.89, 0.1 + 0.2, 1e15 + 0.3, 6.95, -0.0, 2 / 3]
    accepted = accepting({"a.parquet": parquet(amount=doubles)}, columns={"amount": "money"})
    assert accepted.column("amount") == [D("1234567.89"), D("0.3"), D("1000000000000000.0"), D("6.95"), D(0), D("0.6666666667")]


def test_a_double_that_is_near_no_decimal_is_quarantined(accepting):
    """Further than 1e-9, relative, from any number of ten places; NaN and infinity (TRUST 25) are near none."""
    doubles = [1e-11, 1.23456e-7, float("nan"), float("inf"), 1e18, 5.0]
    accepted = accepting({"a.parquet": parquet(amount=pa.array(doubles))}, columns={"amount": "money"})
    assert accepted.column("amount") == [D(5)]
    assert [reason for *_, reason in accepted.reasons] == ["too_precise", "too_precise", "not_a_number", "not_a_number", "out_of_range"]


def test_ids_stored_as_numbers_become_their_digits(accepting):
    columns = {"no": pa.array([13085, None]), "ref": pa.array([17850.0, 12.5]), "big": pa.array([2**63, 1], pa.uint64())}
    accepted = accepting({"a.parquet": parquet(**columns)}, records={"id": "no", "keys": {"ref": "ref", "big": "big"}})
    assert accepted.column("no") == ["13085", None]
    assert accepted.column("ref") == ["17850", "12.5"]
    assert accepted.column("big") == ["9223372036854775808", "1"]


def test_whole_numbers_written_with_a_fraction_are_ids_as_declared(accepting):
    contract = {"type": "text", "whole_numbers": True}
    accepted = accepting({"a.csv": b"no\n17850.0\n0012\n12.5\n12345678901234567890123\n"}, columns={"no": contract})
    assert accepted.column("no") == ["17850", "0012", "12345678901234567890123"]
    assert accepted.reasons == [(3, "no", "not_a_number")]


def test_columns_without_a_contract_keep_their_types(accepting):
    columns = {
        "small": pa.array([1], pa.int8()),
        "price": pa.array([D("1.25")], pa.decimal128(9, 2)),
        "share": pa.array([0.5], pa.float32()),
        "day": pa.array([date(2024, 1, 1)]),
        "yes": pa.array([True]),
        "word": pa.array(["a"]).dictionary_encode(),
        "list": pa.array([[1, 2]]),
        "raw": pa.array([b"\xff"]),
    }
    accepted = accepting({"a.parquet": parquet(**columns)})
    (row,) = accepted.rows
    assert [row[name] for name in columns] == [1, D("1.25"), 0.5, date(2024, 1, 1), True, "a", "[1,2]", "\\xff"]
    schema = pq.read_schema(accepted.folder / "rows.parquet")
    assert schema.field("small").type == pa.int64()
    assert schema.field("price").type == pa.decimal128(9, 2)


def test_stored_times_are_naive_utc_by_the_declared_zone(accepting):
    clock = datetime(2024, 7, 1, 12)
    columns = {"plain": pa.array([clock], pa.timestamp("ms")), "aware": pa.array([clock], pa.timestamp("us", "Europe/Berlin"))}
    (row,) = accepting({"a.parquet": parquet(**columns)}, time_zone="America/New_York").rows
    assert row["plain"] == datetime(2024, 7, 1, 16)
    assert row["aware"] == datetime(2024, 7, 1, 12)


def test_a_stored_time_is_a_date_only_at_midnight(accepting):
    times = pa.array([datetime(2024, 7, 1), datetime(2024, 7, 1, 0, 0, 1), datetime(1900, 1, 1)], pa.timestamp("ms"))
    contract = {"type": "date", "null_values": ["1900-01-01"]}
    accepted = accepting({"a.parquet": parquet(day=times)}, columns={"day": contract})
    assert accepted.column("day") == [date(2024, 7, 1), None]
    assert accepted.reasons == [(2, "day", "not_a_date")]


def test_extracts_of_other_types_meet_in_the_contract(accepting):
    """The same column is text in one extract, a number in the other, under another name."""
    first = parquet(no=["17850.0", "nan"], price=["4.25", "1"])
    second = parquet(number=pa.array([17850, None]), price=pa.array([4.25, 7.0]))
    columns = {"no": {"type": "text", "whole_numbers": True, "also_named": ["number"], "null_values": ["nan"]}, "price": "money"}
    accepted = accepting({"a.parquet": first, "b.parquet": second}, columns=columns)
    assert [(row["no"], row["price"]) for row in accepted.rows] == [("17850", D("4.25")), (None, D(1)), (None, D(7))]
    assert accepted.extracts[1]["rows_counted_once"] == 1


def test_extracts_may_be_of_several_formats(accepting):
    files = {"a.csv": b"no,price\n1,4.25\n2,x\n", "b.parquet": parquet(no=pa.array([1, 3]), price=pa.array([4.25, 7.0]))}
    accepted = accepting(files, columns={"price": "money"}, records={"id": "no"})
    assert [(row["no"], row["price"]) for row in accepted.rows] == [("1", D("4.25")), ("3", D(7))]
    assert accepted.reasons == [(2, "price", "not_a_number")]
    assert [row["format"] for row in accepted.extracts] == ["csv", "parquet"]
    assert [row["rows_counted_once"] for row in accepted.extracts] == [0, 1]


def test_a_broken_parquet_file_is_an_error(accepting):
    with pytest.raises(SourceError, match="SRC016"):
        accepting({"a.parquet": parquet(a=[1])[:-9]})


@pytest.mark.parametrize("version", ["14.0.0", "13.0.0", "0.17.1"])
def test_parquet_is_not_opened_by_a_pyarrow_that_runs_its_code(version):
    """TRUST 40."""
    with pytest.raises(SourceError, match="SRC017"):
        check_pyarrow(version)
    check_pyarrow("14.0.1")
    check_pyarrow(pa.__version__)


def xlsx(rows, epoch=None, sheet="Orders"):
    book, file = openpyxl.Workbook(), io.BytesIO()
    if epoch is not None:
        book.epoch = epoch
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(row)
    book.save(file)
    return file.getvalue()


ORDERS = [
    ["no", "day", "total", "note"],
    [10042, datetime(2024, 2, 29), 12.5, "a"],
    [10043, datetime(2024, 3, 1), 0.1, None],
    [],
    ["x7", None, "n/a", 5],
]
WANTED = {"total": {"type": "money", "null_values": ["n/a"]}, "day": "date"}


def test_a_workbook_is_read_with_its_types(accepting):
    accepted = accepting({"a.xlsx": xlsx(ORDERS)}, columns=WANTED, key="no", sheet="Orders")
    assert accepted.column("no") == ["10042", "10043", "x7"]
    assert accepted.column("total") == [D("12.5"), D("0.1"), None]
    assert accepted.column("day") == [date(2024, 2, 29), date(2024, 3, 1), None]
    assert accepted.column("note") == ["a", None, "5"]
    assert accepted.column("_row") == [1, 2, 3]


def test_an_xlsx_counts_its_days_from_the_year_it_says(accepting):
    """TRUST 28: the same day, stored as two numbers 1,462 apart."""
    for epoch in (None, CALENDAR_MAC_1904):
        assert accepting({"a.xlsx": xlsx(ORDERS, epoch)}, columns=WANTED).column("day")[0] == date(2024, 2, 29)


@pytest.mark.parametrize("from_1904", [False, True])
def test_an_xls_counts_its_days_from_the_year_it_says(accepting, from_1904):
    """TRUST 28."""
    book, file = xlwt.Workbook(), io.BytesIO()
    book.dates_1904 = from_1904
    page = book.add_sheet("S")
    page.write(0, 0, "day")
    number = (date(2024, 2, 29) - (date(1904, 1, 1) if from_1904 else date(1899, 12, 30))).days
    page.write(1, 0, number, xlwt.easyxf(num_format_str="YYYY-MM-DD"))
    book.save(file)
    assert accepting({"a.xls": file.getvalue()}, columns={"day": "date"}).column("day") == [date(2024, 2, 29)]


def bomb(name, content):
    file = io.BytesIO(xlsx(ORDERS))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr(name, content)
    return file.getvalue()


def test_a_workbook_that_would_unpack_to_too_much_is_refused_before_it_does(accepting):
    """TRUST 39."""
    with pytest.raises(SourceError, match="SRC014"):
        accepting({"a.xlsx": bomb("xl/worksheets/sheet2.xml", b"0" * 50_000_000)})


def test_a_workbook_that_declares_entities_is_refused(accepting):
    """TRUST 39."""
    laughs = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>'
    with pytest.raises(SourceError, match="SRC014"):
        accepting({"a.xlsx": bomb("xl/worksheets/sheet2.xml", laughs)})


def test_a_workbook_that_lies_about_its_sizes_is_refused(accepting):
    """TRUST 39: what its directory declares is not believed."""
    honest = bomb("xl/big.bin", b"0" * 1_000_000)
    declared = (1_000_000).to_bytes(4, "little")
    place = honest.rindex(declared)
    with pytest.raises(SourceError, match="SRC015"):
        accepting({"a.xlsx": honest[:place] + (10).to_bytes(4, "little") + honest[place + 4 :]})


@pytest.mark.parametrize(("content", "code"), [(b"no workbook", "SRC015"), (xlsx([]), "SRC004")])
def test_what_is_no_workbook_is_an_error(accepting, content, code):
    with pytest.raises(UnequalError, match=code):
        accepting({"a.xlsx": content})
    with pytest.raises(SourceError, match="no such sheet"):
        accepting({"a.xlsx": xlsx(ORDERS)}, sheet="Other")


def sqlite(rows, table="orders", path=None):
    with sqlite3.connect(path) as database:
        database.execute(f'CREATE TABLE "{table}" (no, total, day TEXT, note)')
        database.executemany(f'INSERT INTO "{table}" VALUES (?, ?, ?, ?)', rows)
    database.close()


def test_a_table_of_sqlite_is_read(accepting, tmp_path):
    path = tmp_path / "shop.db"
    sqlite([(1, 12.5, "2024-02-29", "a"), (2, 3, None, None), (None, None, "2024-02-30", b"\x01")], path=path)
    accepted = accepting(read=f"sqlite:{path}", table="orders", columns={"total": "money", "day": "date"}, key="no")
    assert accepted.column("no") == ["1", "2"]
    assert accepted.column("total") == [D("12.5"), D(3)]
    assert accepted.column("day") == [date(2024, 2, 29), None]
    assert accepted.reasons == [(3, "day", "no_such_day")]
    assert accepted.extracts[0]["bytes"] is None


def test_a_table_whose_name_tries_to_be_sql_is_only_a_name(accepting, tmp_path):
    """TRUST 42."""
    path, name = tmp_path / "shop.db", 'or"ders; DROP TABLE x'
    with sqlite3.connect(path) as database:
        database.execute('CREATE TABLE "or""ders; DROP TABLE x" ("a""b" TEXT)')
        database.execute('INSERT INTO "or""ders; DROP TABLE x" VALUES (1)')
    database.close()
    assert accepting(read=f"sqlite:{path}", table=name).column('a"b') == ["1"]


def test_a_database_that_cannot_be_read_is_an_error(accepting, tmp_path):
    path = tmp_path / "shop.db"
    sqlite([], path=path)
    with pytest.raises(StorageError, match="STO041"):
        accepting(read=f"sqlite:{path}", table="other")
    with pytest.raises(SourceError, match="SRC019"):
        accepting(read=f"sqlite:{path}")
