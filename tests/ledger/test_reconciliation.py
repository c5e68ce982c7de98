"""The reconciliation turns red for every way of losing, making or moving a dollar."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from pathlib import Path

import ibis
import pytest
from tests.ledger.books import Books, project_with, texts

from unequal import storage
from unequal.terms.errors import LedgerError

ORDERS = texts("""
    ann | 1 | tea   | 3  | 1.105 | 2.00  | EUR | 31.01.2026 22:30
    ann | 2 | tea   | -1 | 1.105 | -0.50 | EUR | 03.02.2026 09:00
    bob | 3 | POST  | 1  | 5.00  | -     | EUR | 05.01.2026 10:00
    -   | 4 | scone | 1  | 0     | 0     | EUR | 05.01.2026 10:00
    zoe | 4 | scone | 2  | 7.77777 | 1   | USD | 05.01.2026 10:00
    bob | 5 | jam   | 7  | 0.0333 | 0.01 | EUR | 31.01.2026 23:30
    bob | 6 | jam   | 1  | 4.00  | 1.00  | EUR | 31.02.2026 23:30
    bob | 7 | jam   | 1  | 9.00  | 1.00  | EUR | 10.02.2026 08:00
""")
RATES = {"rates": [{"currency": "USD", "since": "2026-01-01", "rate": "0.90"}]}


@pytest.fixture
def books(duckdb_engine: storage.Engine, tmp_path: Path) -> Books:
    return Books(duckdb_engine, tmp_path, project_with(ledger=RATES), [dict(row) for row in ORDERS], {7: "not_a_timestamp"}, {8})


def booked(books: Books) -> list[dict]:
    books.run(owners={"ann": "c_ann", "bob": "c_bob"})
    return books.reconcile()


def test_every_cell_ends_with_a_residual_of_exactly_nothing(books: Books) -> None:
    rows = booked(books)
    residuals = [row for row in rows if row["item"] == "residual"]
    assert residuals
    assert all(row["amount"] == D("0.0000") and row["rows"] == 0 for row in residuals)


def test_the_control_total_is_what_the_raw_text_comes_to_and_each_item_says_what_became_of_it(books: Books) -> None:
    january = {
        (row["line"], row["item"]): (row["amount"], row["rows"])
        for row in booked(books)
        if row["period"] == date(2026, 1, 1) and row["currency"] == "EUR"
    }
    assert january[("list_revenue", "control_total")] == (D("3.3150"), 2)  # 3 x 1.105, and the free scone
    assert january[("list_revenue", "customers")] == (D("3.3150"), 1)
    assert january[("list_revenue", "unassigned")] == (D("0.0000"), 1)
    assert january[("freight", "control_total")] == (D("5.0000"), 1)


def test_rows_that_were_left_out_stand_in_the_reconciliation_with_their_dollars(books: Books) -> None:
    rows = booked(books)
    left_out = {
        (row["item"], row["line"]): (row["period"], row["amount"]) for row in rows if row["item"] in ("quarantined", "counted_once")
    }
    assert left_out[("quarantined", "list_revenue")] == (None, D("4.0000"))
    assert left_out[("quarantined", "cost_of_goods")] == (None, D("-1.0000"))
    assert left_out[("counted_once", "list_revenue")] == (date(2026, 2, 1), D("9.0000"))


def test_rounding_each_line_is_an_item_of_its_own(books: Books) -> None:
    rows = booked(books)
    # 2 x 7.77777 is 15.55554 and is booked as 15.5555; the control total of all lines rounds to the same here.
    dollars = {row["item"]: row["amount"] for row in rows if row["currency"] == "USD" and row["line"] == "list_revenue"}
    assert dollars == {"control_total": D("15.5555"), "unassigned": D("15.5555"), "residual": D(0)}
    books.raw += [dict(books.raw[4], invoice=str(n)) for n in (20, 21)]
    for folder in ("posted", "rates", "book", "reconcile"):
        (books.folder / folder).rename(books.folder / f"{folder}-first")
    rows = booked(books)
    dollars = {row["item"]: row["amount"] for row in rows if row["currency"] == "USD" and row["line"] == "list_revenue"}
    assert dollars == {"control_total": D("46.6666"), "rounding": D("0.0001"), "unassigned": D("46.6665"), "residual": D(0)}


def test_midnight_falls_by_the_clock_of_the_company_on_both_ways(books: Books) -> None:
    rows = booked(books)
    # 23:30 UTC on 31 January is half past midnight in Berlin: February, in the ledger and in the control total.
    february = {row["item"]: row["amount"] for row in rows if row["period"] == date(2026, 2, 1) and row["line"] == "cost_of_goods"}
    assert february == {
        "control_total": D("-0.5100"), "counted_once": D("-1.0000"), "customers": D("0.4900"), "residual": D(0),
    }  # fmt: skip


CENT = D("0.01")


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("a cent", "sales of row 1 in orders.csv: 3.3150 is booked as 3.3050"),
        ("a lost row", "cost of row 1 in orders.csv: -2.0000 is not booked"),
        ("a doubled row", "sales of row 1 in orders.csv: 3.3150 is booked 2 times"),
        ("a sign", "sales of row 1 in orders.csv: 3.3150 is booked with the other sign"),
        ("a month", "sales of row 1 in orders.csv: 3.3150 of 2026-01 is booked in 2026-02"),
        ("a line", "sales of row 1 in orders.csv: 3.3150 on list_revenue in EUR is booked on other in EUR"),
        ("an invention", "an entry of 3.3150 stands there that no raw row gives"),
    ],
)
def test_harm_to_one_entry_stops_the_run_and_is_located(books: Books, harm: str, told: str) -> None:
    booked(books)
    entries = books.table("book/entry")
    first = (entries["source_row"] == 1) & (entries["amount_name"] == "sales")
    less = (entries["original_amount"] - CENT).cast("decimal(18, 4)")
    harmed = {
        "a cent": entries.mutate(original_amount=first.ifelse(less, entries["original_amount"]), amount=first.ifelse(less, entries["amount"])),
        "a lost row": entries.filter(entries["source_row"] != 1),
        "a doubled row": entries.union(entries.filter(entries["source_row"] == 1)),
        "a sign": entries.mutate(
            original_amount=first.ifelse(-entries["original_amount"], entries["original_amount"]).cast("decimal(18, 4)"),
            amount=first.ifelse(-entries["amount"], entries["amount"]).cast("decimal(18, 4)"),
        ),
        "a month": entries.mutate(booked_on=first.ifelse(ibis.date(2026, 2, 1), entries["booked_on"])),
        "a line": entries.mutate(line=first.ifelse("other", entries["line"])),
        "an invention": entries.union(entries.filter(first).mutate(source_row=ibis.literal(99, "int64"))),
    }[harm]  # fmt: skip
    with pytest.raises(LedgerError) as caught:
        books.reconcile(harmed)
    assert caught.value.code == "LED010"
    assert told in str(caught.value)
    assert "2026-01" in caught.value.where
    assert "residual" in caught.value.seen


def test_a_lost_and_an_invented_row_of_the_same_amount_do_not_cancel(books: Books) -> None:
    books.raw += [dict(books.raw[0], invoice="30"), dict(books.raw[0], invoice="31", quantity="-3", product="x")]
    booked(books)
    entries = books.table("book/entry")
    pair = entries.filter(~entries["source_row"].isin([9, 10]))
    with pytest.raises(LedgerError, match="LED010"):
        books.reconcile(pair)


def test_a_converted_amount_that_lost_a_cent_is_found_though_its_original_is_whole(books: Books) -> None:
    booked(books)
    entries = books.table("book/entry")
    dollars = entries["currency"] == "USD"
    harmed = entries.mutate(amount=dollars.ifelse((entries["amount"] - CENT).cast("decimal(18, 4)"), entries["amount"]))
    with pytest.raises(LedgerError) as caught:
        books.reconcile(harmed)
    assert caught.value.code == "LED012"
    assert "2 entries" in caught.value.seen


def test_a_row_lost_before_posting_is_found_from_the_raw_text(books: Books) -> None:
    books.accept()
    kept = books.table("accepted/rows")
    books.engine.write(kept.filter(kept["_row"] != 6), books.folder / "accepted/fewer.parquet")
    (books.folder / "accepted/fewer.parquet").replace(books.folder / "accepted/rows.parquet")
    books.post()
    books.book()
    with pytest.raises(LedgerError, match=r"sales of row 6 in orders.csv: 0.2331 is not booked"):
        books.reconcile()


def test_a_quarantined_row_that_is_booked_all_the_same_is_found(books: Books) -> None:
    booked(books)
    books.quarantined[1] = "by mistake"
    rows = books.table("accepted/rows")
    books.accept()
    assert rows is not None
    with pytest.raises(LedgerError, match=r"an entry of 3.3150 stands there that no raw row gives"):
        books.reconcile()


def test_a_declared_figure_that_agrees_is_shown_and_one_that_does_not_stops_the_run(books: Books) -> None:
    # Counted once, quarantined rows too, in the source's own sign: 2.00 - 0.50 + 0 + 1 + 0.01 + 1.00.
    books.project = project_with({"control_total": {"cost": "3.51"}}, ledger=RATES)
    declared = [row for row in booked(books) if row["item"] == "declared_total:cost"]
    assert [(row["line"], row["amount"], row["period"]) for row in declared] == [("cost_of_goods", D("3.5100"), None)]
    books.project = project_with({"control_total": {"cost": "3.50"}}, ledger=RATES)
    with pytest.raises(LedgerError) as caught:
        books.reconcile()
    assert caught.value.code == "LED011"
    assert "declared 3.50, the rows come to 3.51, -0.01 apart" in caught.value.seen


def test_a_figure_declared_for_an_amount_that_is_not_mapped_is_refused(books: Books) -> None:
    books.project = project_with({"control_total": {"sale": "1"}}, ledger=RATES)
    with pytest.raises(LedgerError, match="LED011") as caught:
        booked(books)
    assert caught.value.do == "name one of sales, cost"


def test_sums_of_many_digits_lose_none_of_them(books: Books) -> None:
    books.raw += [dict(ORDERS[0], invoice=str(n), price="12345678.1234567891", quantity=str(99_999)) for n in range(40, 60)]
    sales = [
        row for row in booked(books) if row["line"] == "list_revenue" and row["currency"] == "EUR" and row["period"] == date(2026, 1, 1)
    ]
    items = {row["item"]: row["amount"] for row in sales}
    # 12345678.1234567891 x 99999 is 1234555466667.5554213...; twenty of them and 3.315, exactly, then rounded once.
    exact = D("12345678.1234567891") * 99_999 * 20 + D("3.315")
    assert items["control_total"] == round(exact, 4)
    assert items["customers"] == round(D("12345678.1234567891") * 99_999, 4) * 20 + D("3.315")
    assert items["rounding"] == items["control_total"] - items["customers"]
    assert items["residual"] == 0
