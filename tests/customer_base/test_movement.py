"""Bands by schemes and movement between them, on a base small enough to check by hand."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal as D
from typing import Any

import pytest

from unequal import storage
from unequal.config.project import Project
from unequal.customer_base import moving
from unequal.customer_base.happened import happened_within
from unequal.customer_base.moving.schemes import banded_by
from unequal.customer_base.tables import CUSTOMER_FIGURE
from unequal.ledger.tables import STATEMENT
from unequal.predicates.windows import Window
from unequal.terms.lines import Level
from unequal.terms.periods import Period

LEVEL = Level.CONTRIBUTION
LINES = ["list_revenue"]
CELLS = [
    # ann falls from profit to loss; bob stays and brings more; cid leaves and still costs; dan is new and was paid for before;
    # eve comes back; fay buys in neither window and costs something in both.
    ("ann", date(2024, 3, 1), "list_revenue", "100"), ("ann", date(2025, 3, 1), "list_revenue", "50"), ("ann", date(2025, 3, 1), "cost_to_serve", "-80"),
    ("bob", date(2024, 5, 1), "list_revenue", "10"), ("bob", date(2025, 5, 1), "list_revenue", "25.0001"),
    ("cid", date(2024, 1, 1), "list_revenue", "40"), ("cid", date(2025, 1, 1), "cost_to_serve", "-1"),
    ("dan", date(2024, 12, 1), "acquisition", "-5"), ("dan", date(2025, 2, 1), "list_revenue", "30"),
    ("eve", date(2023, 1, 1), "list_revenue", "9"), ("eve", date(2025, 12, 1), "list_revenue", "8"),
    ("fay", date(2024, 7, 1), "cost_to_serve", "-2"), ("fay", date(2025, 7, 1), "cost_to_serve", "-3"),
    ("unassigned", date(2025, 7, 1), "list_revenue", "1000"),
]  # fmt: skip
WINDOWS = moving.Windows(Period(date(2024, 1, 1), date(2025, 1, 1)), Period(date(2025, 1, 1), date(2026, 1, 1)))


def project(**movement: Any) -> Project:
    given = {"project": "p", "reporting_currency": "EUR", "time_zone": "UTC", "sources": {"crm": {"read": "a.csv"}}, "movement": movement}
    return Project.model_validate(given)


def figures(engine: storage.Engine, **amounts: str) -> Any:
    rows = [{"customer_id": who, "amount": D(amount), "sales": D(100), "entries": 1} for who, amount in amounts.items()]
    return engine.rows(CUSTOMER_FIGURE.types, rows)


def bands(engine: storage.Engine, scheme: moving.Scheme, table: Any, known: Any = None) -> dict[str, str]:
    return {row["customer_id"]: row["band"] for row in engine.fetch(banded_by(scheme, table, known))}


@pytest.fixture
def cells(duckdb_engine: storage.Engine) -> list[dict[str, Any]]:
    rows = [{"customer_id": who, "month": month, "line": line, "amount": D(amount), "entries": 1} for who, month, line, amount in CELLS]
    whom = moving.measuring.seen(duckdb_engine.rows(STATEMENT.types, rows), LEVEL, WINDOWS, lines=LINES)
    stand = moving.measuring.standing(whom, moving.schemes_of(project())["profit"], None)
    return moving.measuring.cells(stand, duckdb_engine.arrow)


def test_everybody_goes_from_where_he_stood_to_where_he_stands(cells: list[dict[str, Any]]) -> None:
    assert [(row["from_band"], row["to_band"], row["customers"], row["before"], row["after"]) for row in cells] == [
        ("profitable", "profitable", 1, D(10), D("25.0001")),
        ("profitable", "unprofitable", 1, D(100), D(-30)),
        ("profitable", "lost", 1, D(40), D(-1)),
        ("reactivated", "profitable", 1, D(0), D(8)),
        ("new", "profitable", 1, D(-5), D(30)),
        ("away", "away", 1, D(-2), D(-3)),
    ]


def test_the_change_is_its_parts_to_the_last_unit(cells: list[dict[str, Any]]) -> None:
    change = moving.change_of(cells)
    assert (change.before, change.after) == (D(143), D("29.0001"))
    assert (change.within, change.movement, change.new, change.reactivated, change.exit) == (
        D("14.0001"),
        D(-130),
        D(35),
        D(8),
        D(41),
    )
    assert change.total == change.within + change.movement + change.new + change.reactivated - change.exit
    assert (change.stayed, change.changed_bands, change.entered, change.left) == (2, 1, 2, 1)


def test_a_share_of_customers_that_ends_within_one_holds_it(duckdb_engine: storage.Engine) -> None:
    halves = project(schemes={"halves": {"kind": "shares", "bands": {"upper": 0.5, "lower": 0.5}}})
    found = bands(duckdb_engine, moving.schemes_of(halves)["halves"], figures(duckdb_engine, a="9", b="7", c="7"))
    assert found == {"a": "upper", "b": "upper", "c": "lower"}


def test_shares_of_profit_hold_nobody_at_or_below_zero_but_in_the_last_band(duckdb_engine: storage.Engine) -> None:
    whole = project(schemes={"whole": {"kind": "shares", "of": "profit", "bands": {"best": 0.6, "good": 0.4}}})
    found = bands(duckdb_engine, moving.schemes_of(whole)["whole"], figures(duckdb_engine, a="60", b="40", c="0", d="-500"))
    assert found == {"a": "best", "b": "good", "c": "good", "d": "good"}


def test_tenths_of_ten_customers_hold_one_each(duckdb_engine: storage.Engine) -> None:
    ten = {f"c{number}": str(number) for number in range(10)}
    found = bands(duckdb_engine, moving.schemes_of(project())["tenths"], figures(duckdb_engine, **ten))
    assert found == {f"c{number}": f"tenth_{10 - number}" for number in range(10)}


def test_the_first_rule_that_holds_decides_and_who_fits_none_stands_in_the_last_band(duckdb_engine: storage.Engine) -> None:
    rules = {
        "kind": "rules",
        "bands": [{"name": "key", "when": "amount > 50"}, {"name": "abroad", "when": "country <> 'DE'"}],
        "otherwise": "rest",
    }
    known = duckdb_engine.rows(
        {"customer_id": "string", "country": "string"}, [{"customer_id": "a", "country": "FR"}, {"customer_id": "b", "country": "FR"}]
    )
    found = bands(
        duckdb_engine, moving.schemes_of(project(schemes={"mine": rules}))["mine"], figures(duckdb_engine, a="60", b="40", c="1"), known
    )
    assert found == {"a": "key", "b": "abroad", "c": "rest"}


def test_rules_of_bands_may_count_what_happened(duckdb_engine: storage.Engine) -> None:
    rules = {"kind": "rules", "bands": [{"name": "busy", "when": "amount > 0 and count(order, 30 days) >= 2"}], "otherwise": "quiet"}
    known = duckdb_engine.rows({"customer_id": "string"}, [{"customer_id": who} for who in "abc"])
    moments = duckdb_engine.rows(
        {"customer_id": "string", "event": "string", "happened_at": "timestamp(6)"},
        [{"customer_id": who, "event": "order", "happened_at": datetime(2025, 12, day)} for who, day in (("a", 3), ("a", 30), ("b", 30))],
    )
    counted = happened_within(known, moments, [Window("count", "order", 30, "days")], at=datetime(2025, 12, 31))
    scheme = moving.schemes_of(project(schemes={"mine": rules}))["mine"]
    assert bands(duckdb_engine, scheme, figures(duckdb_engine, a="60", b="40", c="1"), counted) == {"a": "busy", "b": "quiet", "c": "quiet"}


def test_most_valuable_are_the_best_fifth_and_growth_never_hides_a_loss(duckdb_engine: storage.Engine) -> None:
    known = duckdb_engine.rows(
        {"customer_id": "string", "is_growable": "boolean"}, [{"customer_id": who, "is_growable": True} for who in ("a", "b", "e")]
    )
    found = bands(
        duckdb_engine, moving.schemes_of(project())["growable"], figures(duckdb_engine, a="9", b="7", c="5", d="0", e="-1"), known
    )
    assert found == {"a": "most_valuable", "b": "most_growable", "c": "others", "d": "others", "e": "below_zero"}


def test_a_scheme_of_another_definition_has_another_version() -> None:
    one, two = (project(schemes={"s": {"kind": "shares", "bands": {"a": share, "b": 1 - share}}}) for share in (0.5, 0.25))
    assert moving.schemes_of(one)["s"].version != moving.schemes_of(two)["s"].version
    assert moving.schemes_of(one)["s"].version == moving.schemes_of(one.model_copy())["s"].version


def test_shares_that_make_no_whole_are_refused() -> None:
    with pytest.raises(ValueError, match="must make 1"):
        project(schemes={"s": {"kind": "shares", "bands": {"a": 0.5, "b": 0.4}}})


@pytest.mark.parametrize(
    ("last", "end"), [(date(2025, 12, 24), date(2026, 1, 1)), (date(2025, 12, 23), date(2025, 12, 1))], ids=["whole", "begun"]
)
def test_a_month_counts_though_its_last_week_is_empty_and_not_when_more_is(last: date, end: date) -> None:
    found = moving.windows_of(date(2020, 1, 1), last, months=12)
    assert found is not None
    assert found.after.end == end


def test_no_two_windows_lie_in_one_month() -> None:
    assert moving.windows_of(date(2025, 12, 1), date(2025, 12, 31), months=12) is None
