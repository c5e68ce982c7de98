"""The general ledger against the detail: every disagreement is found, where it is and as large as it is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.books import project_with

from unequal import ledger, storage
from unequal.config.ledger import AccountRule, GeneralLedger, Tolerance
from unequal.ledger.general_ledger import books_rows, books_sums, detail_sums
from unequal.ledger.tie_out import begins, tie_out_summary, tied_out
from unequal.terms.errors import LedgerError

ROW = {"account": pa.string(), "title": pa.string(), "day": pa.date32(), "money": pa.decimal128(28, 10), "cur": pa.string(),
       "_file": pa.string(), "_row": pa.int64()}  # fmt: skip
ENTRY = {"customer_id": "string", "line": "string", "booked_on": "date", "amount": "decimal(18, 4)", "original_amount": "decimal(18, 4)",
         "currency": "string", "channel": "string", "market": "string"}  # fmt: skip
SALES = {"accounts": ["40*"], "lines": ["list_revenue"]}
GOODS = {"accounts": ["5000"], "lines": ["cost_of_goods"]}


def project(accounts: dict[str, Any], **books: Any) -> Any:
    given_books = {
        "source": "books",
        "account": "account",
        "name": "title",
        "period": "day",
        "amount": "money",
        "accounts": accounts,
        **books,
    }
    return project_with(ledger={"general_ledger": given_books}, sources={"books": {"read": "books.csv"}})


def held(engine: storage.Engine, text: str) -> Any:
    """Rows of the general ledger: account, title, day, amount and perhaps a currency, parted by `|`; `-` for none."""
    rows = []
    for number, line in enumerate(text.strip().splitlines(), start=1):
        account, title, day, money, cur = ([cell.strip() for cell in line.split("|")] + ["EUR"])[:5]
        rows.append({
            "account": None if account == "-" else account, "title": title, "day": date.fromisoformat(day) if day != "-" else None,
            "money": None if money == "-" else D(money), "cur": cur, "_file": "books.csv", "_row": number,
        })  # fmt: skip
    types = {
        "account": "string",
        "title": "string",
        "day": "date",
        "money": "decimal(28, 10)",
        "cur": "string",
        "_file": "string",
        "_row": "int64",
    }
    return engine.rows(types, pa.Table.from_pylist(rows, schema=pa.schema(list(ROW.items()))))


def booked(engine: storage.Engine, text: str) -> Any:
    """Entries: customer, line, day, amount, channel and perhaps an original amount and currency."""
    rows = []
    for line in text.strip().splitlines():
        customer, line_name, day, amount, channel, *original = [cell.strip() for cell in line.split("|")]
        money, currency = original or (amount, "EUR")
        rows.append({"customer_id": customer, "line": line_name, "booked_on": date.fromisoformat(day), "amount": D(amount),
                     "original_amount": D(money), "currency": currency, "channel": None if channel == "-" else channel, "market": None})  # fmt: skip
    return engine.rows(ENTRY, rows)


def tie(engine: storage.Engine, accounts: dict[str, Any], books: str, entries: str, **settings: Any) -> list[dict[str, Any]]:
    """All of it but the refusal."""
    made = project(accounts, **settings)
    mapping = made.ledger.general_ledger
    by_month = mapping.periods == "calendar_month"
    sums = books_sums(books_rows(held(engine, books), project=made), by_month=by_month)
    detail = detail_sums(booked(engine, entries), mapping, reporting_currency="EUR", by_month=by_month)
    return tied_out(engine.fetch(sums), engine.fetch(detail), mapping)


def told(rows: list[dict[str, Any]], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row.get(column) for column in columns) for row in rows]


def test_a_difference_is_placed_in_its_account_period_and_currency(engine: storage.Engine) -> None:
    rows = tie(
        engine, {"sales": SALES, "goods": GOODS},
        """
        4000 | Web sales   | 2026-01-31 | 100.00
        4010 | Shop sales  | 2026-01-31 | 50.00
        5000 | Goods       | 2026-01-31 | -60.00
        4000 | Web sales   | 2026-02-28 | 70.00
        """,
        """
        ann        | list_revenue  | 2026-01-05 | 149.00 | web
        unassigned | list_revenue  | 2026-01-31 | 1.00   | -
        ann        | cost_of_goods | 2026-01-05 | -60.00 | web
        bob        | list_revenue  | 2026-02-01 | 69.9999 | web
        """,
        tolerance={"amount": "1.00"},
    )  # fmt: skip
    assert told(rows, "rule", "account", "period", "currency", "outcome", "unexplained") == [
        ("sales", "4000 + 4010", date(2026, 1, 1), "EUR", "equal", D("0.0000")),
        ("sales", "4000 + 4010", date(2026, 2, 1), "EUR", "within_tolerance", D("0.0001")),
        ("goods", "5000", date(2026, 1, 1), "EUR", "equal", D("0.0000")),
    ]
    assert rows[0]["name"] == "Web sales + Shop sales"


def test_what_neither_side_maps_is_listed_with_its_money_and_never_dropped(engine: storage.Engine) -> None:
    rows = tie(
        engine, {"sales": SALES, "tax": {"accounts": ["9?00"], "not_customers": "tax"}, "calls": {"accounts": ["62*"], "not_charged": "call_centre"}},
        """
        4000 | Sales     | 2026-01-01 | 10.00
        9100 | Tax       | 2026-01-01 | -3.00
        6200 | Telephone | 2026-01-01 | -2.50
        7777 | Yacht     | 2026-01-01 | -400.00
        """,
        """
        ann | list_revenue | 2026-01-05 | 10.00 | web
        ann | freight      | 2026-01-05 | -4.00 | web
        """,
    )  # fmt: skip
    assert told(rows, "rule", "account", "held_against", "outcome", "general_ledger", "detail", "unexplained") == [
        ("sales", "4000", "list_revenue", "equal", D("10.0000"), D("10.0000"), D("0.0000")),
        ("tax", "9100", "tax", "not_customers", D("-3.0000"), None, None),
        ("calls", "6200", "call_centre", "not_charged", D("-2.5000"), None, None),
        ("unmapped", "7777", "nothing", "unmapped", D("-400.0000"), None, None),
        ("no_account", "none", "freight", "no_account", None, D("-4.0000"), None),
    ]
    summary = tie_out_summary(rows)
    assert summary["unmapped"] == {"7777": {"EUR": "-400.0000"}}
    assert summary["not_charged"] == {"call_centre": {"EUR": "-2.5000"}}


def test_what_pools_and_shared_costs_charge_from_the_books_is_no_line_without_an_account(engine: storage.Engine) -> None:
    charged = {"accounts": ["60*"], "charged_by": ["desk", "letters", "books"]}
    made = [
        ("cost:call", "calls"),
        ("idle", "pool:desk"),
        ("shared:letters", "mails"),
        ("rent", "books"),
        ("cost:other", "calls"),
        ("fee", "calls"),
    ]
    entries = engine.rows(
        {**ENTRY, "amount_name": "string", "source": "string"},
        [
            {"customer_id": "ann", "line": "cost_to_serve", "booked_on": date(2026, 1, 5), "amount": D(-1), "original_amount": D(-1),
             "currency": "EUR", "amount_name": name, "source": source} for name, source in made
        ],
    )  # fmt: skip
    books = project({"desk": charged}).ledger.general_ledger
    sums = detail_sums(entries, books, reporting_currency="EUR", by_month=True, pools={"call": "desk", "other": "elsewhere"})
    rows = tied_out(
        [{"rule": "desk", "account": account, "name": None, "day": date(2026, 1, 1), "currency": "EUR", "amount": D(-2), "rows": 1}
         for account in ("6000", "6010")],
        engine.fetch(sums), books,
    )  # fmt: skip
    assert told(rows, "rule", "account", "held_against", "outcome", "general_ledger", "detail", "unexplained") == [
        ("desk", "6000 + 6010", "desk, letters, books", "charged", D(-4), D(-4), None),
        ("no_account", "none", "cost_to_serve", "no_account", None, D(-2), None),
    ]
    assert tie_out_summary(rows)["charged"] == {"desk, letters, books": {"EUR": "-4"}}


def test_a_period_that_one_side_lacks_is_shown_with_the_side_that_lacks_it(engine: storage.Engine) -> None:
    rows = tie(
        engine, {"sales": SALES}, "4000 | Sales | 2026-01-01 | 10.00\n4000 | Sales | 2026-03-01 | 0.00", "ann | list_revenue | 2026-02-05 | 7.00 | web"
    )  # fmt: skip
    assert told(rows, "period", "missing", "unexplained", "outcome") == [
        (date(2026, 1, 1), "detail", D("10.0000"), "beyond_tolerance"),
        (date(2026, 2, 1), "general_ledger", D("-7.0000"), "beyond_tolerance"),
        (date(2026, 3, 1), None, D("0.0000"), "equal"),
    ]


def test_accounts_are_told_apart_by_channel_and_by_a_rule_over_the_rows(duckdb_engine: storage.Engine) -> None:
    accounts = {
        "web": {"accounts": ["4000"], "when": "title = 'Web'", "lines": ["list_revenue", "returns"], "channels": ["web"]},
        "rest": {"accounts": ["4000"], "lines": ["list_revenue"], "channels": ["shop", "fair"], "negate": True},
    }
    rows = tie(
        duckdb_engine, accounts, "4000 | Web | 2026-01-01 | 8.00\n4000 | Other | 2026-01-01 | -5.00",
        """
        ann | list_revenue | 2026-01-05 | 10.00 | web
        ann | returns      | 2026-01-09 | -2.00 | web
        bob | list_revenue | 2026-01-05 | 5.00  | fair
        """,
    )  # fmt: skip
    assert told(rows, "rule", "held_against", "outcome") == [
        ("web", "list_revenue, returns; channel web", "equal"), ("rest", "list_revenue; channel shop, fair", "equal")]  # fmt: skip


def test_books_that_write_debits_as_positive_numbers_are_turned(duckdb_engine: storage.Engine) -> None:
    rows = tie(
        duckdb_engine, {"sales": SALES, "goods": GOODS}, "4000 | S | 2026-01-01 | -10\n5000 | G | 2026-01-01 | 6",
        "ann | list_revenue | 2026-01-05 | 10 | web\nann | cost_of_goods | 2026-01-05 | -6 | web", signs="debits_positive",
    )  # fmt: skip
    assert {row["outcome"] for row in rows} == {"equal"}


def test_books_kept_in_several_currencies_are_held_against_the_original_amounts(engine: storage.Engine) -> None:
    rows = tie(
        engine, {"sales": SALES}, "4000 | S | 2026-01-01 | 10 | EUR\n4000 | S | 2026-01-01 | 21 | USD",
        "ann | list_revenue | 2026-01-05 | 10 | web\nbob | list_revenue | 2026-01-05 | 18.90 | web | 20 | USD",
        currency="cur", amounts_in="original_currency",
    )  # fmt: skip
    assert told(rows, "currency", "detail", "unexplained") == [("EUR", D("10.0000"), D("0.0000")), ("USD", D("20.0000"), D("1.0000"))]


def test_periods_that_run_from_one_dated_day_to_the_next_hold_the_days_between() -> None:
    starts = [date(2010, 12, 29), date(2011, 1, 29), date(2011, 3, 1)]
    days = {date(2010, 12, 28): date(2010, 12, 1), date(2011, 1, 28): starts[0], date(2011, 1, 29): starts[1], date(2011, 2, 28): starts[1],
            date(2011, 3, 31): starts[2], date(2011, 4, 1): date(2011, 4, 1), date(2012, 1, 5): date(2012, 1, 1)}  # fmt: skip
    assert {day: begins(day, starts) for day in days} == days
    assert begins(date(2026, 3, 30), [date(2026, 1, 31)]) == date(2026, 2, 28)
    assert begins(date(2026, 3, 31), [date(2026, 1, 31)]) == date(2026, 3, 31)


def run(engine: storage.Engine, folder: Path, accounts: dict[str, Any], books: str, entries: str, **settings: Any) -> list[dict[str, Any]]:
    made = project(accounts, **settings)
    ledger.steps.tie_out(engine, project=made, rows=held(engine, books), lookups={}, entries=booked(engine, entries), folder=folder)
    found: list[dict[str, Any]] = engine.fetch(engine.read(folder / "tie_out.parquet"))
    return found


def test_beyond_the_tolerance_the_run_stops_and_names_account_period_currency_and_amounts(
    duckdb_engine: storage.Engine, tmp_path: Path
) -> None:
    with pytest.raises(LedgerError) as caught:
        run(duckdb_engine, tmp_path, {"sales": SALES}, "4000 | Web sales | 2026-01-31 | 100.00", "ann | list_revenue | 2026-01-05 | 98.99 | web",
            tolerance={"amount": "1.00"})  # fmt: skip
    assert caught.value.code == "LED040"
    assert "account 4000, 2026-01-01, EUR" in caught.value.where
    for part in ("4000 (Web sales)", "period of 2026-01-01", "EUR", "100.0000", "98.9900", "1.0100", "1.0000"):
        assert part in caught.value.seen, part
    assert not (tmp_path / "tie_out.parquet").exists()


def test_within_the_tolerance_of_its_own_account_a_difference_is_written_down(engine: storage.Engine, tmp_path: Path) -> None:
    rows = run(engine, tmp_path, {"sales": {**SALES, "tolerance": {"share": 0.02}}}, "4000 | Sales | 2026-01-31 | 100.00",
               "ann | list_revenue | 2026-01-05 | 98.99 | web")  # fmt: skip
    assert told(rows, "outcome", "unexplained", "tolerance") == [("within_tolerance", D("1.0100"), D("2.0000"))]


@pytest.mark.parametrize("row", ["- | S | 2026-01-01 | 1", "4000 | S | - | 1", "4000 | S | 2026-01-01 | -"])
def test_a_row_that_would_fall_out_of_every_sum_stops_the_run(duckdb_engine: storage.Engine, tmp_path: Path, row: str) -> None:
    with pytest.raises(LedgerError) as caught:
        run(duckdb_engine, tmp_path, {"sales": SALES}, f"4000 | S | 2026-01-01 | 5\n{row}", "ann | list_revenue | 2026-01-05 | 5 | web")
    assert caught.value.code == "LED041"
    assert "first at row 2" in caught.value.seen


def test_without_a_general_ledger_the_table_is_there_and_empty(duckdb_engine: storage.Engine, tmp_path: Path) -> None:
    ledger.steps.tie_out(duckdb_engine, project=project_with(), rows=None, lookups={}, entries=booked(duckdb_engine, "a | freight | 2026-01-05 | 5 | -"),
                         folder=tmp_path)  # fmt: skip
    assert duckdb_engine.count(duckdb_engine.read(tmp_path / "tie_out.parquet")) == 0


UNITS = st.integers(-(10**9), 10**9)
CELL = st.tuples(st.sampled_from(["4000", "5000", "8000"]), st.integers(1, 12), UNITS)
LINES = {"4000": "list_revenue", "5000": "cost_of_goods", "8000": "funding"}


@given(held_cells=st.lists(CELL, max_size=30), detail_cells=st.lists(CELL, max_size=30))
def test_both_sides_come_to_their_totals_and_differ_by_what_is_unexplained(held_cells: Any, detail_cells: Any) -> None:
    """No dollar of either side is lost, whatever is mapped: 8000 is not, and stands as unmapped or as a line without an account."""
    rules = {
        "sales": AccountRule(accounts=("4000",), lines=("list_revenue",)),
        "goods": AccountRule(accounts=("5000",), lines=("cost_of_goods",)),
    }
    books = GeneralLedger(
        source="books", account="account", period="day", amount="money", accounts=rules, tolerance=Tolerance(amount="3.00")
    )
    rule_of = {"4000": "sales", "5000": "goods"}
    sums = [
        {
            "rule": rule_of.get(account),
            "account": account,
            "name": None,
            "day": date(2026, month, 1),
            "currency": "EUR",
            "amount": D(units).scaleb(-4),
            "rows": 1,
        }
        for account, month, units in held_cells
    ]
    detail = [
        {
            "rule": rule_of.get(account),
            "line": LINES[account],
            "day": date(2026, month, 1),
            "currency": "EUR",
            "amount": D(units).scaleb(-4),
            "entries": 1,
        }
        for account, month, units in detail_cells
    ]
    rows = tied_out(sums, detail, books)
    assert sum((row["general_ledger"] or D(0) for row in rows), D(0)) == sum((row["amount"] for row in sums), D(0))
    assert sum((row["detail"] or D(0) for row in rows), D(0)) == sum((row["amount"] for row in detail), D(0))
    compared = [row for row in rows if row["rule"] in rules]
    assert all(row["unexplained"] == row["general_ledger"] - row["detail"] for row in compared)
    assert all((abs(row["unexplained"]) > D("3.00")) == (row["outcome"] == "beyond_tolerance") for row in compared)
    assert len({(row["rule"], row["account"], row["held_against"], row["period"]) for row in rows}) == len(rows)
