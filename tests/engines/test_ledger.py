"""The ledger's table functions give the same rows on DuckDB and on Spark."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.books import Books, project_with, texts

from unequal import customer_base, ledger, storage
from unequal.ledger.booking_day import day_in_zone
from unequal.terms.lines import Level
from unequal.terms.money import money_product

ROWS = texts("""
    ann | 1 | tea   | 3  | 1.105   | 2.00  | EUR | 31.01.2026 23:30
    ann | 2 | tea   | -1 | 1.105   | -0.50 | EUR | 03.02.2026 09:00
    bob | 3 | POST  | 1  | 5.00    | -     | EUR | 05.01.2026 10:00
    -   | 4 | scone | 1  | 0       | 0     | EUR | 05.01.2026 10:00
    zoe | 4 | scone | 2  | 7.77777 | 9.99  | USD | 05.01.2026 10:00
    bob | 5 | jam   | 7  | 0.0333  | 99.01 | EUR | 31.01.2026 23:30
""")
LEVEL = Level.GROSS_MARGIN


def test_a_source_is_posted_converted_booked_and_reconciled_alike(engine: storage.Engine, tmp_path: Path) -> None:
    project = project_with(ledger={"rates": [{"currency": "USD", "since": "2026-01-01", "rate": "0.9123456789"}]})
    books = Books(engine, tmp_path, project, ROWS)
    entries = books.run(owners={"ann": "c_ann", "bob": "c_bob", "zoe": "c_zoe"})
    assert [(row["source_row"], row["amount_name"], row["line"], row["booked_on"], row["amount"]) for row in entries] == [
        (1, "cost", "cost_of_goods", date(2026, 2, 1), D("-2.0000")), (1, "sales", "list_revenue", date(2026, 2, 1), D("3.3150")),
        (2, "cost", "cost_of_goods", date(2026, 2, 3), D("0.5000")), (2, "sales", "returns", date(2026, 2, 3), D("-1.1050")),
        (3, "sales", "freight", date(2026, 1, 5), D("5.0000")), (4, "sales", "list_revenue", date(2026, 1, 5), D("0.0000")),
        (5, "cost", "cost_of_goods", date(2026, 1, 5), D("-9.1143")), (5, "sales", "list_revenue", date(2026, 1, 5), D("14.1920")),
        (6, "cost", "cost_of_goods", date(2026, 2, 1), D("-99.0100")), (6, "sales", "list_revenue", date(2026, 2, 1), D("0.2331")),
    ]  # fmt: skip
    assert entries[3]["reverses"] == entries[1]["entry_id"]
    assert all(row["amount"] == 0 for row in books.reconcile() if row["item"] == "residual")
    statement = books.table("book/statement")
    figures = customer_base.customer_figures(statement, LEVEL)
    banded = customer_base.bands(figures, break_even_within=D(0), break_even_share_of_sales=D("0.05"))
    assert [(row["customer_id"], row["band"], row["customer_rank"]) for row in engine.fetch(banded.order_by("customer_rank"))] == [
        ("c_zoe", "profitable", 1), ("c_ann", "profitable", 2), ("c_bob", "unprofitable", 3),
    ]  # fmt: skip
    assert [row["customers"] for row in engine.fetch(customer_base.band_totals(banded))] == [2, 1]
    assert [(row["value"], row["amount"]) for row in engine.fetch(customer_base.slices(books.table("book/entry"), "month", LEVEL))] == [
        ("2026-01", D("5.0777")), ("2026-02", D("-98.0669")),
    ]  # fmt: skip
    assert [(row["customer_id"], row["cause"]) for row in engine.fetch(customer_base.give_backs(statement, LEVEL))] == [
        ("c_bob", "cost_of_goods")
    ]
    assert [row["line"] for row in engine.fetch(ledger.waterfall(statement, LEVEL))] == [
        "list_revenue",
        "returns",
        "cost_of_goods",
        "freight",
    ]


def test_a_product_is_exact_above_what_64_bits_hold(engine: storage.Engine) -> None:
    table = engine.rows(
        {"price": "decimal(28, 10)", "pieces": "int64", "weight": "decimal(28, 10)"},
        [
            {"price": D("2.10"), "pieces": 48, "weight": D("48.5")},
            {"price": D("1234567.1234567891"), "pieces": 999_999, "weight": D("0.3333333333")},
            {"price": D("-0.00005"), "pieces": 1, "weight": D(1)},
        ],
    )
    found = engine.fetch(
        table.select(whole=money_product(table["price"], table["pieces"]), part=money_product(table["price"], table["weight"]))
    )
    assert sorted((row["whole"], row["part"]) for row in found) == [
        (D("-0.0001"), D("-0.0001")), (D("100.8000"), D("101.8500")), (D("1234565888889.6656"), D("411522.3704")),
    ]  # fmt: skip


@pytest.mark.parametrize("price", ["99999999999999.99995", "-100000000000000"])
def test_an_amount_too_large_for_the_ledger_is_an_error_and_not_a_wrong_figure(engine: storage.Engine, price: str, tmp_path: Path) -> None:
    raw = [{**ROWS[2], "price": price, "product": "tea"}]
    amounts = {"sales": {"column": "price", "line": "list_revenue"}}
    books = Books(engine, tmp_path, project_with({"amounts": amounts}), raw)
    books.accept()
    with pytest.raises(Exception, match=r"(?i)decimal|overflow|out of range|cast"):
        books.post()


def test_the_day_of_a_moment_is_the_same(engine: storage.Engine) -> None:
    moments: list[Any] = [
        datetime(2026, 3, 29, 0, 59, 59),
        datetime(2026, 3, 28, 23, 0),
        datetime(2026, 7, 1, 22, 0),
        datetime(2026, 7, 1, 21, 59),
        None,
    ]
    table = engine.rows({"at": "timestamp(6)"}, [{"at": moment} for moment in moments])
    found = {row["at"]: row["day"] for row in engine.fetch(table.mutate(day=day_in_zone(table["at"], "Europe/Berlin")))}
    assert list(map(found.__getitem__, moments)) == [date(2026, 3, 29), date(2026, 3, 29), date(2026, 7, 2), date(2026, 7, 1), None]
