"""Every amount of every accepted row becomes one entry on one line."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import ibis
import pytest
from tests.ledger.books import Books, project_with, texts

from unequal import ledger, storage
from unequal.terms.errors import LedgerError, PredicateError

ONE = "ann | 1 | tea | 3 | 1.105 | 2.00 | EUR | 31.01.2026 12:00"


@pytest.fixture
def books(duckdb_engine: storage.Engine, tmp_path: Path) -> Books:
    return Books(duckdb_engine, tmp_path, project_with(), texts(ONE))


def lines(entries: list[dict[str, Any]]) -> list[tuple[str, str, D]]:
    return [(entry["amount_name"], entry["line"], entry["amount"]) for entry in entries]


def test_a_row_makes_one_entry_per_amount_signed_as_the_ledger_signs(books: Books) -> None:
    assert lines(books.run()) == [("cost", "cost_of_goods", D("-2.0000")), ("sales", "list_revenue", D("3.3150"))]


def test_an_entry_says_where_it_comes_from_and_is_named_by_it(books: Books) -> None:
    entry = books.run()[1]
    assert entry["entry_id"] == hashlib.md5(b"orders\x1f1-1\x1fsales").hexdigest()
    assert {name: entry[name] for name in ("source", "source_file", "source_row", "row_id", "amount_name", "record", "record_source")} == {
        "source": "orders", "source_file": "orders.csv", "source_row": 1, "row_id": "1-1", "amount_name": "sales", "record": "ann",
        "record_source": "crm",
    }  # fmt: skip
    assert (entry["document"], entry["product"], entry["channel"]) == ("1", "tea", None)
    assert list(entry) == list(ledger.tables.ENTRY.names)


def test_money_is_rounded_line_by_line_half_away_from_zero(books: Books) -> None:
    books.raw = texts("""
        ann | 1 | a | 1  | 0.00005 | -0.00005 | EUR | 31.01.2026 12:00
        ann | 2 | a | -3 | 0.00005 | 0.00015  | EUR | 31.01.2026 12:00
        ann | 3 | a | 1  | 0.00004 | 0.00014  | EUR | 31.01.2026 12:00
    """)
    amounts = {(entry["source_row"], entry["amount_name"]): entry["amount"] for entry in books.run()}
    assert amounts == {
        (1, "sales"): D("0.0001"), (1, "cost"): D("0.0001"), (2, "sales"): D("-0.0002"), (2, "cost"): D("-0.0002"),
        (3, "cost"): D("-0.0001"),
    }  # fmt: skip


def test_a_zero_makes_an_entry_only_where_the_row_has_nothing_else(books: Books) -> None:
    books.raw = texts("""
        ann | 1 | a | 1 | 5 | 0 | EUR | 31.01.2026 12:00
        ann | 2 | a | 1 | 0 | 0 | EUR | 31.01.2026 12:00
        ann | 3 | a | 1 | - | 0 | EUR | 31.01.2026 12:00
        ann | 4 | a | 1 | - | - | EUR | 31.01.2026 12:00
    """)
    assert [(entry["source_row"], entry["amount_name"]) for entry in books.run()] == [(1, "sales"), (2, "sales"), (3, "cost")]


def test_the_first_rule_that_holds_gives_the_line_before_returns_and_the_amounts_own(books: Books) -> None:
    books.project = project_with({"rules": [
        {"when": "product = 'POST'", "line": "freight"}, {"when": "product like 'P%'", "line": "other"},
    ]})  # fmt: skip
    books.raw = texts("""
        ann | 1 | POST | -1 | 5 | - | EUR | 31.01.2026 12:00
        ann | 2 | PIN  | 1  | 5 | - | EUR | 31.01.2026 12:00
        ann | 3 | tea  | -1 | 5 | 2 | EUR | 31.01.2026 12:00
        ann | 4 | -    | 1  | 5 | - | EUR | 31.01.2026 12:00
    """)
    found = [(entry["source_row"], entry["line"]) for entry in books.run()]
    # A return takes back the sale; its cost stays a cost.
    assert found == [(1, "freight"), (2, "other"), (3, "cost_of_goods"), (3, "returns"), (4, "list_revenue")]


def test_an_amount_with_a_condition_is_booked_only_where_it_holds(books: Books) -> None:
    amounts = {"sales": {"column": "price", "line": "list_revenue", "when": "currency = 'EUR'"}}
    books.project = project_with({"amounts": amounts, "currency": {"value": "EUR"}})
    books.raw = texts("""
        ann | 1 | a | 1 | 5 | - | EUR | 31.01.2026 12:00
        ann | 2 | a | 1 | 6 | - | USD | 31.01.2026 12:00
        ann | 3 | a | 1 | 7 | - | -   | 31.01.2026 12:00
    """)
    assert [entry["source_row"] for entry in books.run()] == [1]
    assert [row["amount"] for row in books.reconcile() if row["item"] == "control_total"] == [D("5.0000")]


def test_the_day_of_booking_is_the_companys_and_the_moment_stays_utc(books: Books) -> None:
    books.raw = texts("ann | 1 | a | 1 | 5 | - | EUR | 31.01.2026 23:30")
    entry = books.run()[0]
    assert (entry["booked_on"], entry["occurred_at"]) == (date(2026, 2, 1), datetime(2026, 1, 31, 23, 30))


def test_a_value_can_be_a_constant_or_be_looked_up_and_no_row_is_doubled(books: Books, duckdb_engine: storage.Engine) -> None:
    items = duckdb_engine.rows(
        {"sku": "string", "family": "string"}, [{"sku": "tea", "family": "drinks"}, {"sku": "jam", "family": "food"}]
    )
    family = {"column": "product", "source": "items", "key": "sku", "value": "family"}
    books.project = project_with({"channel": {"value": "web"}, "market": family}, sources={"items": {"read": "items.csv"}})
    books.lookups = {"items": items}
    books.raw += texts("ann | 2 | gin | 1 | 5 | - | EUR | 31.01.2026 12:00")
    entries = books.run()
    assert [(entry["source_row"], entry["channel"], entry["market"]) for entry in entries] == [
        (1, "web", "drinks"), (1, "web", "drinks"), (2, "web", None),
    ]  # fmt: skip


def test_a_key_that_is_not_unique_is_refused_before_it_doubles_a_dollar(books: Books, duckdb_engine: storage.Engine) -> None:
    books.lookups = {"items": duckdb_engine.rows({"sku": "string", "family": "string"}, [{"sku": "tea", "family": f} for f in "ab"])}
    family = {"column": "product", "source": "items", "key": "sku", "value": "family"}
    books.project = project_with({"market": family}, sources={"items": {"read": "items.csv"}})
    books.accept()
    with pytest.raises(LedgerError) as caught:
        books.post()
    assert caught.value.code == "LED004"
    assert "tea on 2 rows" in caught.value.seen
    posted = ledger.post(books.table("accepted/rows"), "orders", books.source, project=books.project, lookups=books.lookups)
    assert duckdb_engine.count(posted) == 2, "even unchecked, a lookup adds no row"


@pytest.mark.parametrize(
    ("postings", "code", "told"),
    [
        ({"booked_on": "day"}, "LED005", "day; there are customer, invoice"),
        ({"amounts": {"sales": {"column": "total", "line": "list_revenue"}}}, "LED005", "total"),
        ({"amounts": {"sales": {"column": "price", "times": "pieces", "line": "list_revenue"}}}, "LED005", "pieces"),
        ({"customer": {"id": "who"}}, "LED005", "who"),
        ({"channel": {"column": "product", "source": "items", "key": "sku", "value": "family"}}, "LED006", "items"),
        ({"amounts": {"sales": {"column": "invoice", "line": "list_revenue"}}}, "LED007", "invoice is string"),
        ({"booked_on": "invoice"}, "LED009", "invoice is string"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_with_its_place(books: Books, postings: dict[str, Any], code: str, told: str) -> None:
    books.project = project_with(postings)
    books.accept()
    with pytest.raises(LedgerError) as caught:
        books.post()
    assert caught.value.code == code
    assert told in caught.value.seen
    assert caught.value.where.startswith("sources.orders.postings")


def test_a_rule_that_names_no_column_is_refused_with_its_place(books: Books) -> None:
    books.project = project_with({"rules": [{"when": "sku = 'POST'", "line": "freight"}]})
    books.accept()
    with pytest.raises(PredicateError, match=r"sources\.orders\.postings\.rules\[0\]\.when"):
        books.post()


def test_a_source_without_postings_is_refused(books: Books) -> None:
    books.accept()
    with pytest.raises(LedgerError, match="LED008"):
        ledger.post(books.table("accepted/rows"), "crm", books.project.sources["crm"], project=books.project)


def test_amounts_without_a_day_of_booking_are_refused_with_their_count_and_place(books: Books) -> None:
    books.raw += texts("ann | 2 | a | 1 | 5 | 1 | EUR | -")
    books.accept()
    with pytest.raises(LedgerError) as caught:
        books.post()
    assert caught.value.code == "LED003"
    assert caught.value.seen == "2 amounts have no at, first at row 2"


def test_a_row_without_a_day_and_without_amounts_is_no_matter(books: Books) -> None:
    books.raw += texts("ann | 2 | a | 1 | - | - | EUR | -")
    assert len(books.run()) == 2


def test_a_column_of_a_source_may_be_named_as_a_column_of_the_ledger(books: Books, duckdb_engine: storage.Engine) -> None:
    rows = books.engine.rows(
        {"amount": "decimal(28, 10)", "line": "string", "booked_on": "date", "_file": "string", "_row": "int64", "_row_id": "string"},
        [{"amount": D(5), "line": "x", "booked_on": date(2026, 1, 1), "_file": "f", "_row": 1, "_row_id": "1"}],
    )
    source = project_with({
        "amounts": {"a": {"column": "amount", "line": "list_revenue"}}, "booked_on": "booked_on", "customer": None, "currency": None,
        "document": None, "product": "line", "rules": [], "returns": None,
    }).sources["orders"]  # fmt: skip
    entry = duckdb_engine.fetch(ledger.post(rows, "orders", source, project=books.project))[0]
    assert (entry["line"], entry["product"], entry["currency"], entry["record_source"]) == ("list_revenue", "x", "EUR", None)


def test_posting_is_lazy_and_leaves_the_rows_as_they_are(books: Books) -> None:
    books.accept()
    posted = ledger.post(books.table("accepted/rows"), "orders", books.source, project=books.project)
    assert isinstance(posted, ibis.Table)
    assert set(posted.columns) == set(ledger.tables.ENTRY.names) - {"customer_id", "unassigned_reason", "amount", "rate_id"}
