"""Who came and who went, in companies small enough to check by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from unequal.config.project import Project
from unequal.customer_base.totals.summing import customer_months
from unequal.customer_base.turnover import cohorts, gaining, losing
from unequal.ledger.tables import STATEMENT
from unequal.terms.lines import Level

TERM = {"customer_id": "string", "started_on": "date", "ended_on": "date", "reason": "string"}
DAY = {"customer_id": "string", "day": "date"}
BEGAN = {"customer_id": "string", "began_on": "date", "acquired_by": "string"}


def project(**turnover) -> Project:
    sources = {"crm": {"read": "crm.csv", "records": {"id": "no", "attributes": {}}}}
    return Project.model_validate(
        {"project": "x", "reporting_currency": "USD", "time_zone": "UTC", "sources": sources, "turnover": turnover}
    )


def fetched(engine, table, *columns):
    return sorted(tuple(row[name] for name in columns) for row in engine.fetch(table))


def test_a_contract_customer_is_lost_when_none_of_his_contracts_runs(duckdb_engine):
    rows = [
        ("ann", date(2024, 1, 1), date(2024, 5, 1), "PRICE"), ("ann", date(2024, 2, 1), date(2024, 9, 1), "MOVED"),
        ("bob", date(2024, 1, 1), date(2024, 5, 1), "PRICE"), ("bob", date(2024, 2, 1), None, None),
        ("cleo", date(2024, 3, 1), date(2024, 4, 1), None),
    ]  # fmt: skip
    terms = duckdb_engine.rows(TERM, [dict(zip(TERM, row, strict=True)) for row in rows])
    found = losing.standing_in_contracts(terms, "services")
    assert fetched(duckdb_engine, found, "customer_id", "last_day", "p_alive", "reason") == [
        ("ann", date(2024, 9, 1), 0.0, "MOVED"), ("bob", None, 1.0, None), ("cleo", date(2024, 4, 1), 0.0, None)
    ]  # fmt: skip


def test_who_takes_another_contract_later_has_come_back_and_who_changes_it_has_not(duckdb_engine):
    rows = [
        ("ann", date(2024, 1, 1), date(2024, 5, 1), None), ("ann", date(2024, 9, 1), None, None),
        ("bob", date(2024, 1, 1), date(2024, 5, 1), None), ("bob", date(2024, 5, 20), None, None),
        ("cleo", date(2024, 1, 1), None, None), ("cleo", date(2025, 1, 1), None, None),
    ]  # fmt: skip
    terms = duckdb_engine.rows(TERM, [dict(zip(TERM, row, strict=True)) for row in rows])
    found = losing.back_under_contract(terms, "services")
    assert fetched(duckdb_engine, found, "customer_id", "left_on", "back_on") == [("ann", date(2024, 5, 1), date(2024, 9, 1))]


def test_silence_counts_by_the_rule_and_whoever_stays_in_another_line_is_not_lost_altogether(duckdb_engine):
    line = {"first_day": None, "last_day": None, "reason": None, "tenure_months": None, "value_expected": 1.0}
    rows = [
        {"customer_id": "ann", "relationship": "shop", "how": "silent", "p_alive": 0.4, "is_overdue": False},
        {"customer_id": "bob", "relationship": "shop", "how": "silent", "p_alive": 0.9, "is_overdue": True},
        {"customer_id": "cleo", "relationship": "shop", "how": "silent", "p_alive": 0.9, "is_overdue": False},
        {"customer_id": "ann", "relationship": "services", "how": "ended", "p_alive": 1.0, "is_overdue": None},
    ]
    lines = duckdb_engine.rows(losing.LINE, [line | row for row in rows])
    told = ("customer_id", "relationship", "everywhere")
    assert fetched(duckdb_engine, losing.left(lines, project()), *told) == [("ann", "shop", False), ("bob", "shop", True)]
    strict = project(silence={"p_alive_below": 0.3, "or_overdue": False})
    assert fetched(duckdb_engine, losing.left(lines, strict), *told) == []


def test_a_silence_is_over_when_it_was_longer_than_the_rhythm_explains(duckdb_engine):
    days = [("ann", date(2024, 1, 1)), ("ann", date(2024, 3, 1)), ("ann", date(2024, 12, 1)), ("bob", date(2024, 1, 1))]
    rhythm = {"customer_id": "string", "relationship": "string", "overdue_after_days": "float64"}
    allowed = duckdb_engine.rows(rhythm, [dict(zip(rhythm, (who, "shop", 100.0), strict=True)) for who in ("ann", "bob")])
    found = losing.back_after_silence(duckdb_engine.rows(DAY, [dict(zip(DAY, row, strict=True)) for row in days]), allowed)
    assert fetched(duckdb_engine, found, "customer_id", "left_on", "back_on") == [("ann", date(2024, 3, 1), date(2024, 12, 1))]


def test_a_source_calls_a_customer_new_whom_we_have_known_for_long(duckdb_engine):
    said = duckdb_engine.rows(
        {"source": "string", "record_id": "string", "customer_id": "string", "since": "date"},
        [
            {"source": "web", "record_id": "1", "customer_id": "ann", "since": date(2024, 5, 3)},
            {"source": "web", "record_id": "2", "customer_id": "ann", "since": date(2024, 5, 9)},
            {"source": "web", "record_id": "3", "customer_id": "bob", "since": date(2024, 5, 9)},
            {"source": "web", "record_id": "4", "customer_id": "cleo", "since": date(2024, 5, 31)},
        ],
    )
    began = [("ann", date(2023, 1, 1), None), ("cleo", date(2024, 5, 1), None)]
    found = gaining.said_new(said, duckdb_engine.rows(BEGAN, [dict(zip(BEGAN, row, strict=True)) for row in began]))
    counts = ("records", "customers", "same_month", "bought_before", "bought_later", "never_bought")
    assert fetched(duckdb_engine, found, *counts) == [(4, 3, 1, 1, 0, 1)]


@pytest.fixture
def first_years(duckdb_engine):
    """Ann began in January 2023 and brought 10 a month; Bert and Cleo in February 2024, and brought 4 a month each; it is 1 June 2024."""
    began = [("ann", date(2023, 1, 15), "web"), ("bert", date(2024, 2, 1), "web"), ("cleo", date(2024, 2, 20), "web")]
    rows = [
        {"customer_id": who, "month": date(year, month, 1), "line": "list_revenue", "amount": D(amount), "entries": 1}
        for who, amount, months in (
            ("ann", 10, [(2023, month) for month in range(1, 13)] + [(2024, 1), (2024, 2)]),
            ("bert", 4, [(2024, month) for month in (2, 3, 4, 5, 6)]),
            ("cleo", 4, [(2024, month) for month in (2, 3, 4, 5, 6)]),
        )
        for year, month in months
    ]
    statement = duckdb_engine.rows(STATEMENT.types, rows)
    new = duckdb_engine.rows(BEGAN, [dict(zip(BEGAN, row, strict=True)) for row in began])
    return new, statement


def test_first_years_are_laid_beside_each_other_at_equal_age(duckdb_engine, first_years):
    new, statement = first_years
    aged = cohorts.with_first_year(new, customer_months(statement, Level.REVENUE), as_of=date(2024, 6, 1))
    # Of the first quarter of 2024 its last customers, of March, have had March, April and May: three months.
    assert fetched(duckdb_engine, aged, "customer_id", "age_months", "first_year", "like_next_year") == [
        ("ann", 12, D(120), D(30)), ("bert", 3, D(12), D(0)), ("cleo", 3, D(12), D(0))
    ]  # fmt: skip
    (found,) = cohorts.beside(duckdb_engine.fetch(cohorts.by_quarter(aged)))
    assert (found.year, found.customers, found.brought, found.earlier_customers, found.earlier_brought) == (2024, 2, D(24), 1, D(30))
    assert found.change_each == pytest.approx(12 - 30)


def test_what_customers_cost_is_no_part_of_what_pays_it_back(duckdb_engine, first_years):
    new, statement = first_years
    paid = duckdb_engine.rows(STATEMENT.types, [
        {"customer_id": "ann", "month": date(2023, 1, 1), "line": "acquisition", "amount": D(-25), "entries": 1}
    ])  # fmt: skip
    both = statement.union(paid)
    ages = duckdb_engine.fetch(cohorts.by_age(new, customer_months(both, Level.CONTRIBUTION), by=["acquired_by"], as_of=date(2024, 6, 1)))
    by_age = {row["age"]: float(row["amount"]) for row in ages}
    assert (by_age[0], by_age[3], by_age[4]) == (18.0, 18.0, 10.0)
    watched = duckdb_engine.fetch(cohorts.watched(new, by=["acquired_by"], as_of=date(2024, 6, 1)))
    assert {row["months"]: row["customers"] for row in watched} == {17: 1, 4: 2}
    # 6 a month on average while all three are watched: 25 dollars are back in the fifth, when Ann alone is, with 10.
    assert cohorts.payback_months(25.0, by_age, {17: 1, 4: 2}) == 5
