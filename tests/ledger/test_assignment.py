"""Each dollar has a customer, or a named bucket and a reason."""

from __future__ import annotations

from decimal import Decimal as D
from pathlib import Path

import pytest
from tests.ledger.books import Books, project_with, texts

from unequal import ledger, storage

FOUR = """
    ann  | 1 | tea | 1 | 1 | - | EUR | 01.01.2026 10:00
    -    | 2 | tea | 1 | 2 | - | EUR | 01.01.2026 10:00
    zoe  | 3 | tea | 1 | 4 | - | EUR | 01.01.2026 10:00
    test | 4 | tea | 1 | 8 | - | EUR | 01.01.2026 10:00
"""


@pytest.fixture
def books(duckdb_engine: storage.Engine, tmp_path: Path) -> Books:
    return Books(duckdb_engine, tmp_path, project_with(), texts(FOUR))


def test_dollars_without_a_customer_go_to_the_bucket_with_their_reason(books: Books) -> None:
    entries = books.run(owners={"ann": "c_ann", "test": "c_test"}, tests=("test",))
    assert [(entry["customer_id"], entry["unassigned_reason"]) for entry in entries] == [
        ("c_ann", None), ("unassigned", "no_customer_id"), ("unassigned", "unknown_customer"), ("unassigned", "test_account"),
    ]  # fmt: skip


@pytest.mark.parametrize("level", ["channel", "market", "corporate"])
def test_dollars_of_a_higher_level_go_to_its_own_bucket_whatever_customer_the_row_names(books: Books, level: str) -> None:
    books.project = project_with({"level": level})
    entries = books.run()
    assert {(entry["customer_id"], entry["unassigned_reason"], entry["level"]) for entry in entries} == {(f"level:{level}", None, level)}
    assert {row["item"] for row in books.reconcile()} == {"control_total", f"level:{level}", "residual"}


@pytest.mark.parametrize("level", ["unit", "order"])
def test_dollars_of_a_unit_or_an_order_go_to_the_customer_who_ordered(books: Books, level: str) -> None:
    books.project = project_with({"level": level})
    assert [entry["customer_id"] for entry in books.run()] == ["c_ann", "unassigned", "c_zoe", "c_test"]


def test_dollars_of_an_order_that_no_column_gives_a_customer_stay_at_their_level(books: Books) -> None:
    books.project = project_with({"level": "order", "customer": None})
    assert {entry["customer_id"] for entry in books.run()} == {"level:order"}


def test_a_record_that_stands_twice_in_the_crosswalk_does_not_double_a_dollar(books: Books) -> None:
    books.accept()
    books.post()
    types = {"customer_id": "string", "source": "string", "record_id": "string"}
    crosswalk = books.engine.rows(types, [{"customer_id": "c_1", "source": "crm", "record_id": "ann"}] * 2)
    records = books.engine.rows({"source": "string", "record_id": "string", "is_test": "boolean"},
                                [{"source": "crm", "record_id": "ann", "is_test": None}] * 3)  # fmt: skip
    entries = ledger.assign(books.table("posted/posted"), crosswalk, records)
    assert books.engine.fetch(entries.aggregate(total=entries["amount"].sum()))[0]["total"] == D(15)


def test_only_rows_of_real_customers_are_left_when_buckets_are_taken_out(books: Books) -> None:
    books.run(owners={"ann": "c_ann"})
    found = books.engine.fetch(ledger.of_customers(books.table("book/entry")))
    assert [entry["customer_id"] for entry in found] == ["c_ann"]
