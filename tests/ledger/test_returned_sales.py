"""A return is linked to the sale that it takes back, where the data allow it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.ledger.books import Books, project_with, texts

from unequal import storage


@pytest.fixture
def books(duckdb_engine: storage.Engine, tmp_path: Path) -> Books:
    return Books(duckdb_engine, tmp_path, project_with(), [])


def links(books: Books, drawn: str) -> dict[int, int | None]:
    """Row of each return's sales amount -> row of the sale that it reverses."""
    books.raw = texts(drawn)
    entries = books.run()
    rows = {entry["entry_id"]: entry["source_row"] for entry in entries}
    returned = [entry for entry in entries if entry["line"] == "returns"]
    assert all(entry["reverses"] is None for entry in entries if entry["source_row"] not in {each["source_row"] for each in returned})
    return {entry["source_row"]: rows.get(entry["reverses"]) for entry in returned}


def test_the_original_is_the_latest_earlier_sale_of_the_same_customer_and_product(books: Books) -> None:
    assert links(books, """
        ann | 1 | tea | 2  | 5 | - | EUR | 01.01.2026 10:00
        ann | 2 | tea | 2  | 5 | - | EUR | 02.01.2026 10:00
        ann | 3 | tea | -1 | 5 | - | EUR | 03.01.2026 10:00
        ann | 4 | tea | 2  | 5 | - | EUR | 04.01.2026 10:00
        bob | 5 | tea | -1 | 5 | - | EUR | 05.01.2026 10:00
        ann | 6 | jam | -1 | 5 | - | EUR | 05.01.2026 10:00
    """) == {3: 2, 5: None, 6: None}  # fmt: skip


def test_a_return_without_a_customer_takes_back_nobodys_sale(books: Books) -> None:
    assert links(books, """
        - | 1 | tea | 2  | 5 | - | EUR | 01.01.2026 10:00
        - | 2 | tea | -1 | 5 | - | EUR | 02.01.2026 10:00
    """) == {2: None}  # fmt: skip


def test_a_sale_is_taken_back_at_most_to_its_own_amount_the_earliest_return_first(books: Books) -> None:
    assert links(books, """
        ann | 1 | tea | 3  | 5 | - | EUR | 01.01.2026 10:00
        ann | 2 | tea | -2 | 5 | - | EUR | 02.01.2026 10:00
        ann | 3 | tea | -1 | 5 | - | EUR | 03.01.2026 10:00
        ann | 4 | tea | -1 | 5 | - | EUR | 04.01.2026 10:00
    """) == {2: 1, 3: 1, 4: None}  # fmt: skip


def test_a_sale_in_another_currency_is_not_the_original(books: Books) -> None:
    books.project = project_with(ledger={"rates": [{"currency": "USD", "since": "2026-01-01", "rate": "0.9"}]})
    assert links(books, """
        ann | 1 | tea | 3  | 5 | - | USD | 01.01.2026 10:00
        ann | 2 | tea | -1 | 5 | - | EUR | 02.01.2026 10:00
    """) == {2: None}  # fmt: skip


def by_document(**more: Any) -> dict[str, Any]:
    return {"returns": {"when": "quantity < 0", "original": "customer", **more}, "customer": {"id": "currency"}, "currency": None}


def test_the_original_is_the_document_that_the_return_names_and_the_same_product(books: Books) -> None:
    books.project = project_with(by_document())
    assert links(books, """
        -  | 11 | tea | 2  | 5 | - | ann | 05.01.2026 10:00
        -  | 11 | jam | 2  | 5 | - | ann | 05.01.2026 10:00
        11 | 12 | jam | -1 | 5 | - | ann | 03.01.2026 10:00
        99 | 13 | jam | -1 | 5 | - | ann | 03.01.2026 10:00
    """) == {3: 2, 4: None}  # fmt: skip


def test_where_no_document_is_named_the_match_decides(books: Books) -> None:
    books.project = project_with(by_document(match_on=["product"]))
    assert links(books, """
        -  | 11 | tea | 2  | 5 | - | ann | 01.01.2026 10:00
        -  | 12 | tea | 2  | 5 | - | ann | 02.01.2026 10:00
        11 | 13 | tea | -1 | 5 | - | ann | 03.01.2026 10:00
        -  | 14 | tea | -1 | 5 | - | ann | 04.01.2026 10:00
        77 | 15 | tea | -1 | 5 | - | ann | 05.01.2026 10:00
    """) == {3: 1, 4: 2, 5: None}  # fmt: skip


def test_a_return_that_finds_its_sale_or_not_keeps_its_dollars(books: Books) -> None:
    books.raw = texts("""
        ann | 1 | tea | 1  | 5 | 2  | EUR | 01.01.2026 10:00
        ann | 2 | tea | -9 | 5 | -2 | EUR | 02.01.2026 10:00
    """)
    entries = books.run()
    assert sum(entry["amount"] for entry in entries) == -40
    cost = {entry["source_row"]: entry for entry in entries if entry["amount_name"] == "cost"}
    assert cost[2]["reverses"] == cost[1]["entry_id"], "each amount has its own link"
