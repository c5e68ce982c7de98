"""Answers about the future made by hand for the report's tests."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa

from unequal.answers import Answer, Figure
from unequal.terms.lines import Level

D = Decimal
_GROUPS = (("shop", "person"), ("shop", "organisation"), ("services", "person"))
_MONEY = pa.decimal128(28, 4)


def value_answer(*, by: str | None = None) -> Answer:
    """A shop and services; a tenth of the customers is expected to cost more than it brings."""
    tables = {
        "segments": _segments(), "contest": _contest(), "tracking": _tracking(), "spread": _spread(),
        "growable": _customers(20), "overdue": _customers(3), "best": _customers(20), "sources": _sources(), "advocates": _advocates(),
        "potential": _potential(),
    }  # fmt: skip
    return _answer(
        "value",
        "What customers will bring",
        tables,
        (
            Figure(
                "value",
                "Expected within the horizon, discounted",
                D("1425602.67"),
                "USD",
                D("1277934.56"),
                D("1660842.65"),
                note="forecast",
            ),
            Figure("brought", "Brought so far (fact)", D("2300377.3225"), "USD"),
            Figure("customers", "Customers", 16271, "customers"),
            Figure("alive", "Of them expected to be customers still", 8110.1, "customers", note="forecast"),
            Figure("growable", "Most Growable", 795, "customers", note="forecast"),
            Figure("point_of_retention", "Worth of one point of retention", None, "USD", why_missing="no forecast of a year"),
        ),
        by=by,
    )


def retention_answer() -> Answer:
    """One and five points in three lines of business."""
    rows = [
        {
            "relationship": relationship, "kind_of_customer": kind, "points": points, "customers_expected": 1200.4, "retention_expected": 0.7527,
            "value_gain_expected": 11210.34 * points, "value_gain_share": 0.0175 * points, "year_gain_expected": 2164.62 * points,
            "year_gain_share": None, "claim_share": 0.0421 * points if kind == "person" else None,
        }
        for points in (1.0, 5.0) for relationship, kind in _GROUPS
    ]  # fmt: skip
    figures = (
        Figure("retention", "There in a year, of those there now", 0.757, "share", note="forecast"),
        Figure("point_value", "One point more, within the horizon", D("24213.03"), "USD", note="forecast"),
    )
    return _answer("retention", "What retention is worth", {"retention_worth": pa.Table.from_pylist(rows)}, figures)


def spread_rows() -> list[dict[str, Any]]:
    """Bins from -500 to 10,000, one about nought."""
    ends = [-500, -200, -100, -50, -20, -10, -5, -2, -1, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]
    chance = random.Random(4)
    return [
        {"low": D(low), "high": D(high), "customers": (count := chance.randint(1, 900)), "amount": D((low + high) * count) / 2}
        for low, high in pairwise(ends)
    ]


def _answer(question: str, title: str, tables: dict[str, pa.Table], figures: tuple[Figure, ...], *, by: str | None = None) -> Answer:
    return Answer(
        question=question, title=title, sentence=f"{title}: between $1.28M and $1.66M, nine times in ten.",
        findings=("They have brought $2.30M so far: a fact, and never added to a forecast.",), level=Level.CONTRIBUTION_BEFORE_SERVICE, currency="USD",
        period="156 weeks from 2026-01-01 on", as_of="2026-11-22T04:14:00+00:00", run_id="20261122T041400-3f9a1c", project="hill-bakery",
        figures=figures, table=next(iter(tables.values())), tables=tables, by=by, drill_down="unequal export values",
    )  # fmt: skip


def _segments() -> pa.Table:
    rows = [
        ("profitable", 1619429.45, 1489143.9, 1826087.7),
        ("break_even", 10988.76, 8201.46, 14386.78),
        ("unprofitable", -204815.6, -225820.3, -173222.3),
    ]
    return pa.Table.from_pylist([
        {"segment": name, "customers": 100, "alive_expected": 61.4, "brought": D("1.5"), "value_expected": mean, "value_low": low, "value_high": high}
        for name, mean, low, high in rows
    ])  # fmt: skip


def _contest() -> pa.Table:
    models = ("pareto_nbd_seasonal", "bg_nbd", "last_year_again", "mean", "zero")
    return pa.Table.from_pylist([
        {"relationship": relationship, "kind_of_customer": kind, "model": model, "is_chosen": place == 0, "tests": 3, "rmse": 48.1 + place, "mae": 9.0,
         "deviance": 1.2 + place, "covered": None if place else 0.965, "missed": -1.0 if model == "zero" else 0.005}
        for relationship, kind in _GROUPS for place, model in enumerate(models)
    ])  # fmt: skip


def _tracking() -> pa.Table:
    return pa.Table.from_pylist([
        {"relationship": "shop", "kind_of_customer": kind, "origin": None, "week": week, "orders": 60 * week, "orders_expected": 61.5 * week}
        for kind in ("person", "organisation") for week in range(1, 27)
    ])  # fmt: skip


def _potential() -> pa.Table:
    at = {"origin": date(2024, 1, 4), "weeks": 104.0}
    return pa.Table.from_pylist([
        {**at, "covered": 0.75 if measure == "growth" else None, "measure": measure, "tenth": tenth, "customers": 90 if tenth else 900, "expected": size * 0.05 * tenth, "came": size * 0.06 * tenth,
         "came_low": size * 0.04 * tenth, "came_high": size * 0.09 * tenth, "squared_error": 0.0612 * size**2, "squared_error_naive": 0.0912 * size**2}
        for measure, size in (("top_fifth", 1.0), ("growth", 1000.0)) for tenth in range(11)
    ])  # fmt: skip


def _spread() -> pa.Table:
    return pa.Table.from_pylist(spread_rows(), pa.schema({"low": _MONEY, "high": _MONEY, "customers": pa.int64(), "amount": _MONEY}))


def _customers(count: int) -> pa.Table:
    return pa.Table.from_pylist([
        {"customer_id": f"c_{index:02d}a22e183a6a7", "brought": D("-628.4042"), "p_alive": 0.973, "value_expected": 179.66, "value_low": -3.2,
         "value_high": 294.5, "growth_expected": 512.23, "top_fifth_probability": 0.674}
        for index in range(count)
    ])  # fmt: skip


def _sources() -> pa.Table:
    return pa.Table.from_pylist([
        {"dimension": "acquisition", "source": source, "customers": 1528, "first_order": D("137807.7"), "brought": D("185756.4"), "acquisition_cost": D("-22"),
         "worth_per_customer_expected": 189.42, "worth_per_customer_low": 167.57, "worth_per_customer_high": 211.29, "source_rank": rank}
        for rank, source in enumerate(("referral", "<b>ads</b>"), 1)
    ])  # fmt: skip


def _advocates() -> pa.Table:
    return pa.Table.from_pylist([
        {"customer_id": "c_9f105aa03731", "brought_customers": 7.0, "through_others_expected": 49800.45, "type_one_expected": 49736.4, "type_two_expected": 64.1,
         "further_expected": 0.0, "brought": D("-33.2"), "own_value_expected": -11.51, "is_advocate": True}
    ])  # fmt: skip
