"""The same company, from every kind of file and table: the same answer as from CSV."""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal as D

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.company import CRM, FEBRUARY, JANUARY, write_company
from tests.flow.looking import ask, buckets, edit, figures, run, worth

MONEY = ("total", "cost", "carrier")
DAY = '      day: {type: date, format: "%d.%m.%Y"}\n'


def rows_of(text):
    return list(csv.DictReader(text.splitlines()))


def typed(text):
    """Orders with dates and decimals; the impossible day is absent, which keeps the row out as well."""
    found = []
    for row in rows_of(text):
        day = row["day"].split(".")
        possible = row["day"] != "30.02.2026"
        found.append(
            {**{name: row[name] or None for name in ("order_no", "customer", "shop")},
             "day": date(int(day[2]), int(day[1]), int(day[0])) if possible else None, **{name: D(row[name]) for name in MONEY}}
        )  # fmt: skip
    return found


def to_tsv(folder):
    for name in ("orders-2026-01", "orders-2026-02", "crm"):
        path = folder / "data" / f"{name}.csv"
        path.with_suffix(".tsv").write_text(path.read_text().replace(",", "\t"))
        path.unlink()
    edit(folder / "unequal.yaml", ("data/orders-*.csv", "data/orders-*.tsv"), ("data/crm.csv", "data/crm.tsv"))


def to_gzip(folder):
    for path in list((folder / "data").glob("*.csv")):
        path.with_suffix(".csv.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    edit(folder / "unequal.yaml", ("data/orders-*.csv", "data/orders-*.csv.gz"), ("data/crm.csv", "data/crm.csv.gz"))


def to_json_lines(folder):
    for name, text in (("orders-2026-01", JANUARY), ("orders-2026-02", FEBRUARY)):
        lines = [json.dumps({key: value or None for key, value in row.items()}) for row in rows_of(text)]
        (folder / "data" / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
    edit(folder / "unequal.yaml", ("data/orders-*.csv", "data/orders-*.jsonl"))


def to_parquet(folder):
    schema = pa.schema(
        [(name, pa.string()) for name in ("order_no", "customer", "shop")]
        + [("day", pa.date32())]
        + [(name, pa.decimal128(12, 2)) for name in MONEY]
    )
    for name, text in (("orders-2026-01", JANUARY), ("orders-2026-02", FEBRUARY)):
        pq.write_table(pa.Table.from_pylist(typed(text), schema=schema), folder / "data" / f"{name}.parquet")
    crm = pa.Table.from_pylist([{key: value or None for key, value in row.items()} for row in rows_of(CRM)])
    pq.write_table(crm, folder / "data" / "crm.parquet")
    edit(
        folder / "unequal.yaml",
        ("data/orders-*.csv", "data/orders-*.parquet"),
        ("data/crm.csv", "data/crm.parquet"),
        (DAY, "      day: {type: date, required: true}\n"),
    )


def to_excel(folder):
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl writes the workbook of this test")
    for name, text in (("orders-2026-01", JANUARY), ("orders-2026-02", FEBRUARY)):
        book = openpyxl.Workbook()
        columns = list(rows_of(text)[0])
        book.active.append(columns)
        for row in typed(text):
            cells = {
                **row,
                "day": datetime.combine(row["day"], datetime.min.time()) if row["day"] else None,
                **{key: float(row[key]) for key in MONEY},
            }
            book.active.append([cells[name] for name in columns])
        book.save(folder / "data" / f"{name}.xlsx")
    edit(folder / "unequal.yaml", ("data/orders-*.csv", "data/orders-*.xlsx"), (DAY, "      day: {type: date, required: true}\n"))


def to_sqlite(folder):
    with closing(sqlite3.connect(folder / "data" / "shop.db")) as connection, connection:
        connection.execute(
            "CREATE TABLE orders (order_no TEXT, customer TEXT, day TEXT, total NUMERIC, cost NUMERIC, carrier NUMERIC, shop TEXT)"
        )
        for row in [*rows_of(JANUARY), *rows_of(FEBRUARY)[1:]]:
            connection.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?)", [value or None for value in row.values()])
        connection.execute("CREATE TABLE crm (no TEXT, name TEXT, mail TEXT, land TEXT)")
        connection.executemany("INSERT INTO crm VALUES (?, ?, ?, ?)", [[value or None for value in row.values()] for row in rows_of(CRM)])
    edit(folder / "unequal.yaml", ("read: data/orders-*.csv", "read: 'sqlite:data/shop.db'\n    table: orders"),
         ("read: data/crm.csv", "read: 'sqlite:data/shop.db'\n    table: crm"))  # fmt: skip


KINDS = {"TSV": to_tsv, "gzip": to_gzip, "JSON lines": to_json_lines, "Parquet": to_parquet, "Excel": to_excel, "SQLite": to_sqlite}


@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_is_that_of_the_csv_files(yesterday, tmp_path, kind):
    write_company(tmp_path)
    KINDS[kind](tmp_path)
    run(tmp_path)
    assert worth(tmp_path) == worth(yesterday)
    assert buckets(tmp_path) == buckets(yesterday)
    assert figures(ask(tmp_path)) == figures(ask(yesterday))
    assert {row["residual"] for row in ask(tmp_path).tables["reconciliation"].to_pylist()} == {D(0)}
