"""The general ledger on the report: what differs has its place, what is not compared says why, and nothing is said where none is mapped."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pyarrow as pa
import pytest
from tests.report.made_answers import good_company

from unequal import report
from unequal.answers import Answer
from unequal.report import proof

MONEY = pa.decimal128(28, 4)
BY_ACCOUNT = pa.schema([
    *((name, pa.string()) for name in ("rule", "account", "held_against", "outcome", "currency", "name")),
    ("periods", pa.int64()), ("unequal_periods", pa.int64()), *((name, MONEY) for name in ("general_ledger", "detail", "unexplained", "unexplained_gross")),
])  # fmt: skip
CELLS = pa.schema([
    *((name, pa.string()) for name in ("account", "name", "currency", "missing")), ("period", pa.date32()),
    *((name, MONEY) for name in ("general_ledger", "detail", "unexplained", "tolerance")),
])  # fmt: skip


def account(number: str, name: str | None, against: str, outcome: str, held: str, detail: str = "0", off: str = "0") -> dict[str, object]:
    return {"rule": "a", "account": number, "held_against": against, "outcome": outcome, "currency": "USD", "name": name, "periods": 12,
            "unequal_periods": int(off != "0"), "general_ledger": D(held), "detail": D(detail), "unexplained": D(off), "unexplained_gross": abs(D(off))}  # fmt: skip


@pytest.fixture
def tied() -> Answer:
    accounts = [
        account("4000", "Sales <b>", "list_revenue; channel web", "compared", "100.5", "99", "1.5"),
        account("6200", "Telephone", "call_centre", "not_charged", "-7"), account("6300", "Post", "call_centre", "not_charged", "-3"),
        account("7777", "Yacht", "nothing", "unmapped", "-400"), account("none", None, "freight", "no_account", "0", "-12"),
    ]  # fmt: skip
    cells = [{"account": "4000", "name": "Sales <b>", "currency": "USD", "missing": "detail", "period": date(2026, 1, 1), "general_ledger": D("1.5"),
              "detail": D(0), "unexplained": D("1.5"), "tolerance": D(2)}]  # fmt: skip
    tables = {"tie_out": pa.Table.from_pylist(accounts, BY_ACCOUNT), "unexplained": pa.Table.from_pylist(cells, CELLS)}
    answer = good_company()
    return replace(answer, tables={**answer.tables, **tables})


def test_accounts_held_against_no_line_for_one_reason_stand_in_one_row_and_say_why(tied):
    listed = proof.tied_out(tied)
    assert [(row["account"], row["against"], row["general_ledger"], row["detail"], row["unexplained"]) for row in listed.rows] == [
        ("4000 Sales <b>", "Sales; channel web", D("100.5"), D(99), D("1.5")), ("6200 Telephone and 1 more", "Not charged yet: call centre", D(-10), None, None),
        ("7777 Yacht", "No rule maps it", D(-400), None, None), ("No account", "Freight", None, D(-12), None),
    ]  # fmt: skip


def test_the_page_says_where_the_books_disagree_and_escapes_their_names(tied):
    page = report.full(tied)
    section = page[page.index('<section id="general-ledger"') :]
    section = section[: section.index("</section>")]
    assert "In 1 accounts and periods" not in section
    assert "Sales &lt;b&gt;" in section
    for told in ("2026-01-01", "There are no entries", "1.5000", "Not charged yet: call centre", "No rule maps it"):
        assert told in section, told


def test_without_a_general_ledger_the_page_says_nothing_of_one():
    assert 'id="general-ledger"' not in report.full(good_company())
    assert proof.tied_out(good_company()).rows == []
