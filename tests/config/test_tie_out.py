"""A general ledger can be held against the detail only where each dollar has one account."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.projects import added, load, problem

BOOKS = """
  books:
    read: data/books.csv
    columns: {day: {type: date, format: ISO}, money: money}
"""
MAPPING = """
ledger:
  general_ledger:
    source: books
    account: account
    period: day
    amount: money
    accounts:
      sales: {accounts: ["4000"], lines: [list_revenue], channels: [web]}
      shops: {accounts: ["4010"], lines: [list_revenue], channels: [shop]}
      tax: {accounts: ["9*"], not_customers: tax}
"""


def with_books(old: str = "", new: str = "") -> str:
    text = BOOKS + MAPPING
    assert not old or text.count(old) == 1, old
    return added(text.replace(old, new) if old else text)


def test_rules_that_part_the_dollars_of_one_line_by_channel_are_sound(tmp_path: Path) -> None:
    books = load(tmp_path, with_books()).project.ledger.general_ledger
    assert books is not None
    assert [*books.accounts] == ["sales", "shops", "tax"]
    assert books.tolerance.amount == "0"


@pytest.mark.parametrize(
    ("old", "new", "code", "do"),
    [
        ("source: books", "source: book", "CFG020", "did you mean books?"),
        ("account: account", "account: {column: a, source: chart, key: a, value: n}", "CFG020", "orders"),
        ("period: day", "period: account", "CFG030", "date or timestamp"),
        ("amount: money", "amount: account", "CFG030", "money or decimal"),
        (", channels: [shop]", "", "CFG036", "take list_revenue out of one of them"),
        ("not_customers: tax", "lines: [funding], not_customers: tax", "CFG036", "say one of"),
        (", not_customers: tax", "", "CFG036", "say one of"),
        ('accounts: ["9*"], ', "", "CFG036", "add accounts"),
        ("not_customers: tax", "not_customers: tax, channels: [web]", "CFG036", "take it out"),
        ("not_customers: tax", "charged_by: [desk]", "CFG036", "name pools and shared costs"),
        ("tax: {", "unmapped: {", "CFG036", "another name"),
        ("lines: [list_revenue], channels: [web]", "lines: [sales], channels: [web]", "CFG014", "list_revenue"),
    ],
)
def test_what_cannot_be_held_against_the_detail_is_refused(tmp_path: Path, old: str, new: str, code: str, do: str) -> None:
    told = problem(tmp_path, with_books(old, new))
    assert told.code == code
    assert do in told.error.do
