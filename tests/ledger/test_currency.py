"""Amounts in other currencies are converted at the rate of their day, or the run stops and says where."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.books import Books, project_with, texts

from unequal import ledger, storage
from unequal.config.ledger import DatedRate
from unequal.ledger.currency import declared_rates
from unequal.terms.errors import LedgerError

RATES = [
    {"currency": "USD", "since": "2026-01-01", "rate": "0.9"},
    {"currency": "USD", "since": "2026-01-15", "rate": "0.8333333333"},
    {"currency": "GBP", "since": "2026-01-01", "rate": "1.15"},
]


@pytest.fixture
def books(duckdb_engine: storage.Engine, tmp_path: Path) -> Books:
    return Books(duckdb_engine, tmp_path, project_with(ledger={"rates": RATES}), [])


def sale(row: int, day: str, price: str, currency: str) -> dict[str, str]:
    return texts(f"ann | {row} | tea | 1 | {price} | - | {currency} | {day} 10:00")[0]


def converted(books: Books, *sales: dict[str, str]) -> list[tuple[D, str | None]]:
    books.raw = list(sales)
    return [(entry["amount"], entry["rate_id"]) for entry in books.run()]


def test_the_latest_rate_that_began_on_or_before_the_day_counts(books: Books) -> None:
    found = converted(books, sale(1, "14.01.2026", "100", "USD"), sale(2, "15.01.2026", "100", "USD"), sale(3, "15.01.2026", "100", "GBP"))
    assert found == [(D("90.0000"), "USD:2026-01-01"), (D("83.3333"), "USD:2026-01-15"), (D("115.0000"), "GBP:2026-01-01")]


def test_the_reporting_currency_has_no_rate_and_is_not_touched(books: Books) -> None:
    assert converted(books, sale(1, "14.01.2020", "0.12345", "eur")) == [(D("0.1235"), None)]


def test_each_amount_is_rounded_by_itself_half_away_from_zero(books: Books) -> None:
    found = converted(books, sale(1, "02.01.2026", "0.0005", "USD"), sale(2, "02.01.2026", "-0.0005", "USD"))
    assert found == [(D("0.0005"), "USD:2026-01-01"), (D("-0.0005"), "USD:2026-01-01")]  # 0.00045


def test_a_rate_of_exactly_the_oldest_age_is_used_and_one_a_day_older_is_not(books: Books) -> None:
    assert converted(books, sale(1, "05.02.2026", "1", "GBP")) == [(D("1.1500"), "GBP:2026-01-01")]  # 35 days
    (books.folder / "posted").rename(books.folder / "before")
    (books.folder / "rates").rename(books.folder / "rates-before")
    books.raw = [sale(1, "06.02.2026", "1", "GBP")]
    books.accept()
    with pytest.raises(LedgerError, match="LED001"):
        books.post()


def test_an_unknown_currency_stops_the_run_with_counts_and_the_first_place(books: Books) -> None:
    books.raw = [
        sale(1, "02.01.2026", "1", "EUR"),
        sale(2, "02.01.2026", "1", "SEK"),
        sale(3, "02.01.2026", "1", "SEK"),
        sale(4, "02.01.2026", "1", "-"),
    ]
    books.accept()
    with pytest.raises(LedgerError) as caught:
        books.post()
    assert str(caught.value) == (
        "LED001 orders arrived in a currency the ledger has no rate for\n"
        "  where: sources.orders, file orders.csv\n"
        "  seen:  of 4 rows 2 rows in SEK, 1 rows in no currency, first at row 2; rates known for GBP, USD\n"
        "  do:    add SEK, the missing ones to ledger.rates for the days in question, or set sources.orders.unknown_currency: quarantine"
    )


def test_an_unknown_currency_can_be_quarantined_and_its_dollars_are_an_item_of_the_reconciliation(books: Books) -> None:
    books.project = project_with(ledger={"rates": RATES}, orders={"unknown_currency": "quarantine"})
    books.raw = [sale(1, "02.01.2026", "1", "EUR"), {**sale(2, "02.01.2026", "7", "SEK"), "cost": "2"}]
    assert [entry["source_row"] for entry in books.run()] == [1]
    quarantined = books.engine.fetch(books.table("posted/quarantined"))
    assert [(row["source"], row["file"], row["row"], row["reason"], row["detail"]) for row in quarantined] == [
        ("orders", "orders.csv", 2, "unknown_currency", "no rate is known on its day for SEK"),
    ]  # fmt: skip
    assert quarantined[0]["raw"].startswith("ann,2,tea,1,7")
    items = {(row["line"], row["item"]): row["amount"] for row in books.reconcile() if row["currency"] == "SEK"}
    assert items[("list_revenue", "unknown_currency")] == D("7.0000")
    assert items[("cost_of_goods", "unknown_currency")] == D("-2.0000")
    assert items[("list_revenue", "residual")] == 0


def test_without_any_rate_a_constant_foreign_currency_is_unknown_too(books: Books) -> None:
    books.project = project_with({"currency": {"value": "usd"}})
    books.raw = [sale(1, "02.01.2026", "1", "EUR")]
    books.accept()
    with pytest.raises(LedgerError, match="rates known for no currency"):
        books.post()


def rates_of(engine: storage.Engine, folder: Path, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    mapping = {"source": "fx", "currency": "code", "since": "day", "rate": "worth"}
    project = project_with(ledger={"rates": mapping}, sources={"fx": {"read": "fx.csv"}})
    table = engine.rows({"code": "string", "day": "date", "worth": "decimal(28, 10)"}, rows)
    ledger.steps.rates(engine, project=project, rows={"fx": table}, folder=folder)
    found: list[dict[str, Any]] = engine.fetch(engine.read(folder / "rate.parquet").order_by("rate_id"))
    return found


def test_rates_can_be_read_from_a_source(duckdb_engine: storage.Engine, tmp_path: Path) -> None:
    rows = [{"code": "usd ", "day": date(2026, 1, 1), "worth": D("0.9")}, {"code": None, "day": date(2026, 1, 1), "worth": D(1)}]
    assert rates_of(duckdb_engine, tmp_path, rows * 2) == [
        {"rate_id": "USD:2026-01-01", "currency": "USD", "since": date(2026, 1, 1), "rate": D("0.9000000000")}
    ]


def test_two_rates_of_one_day_are_refused_from_the_config_and_from_a_source(duckdb_engine: storage.Engine, tmp_path: Path) -> None:
    rows = [{"code": "USD", "day": date(2026, 1, 1), "worth": D(worth)} for worth in ("0.9", "0.8")]
    with pytest.raises(LedgerError, match="LED002"):
        rates_of(duckdb_engine, tmp_path, rows)
    twice = [DatedRate(currency="USD", since=date(2026, 1, 1), rate=rate) for rate in ("0.9", "0.8")]
    with pytest.raises(LedgerError, match="LED002"):
        declared_rates(twice)
