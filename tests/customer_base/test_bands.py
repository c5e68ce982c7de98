"""Three bands, slices and give-backs on a base small enough to check by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest

from unequal import customer_base, storage
from unequal.config.project import Project
from unequal.customer_base.tables import BAND, BAND_TOTAL, GIVE_BACK, SLICE
from unequal.ledger.tables import STATEMENT
from unequal.terms.errors import AnswerError
from unequal.terms.lines import Level
from unequal.terms.periods import Period

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
CELLS = [
    ("ann", JANUARY, "list_revenue", "100"), ("ann", JANUARY, "cost_of_goods", "-60"), ("ann", FEBRUARY, "list_revenue", "50"),
    ("bob", JANUARY, "list_revenue", "100"), ("bob", JANUARY, "cost_of_goods", "-98"),
    ("cid", JANUARY, "list_revenue", "100"), ("cid", JANUARY, "cost_of_goods", "-102.0001"),
    ("dan", JANUARY, "list_revenue", "100"), ("dan", JANUARY, "returns", "-100"), ("dan", JANUARY, "cost_of_goods", "-50"),
    ("eve", JANUARY, "list_revenue", "200"), ("eve", JANUARY, "cost_of_goods", "-100"), ("eve", JANUARY, "freight", "-150"),
    ("fay", JANUARY, "other", "7"),
    ("unassigned", JANUARY, "list_revenue", "11"), ("level:channel", FEBRUARY, "cost_of_goods", "-13"),
]  # fmt: skip
LEVEL = Level.CONTRIBUTION_BEFORE_SERVICE


@pytest.fixture
def statement(duckdb_engine: storage.Engine) -> Any:
    rows = [{"customer_id": who, "month": month, "line": line, "amount": D(amount), "entries": 1} for who, month, line, amount in CELLS]
    return duckdb_engine.rows(STATEMENT.types, rows)


def banded(statement: Any, within: str = "0", share: str = "0.02") -> Any:
    figures = customer_base.customer_figures(statement, LEVEL)
    return customer_base.bands(figures, break_even_within=D(within), break_even_share_of_sales=D(share))


def bands_of(engine: storage.Engine, table: Any) -> dict[str, str]:
    return {row["customer_id"]: row["band"] for row in engine.fetch(table)}


def test_a_customer_within_the_share_of_its_sales_is_about_break_even_both_ends_included(
    duckdb_engine: storage.Engine, statement: Any
) -> None:
    assert bands_of(duckdb_engine, banded(statement)) == {
        "ann": "profitable", "bob": "break_even", "cid": "unprofitable", "dan": "unprofitable", "eve": "unprofitable", "fay": "break_even",
    }  # fmt: skip


def test_the_wider_of_both_thresholds_counts(duckdb_engine: storage.Engine, statement: Any) -> None:
    assert bands_of(duckdb_engine, banded(statement, within="50"))["dan"] == "break_even"
    assert bands_of(duckdb_engine, banded(statement, within="50"))["ann"] == "profitable"
    assert bands_of(duckdb_engine, banded(statement, within="0", share="0"))["bob"] == "profitable"


def test_customers_are_ranked_best_first_ties_by_id_and_buckets_are_no_customers(duckdb_engine: storage.Engine, statement: Any) -> None:
    rows = duckdb_engine.fetch(banded(statement).order_by("customer_rank"))
    assert list(rows[0]) == list(BAND.names)
    assert [(row["customer_id"], row["amount"], row["sales"]) for row in rows] == [
        ("ann", D(90), D(150)), ("bob", D(2), D(100)), ("fay", D(0), D(0)), ("cid", D("-2.0001"), D(100)),
        ("dan", D(-50), D(0)), ("eve", D(-50), D(200)),
    ]  # fmt: skip


def test_the_bands_sum_to_the_customers_and_their_dollars(duckdb_engine: storage.Engine, statement: Any) -> None:
    rows = duckdb_engine.fetch(customer_base.band_totals(banded(statement)))
    assert [tuple(row[name] for name in BAND_TOTAL.names) for row in rows] == [
        ("profitable", 1, D("90.0000"), D("150.0000")), ("break_even", 2, D("2.0000"), D("100.0000")),
        ("unprofitable", 3, D("-102.0001"), D("300.0000")),
    ]  # fmt: skip


def test_a_period_takes_whole_months_of_a_statement(duckdb_engine: storage.Engine, statement: Any) -> None:
    figures = customer_base.customer_figures(statement, LEVEL, period=Period(FEBRUARY, date(2026, 3, 1)))
    assert [(row["customer_id"], row["amount"]) for row in duckdb_engine.fetch(figures)] == [("ann", D("50.0000"))]


def test_money_as_whole_units_is_exact(duckdb_engine: storage.Engine, statement: Any) -> None:
    figures = customer_base.customer_figures(statement, LEVEL)
    units = duckdb_engine.fetch(figures.select("customer_id", units=customer_base.units_of(figures["amount"])))
    assert {row["customer_id"]: row["units"] for row in units}["cid"] == -20_001


def test_slices_give_each_value_its_customers_and_name_what_belongs_to_none(duckdb_engine: storage.Engine, statement: Any) -> None:
    rows = duckdb_engine.fetch(customer_base.slices(statement, "month", LEVEL))
    assert [tuple(row[name] for name in SLICE.names) for row in rows] == [
        ("2026-02", 1, 0, D("50.0000"), D("-13.0000"), 2), ("2026-01", 5, 3, D("-60.0001"), D("11.0000"), 13),
    ]  # fmt: skip


def test_slicing_by_what_is_no_column_is_refused_with_what_there_is(statement: Any) -> None:
    with pytest.raises(AnswerError, match="ANS002") as caught:
        customer_base.slices(statement, "moon", LEVEL)
    assert caught.value.do == "choose one of line, month"


def test_the_cause_of_a_give_back_is_the_line_that_takes_more_than_its_usual_share(duckdb_engine: storage.Engine, statement: Any) -> None:
    rows = duckdb_engine.fetch(customer_base.give_backs(statement, LEVEL))
    assert list(rows[0]) == list(GIVE_BACK.names)
    # Over the base 650 of list revenue carries 410.0001 of goods, 100 of returns and 150 of freight.
    assert [(row["customer_id"], row["cause"], row["cause_amount"]) for row in rows] == [
        ("dan", "returns", D("-100.0000")), ("eve", "freight", D("-150.0000")), ("cid", "cost_of_goods", D("-102.0001")),
    ]  # fmt: skip
    assert rows[0]["cause_excess"] == D("-84.6154")
    assert [row["customer_id"] for row in duckdb_engine.fetch(customer_base.give_backs(statement, LEVEL, limit=1))] == ["dan"]


def test_a_base_without_list_revenue_still_names_its_causes(duckdb_engine: storage.Engine) -> None:
    rows = [{"customer_id": "ann", "month": JANUARY, "line": "returns", "amount": D(-5), "entries": 1}]
    found = duckdb_engine.fetch(customer_base.give_backs(duckdb_engine.rows(STATEMENT.types, rows), Level.REVENUE))
    assert [(row["cause"], row["cause_excess"]) for row in found] == [("returns", D("-5.0000"))]


def test_the_step_writes_the_band_of_each_customer(duckdb_engine: storage.Engine, statement: Any, tmp_path: Path) -> None:
    project = Project.model_validate({
        "project": "p", "reporting_currency": "EUR", "time_zone": "UTC", "sources": {"a": {"read": "a.csv"}},
        "customer_base": {"break_even_within": "1.5", "break_even_share_of_sales": 0},
    })  # fmt: skip
    customer_base.steps.band(duckdb_engine, statement=statement, entries=statement, level=LEVEL, project=project, folder=tmp_path)
    assert bands_of(duckdb_engine, duckdb_engine.read(tmp_path / "band.parquet"))["bob"] == "profitable"
