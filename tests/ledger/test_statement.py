"""Statements and the waterfall sum the entries, and nothing is called profit without its costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from pathlib import Path

import ibis
import pytest
from tests.ledger.books import Books, project_with, texts

from unequal import ledger, storage
from unequal.ledger.statement import statement_entries
from unequal.ledger.step_checks import check_statement
from unequal.terms.errors import LedgerError
from unequal.terms.lines import Level, Line
from unequal.terms.periods import Period, month_of

ROWS = texts("""
    ann | 1 | tea  | 2 | 10 | 3 | EUR | 31.01.2026 10:00
    ann | 2 | tea  | 1 | 10 | 3 | EUR | 31.01.2026 23:30
    bob | 3 | POST | 1 | 4  | - | EUR | 15.02.2026 10:00
    -   | 4 | tea  | 1 | 5  | 1 | EUR | 15.02.2026 10:00
""")


@pytest.fixture
def books(duckdb_engine: storage.Engine, tmp_path: Path) -> Books:
    made = Books(duckdb_engine, tmp_path, project_with(), ROWS)
    made.run()
    return made


def test_a_statement_has_a_row_per_customer_month_and_line_buckets_beside_customers(books: Books) -> None:
    rows = books.engine.fetch(books.table("book/statement").order_by("customer_id", "month", "line"))
    january, february = date(2026, 1, 1), date(2026, 2, 1)
    assert [tuple(row.values()) for row in rows] == [
        ("c_ann", january, "cost_of_goods", D("-3.0000"), 1), ("c_ann", january, "list_revenue", D("20.0000"), 1),
        ("c_ann", february, "cost_of_goods", D("-3.0000"), 1), ("c_ann", february, "list_revenue", D("10.0000"), 1),
        ("c_bob", february, "freight", D("4.0000"), 1),
        ("unassigned", february, "cost_of_goods", D("-1.0000"), 1), ("unassigned", february, "list_revenue", D("5.0000"), 1),
    ]  # fmt: skip


def test_an_entry_on_the_first_day_after_a_period_belongs_to_the_next(books: Books) -> None:
    january = ledger.customer_statement(books.table("book/entry"), period=Period(date(2026, 1, 1), date(2026, 2, 1)))
    assert {row["month"] for row in books.engine.fetch(january)} == {date(2026, 1, 1)}


def test_the_entries_behind_a_cell_of_a_statement_sum_to_it(books: Books) -> None:
    entries = books.table("book/entry")
    found = statement_entries(entries, customer_id="c_ann", month=month_of(date(2026, 2, 3)), line="list_revenue")
    assert [row["source_row"] for row in books.engine.fetch(found)] == [2]
    assert books.engine.count(statement_entries(entries, customer_id="c_ann")) == 4


def test_the_waterfall_goes_down_the_chart_and_shows_what_is_outside_the_level(books: Books) -> None:
    for table in (books.table("book/statement"), books.table("book/entry")):
        rows = books.engine.fetch(ledger.waterfall(table, Level.GROSS_MARGIN))
        assert [(row["line"], row["amount"], row["in_level"], row["entries"]) for row in rows] == [
            ("list_revenue", D("35.0000"), True, 3), ("cost_of_goods", D("-7.0000"), True, 3), ("freight", D("4.0000"), False, 1),
        ]  # fmt: skip


def test_the_figure_of_a_level_sums_only_its_lines(books: Books) -> None:
    statement = books.table("book/statement")
    found = books.engine.fetch(statement.aggregate(**{str(level): ledger.level_amount(statement, level) for level in Level}))[0]
    assert found == {"revenue": D(35), "gross_margin": D(28), "contribution_before_service": D(32), "contribution": D(32)}


@pytest.mark.parametrize(
    ("lines", "level"),
    [
        ([Line.LIST_REVENUE], Level.REVENUE),
        ([Line.LIST_REVENUE, Line.FREIGHT], Level.REVENUE),
        ([Line.LIST_REVENUE, Line.COST_OF_GOODS], Level.GROSS_MARGIN),
        ([Line.LIST_REVENUE, Line.COST_OF_GOODS, Line.FREIGHT], Level.CONTRIBUTION_BEFORE_SERVICE),
        ([Line.LIST_REVENUE, Line.COST_OF_GOODS, Line.FREIGHT, Line.COST_TO_SERVE], Level.CONTRIBUTION),
    ],
)
def test_the_level_follows_from_the_costs_that_are_mapped(lines: list[Line], level: Level) -> None:
    assert ledger.level_of(lines) is level


def test_the_lines_of_a_mapping_are_those_of_amounts_rules_and_returns() -> None:
    postings = project_with().sources["orders"].postings
    assert postings is not None
    assert ledger.mapped_lines(postings) == {Line.LIST_REVENUE, Line.COST_OF_GOODS, Line.FREIGHT, Line.RETURNS}


def test_a_statement_that_does_not_sum_to_the_entries_is_refused(books: Books) -> None:
    statement = books.table("book/statement")
    harmed = statement.mutate(amount=(statement["amount"] - ibis.literal(D("0.0001"), "decimal(18, 4)")).cast("decimal(28, 4)"))
    with pytest.raises(LedgerError, match="LED013"):
        check_statement(books.engine, books.table("book/entry"), harmed)


def test_an_entry_can_be_traced_and_a_stranger_cannot(books: Books) -> None:
    entry = books.entries()[0]
    assert ledger.steps.trace(books.engine, books.table("book/entry"), entry["entry_id"]) == entry
    with pytest.raises(LedgerError, match="LED014"):
        ledger.steps.trace(books.engine, books.table("book/entry"), "nobody")
