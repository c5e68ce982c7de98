"""What is told where histories come counted: expected occasions, and what the assumed dollars of one make of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa

from unequal import config, value
from unequal.answers.answer import Figure
from unequal.answers.base import Base
from unequal.answers.forecasts import WIDTH_OF_RANGE, estimate, shock_of
from unequal.terms.amounts import money_text
from unequal.terms.house_words import named

_HISTORIES_SHOWN: Final = 40
_OF_VALUE: Final = frozenset({"value", "point_of_retention", "point_value", "point_year", "five_points_value", "five_points_year"})
"""Figures of dollars ahead."""
_QUARTER: Final = Decimal("0.25")


def counted(project: config.Project) -> dict[str, Decimal | None]:
    """The lines of business whose histories come counted, with what an occasion of each is assumed to bring; None where nothing is."""
    return {
        name: None if one.dollars_an_occasion is None else Decimal(one.dollars_an_occasion)
        for name, one in project.value.relationships.items()
        if isinstance(one, config.value.Occasions) and one.histories is not None
    }


def knows_dollars(project: config.Project) -> bool:
    """Whether forecasts of dollars mean anything: some line of business has entries, or assumes what an occasion brings."""
    told, declared = counted(project), project.value.relationships
    return not told or len(told) < len(declared) or any(dollars for dollars in told.values())


def assumptions(project: config.Project) -> list[str]:
    """A sentence for each assumption of dollars: what is told in dollars rises and falls with it."""
    told, currency = counted(project), project.reporting_currency
    return [
        f"Assumed, not measured: an occasion in {name} brings {money_text(dollars, currency)}; a quarter less or more makes all its dollars as much less or more."
        for name, dollars in told.items()
        if dollars is not None
    ]


def posts_nothing(project: config.Project) -> bool:
    """Whether nothing posts a dollar, so that the ledger, the curve and the bands are empty."""
    return not any(source.postings for source in project.sources.values()) and not project.ledger.activities


def occasion_totals(base: Base, customers: ibis.Table) -> list[dict[str, Any]]:
    """Expected occasions of each line of business whose histories come counted, with the range that totals have.

    Args:
        base: the run.
        customers: whose; a table with customer_id.

    Returns:
        relationship, customers, occasions_expected, _low and _high, value_expected, and assumed (dollars of an occasion, or None).
    """
    assumed = counted(base.project)
    if not assumed:
        return []
    lines = base.table("lifetime").semi_join(customers.select("customer_id"), "customer_id")
    lines = lines.filter(lines["relationship"].isin(list(assumed)))
    spread = (lines["orders_high"] - lines["orders_low"]) / WIDTH_OF_RANGE
    lines = lines.mutate(_variance=spread * spread)
    summed = lines.group_by("relationship").aggregate(
        customers=lines.count(),
        mean=lines["orders_expected"].sum(),
        variance=lines["_variance"].sum(),
        value_expected=lines["value_expected"].sum(),
    )
    shock, found = shock_of(base), []
    for row in base.fetch(summed.order_by("relationship")):
        mean, variance = (np.array([row[name]], dtype=np.float64) for name in ("mean", "variance"))
        low, high = value.totals.interval(mean, variance, mean, shock)
        told = {name: row[name] for name in ("relationship", "customers", "value_expected")}
        ends = {"occasions_expected": float(mean[0]), "occasions_low": max(float(low[0]), 0.0), "occasions_high": float(high[0])}
        found.append({**told, **ends, "assumed": assumed[str(row["relationship"])]})
    return found


def by_history(base: Base, customers: ibis.Table) -> pa.Table:
    """Customers of one history and what is expected of each: relationship, came (times so far), customers, p_alive, occasions_expected."""
    lines = base.table("lifetime").semi_join(customers.select("customer_id"), "customer_id")
    lines = lines.filter(lines["kind"] == "occasions")
    alike = lines.mutate(p_alive=lines["p_alive"].round(6), occasions_expected=lines["orders_expected"].round(6))
    grouped = alike.group_by("relationship", "p_alive", "occasions_expected", came="orders").aggregate(
        customers=alike.count().cast("int64")
    )
    told = grouped.select("relationship", "came", "customers", "p_alive", "occasions_expected")
    return base.arrow(told.order_by(ibis.desc("occasions_expected"), "relationship", "came").limit(_HISTORIES_SHOWN))


def sentence(base: Base, total: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    """The finding where no dollar is known: how often customers are expected to come."""
    words = base.project.value.words
    expected, low, high = (sum(row[f"occasions_{end}"] for row in rows) for end in ("expected", "low", "high"))
    return (
        f"{total['customers']:,} {named(total['customers'], words)} are expected to come {expected:,.0f} times (between {low:,.0f} and "
        f"{high:,.0f}, nine times in ten) in {base.project.value.horizon_weeks:,} weeks, {expected / total['customers']:.2f} times each; "
        f"{total['alive_expected']:,.0f} of them still are {words}."
    )


def findings(base: Base, rows: list[dict[str, Any]]) -> list[str]:
    """What a reader must know of counted histories: how often, on what assumption, and what is not known."""
    words, currency, told = base.project.value.words, base.project.reporting_currency, []
    for row in rows:
        each = row["occasions_expected"] / row["customers"]
        told.append(
            f"{row['relationship']}: {row['occasions_expected']:,.0f} occasions expected (between {row['occasions_low']:,.0f} and "
            f"{row['occasions_high']:,.0f}, nine times in ten), {each:.2f} a {named(1, words)}; BG/BB forecasts, untested: histories that come "
            f"counted have no earlier days to try it on."
        )
        told.append(_assumption(row, currency))
    return told


def _assumption(row: dict[str, Any], currency: str) -> str:
    dollars = row["assumed"]
    if dollars is None:
        return f"What an occasion in {row['relationship']} brings is not known, so no dollars are told of it; declare dollars_an_occasion to assume it."
    less, more = (money_text(estimate(row["value_expected"] * float(1 + step)), currency) for step in (-_QUARTER, _QUARTER))
    return (
        f"Assumed, not measured: an occasion in {row['relationship']} brings {money_text(dollars, currency)}; a quarter less would make "
        f"{less} of its value, a quarter more {more}."
    )


def figures(base: Base, rows: list[dict[str, Any]]) -> tuple[Figure, ...]:
    """Expected occasions, and the assumed dollars of one, of each line of business whose histories come counted."""
    found = []
    for row in rows:
        ends = [round(row[f"occasions_{end}"], 1) for end in ("expected", "low", "high")]
        label = f"Occasions in {row['relationship']} expected within the horizon"
        found.append(Figure(f"occasions_{row['relationship']}", label, ends[0], "orders", low=ends[1], high=ends[2], note="forecast"))
        if row["assumed"] is not None:
            label = f"An occasion in {row['relationship']} brings"
            found.append(
                Figure(f"dollars_an_occasion_{row['relationship']}", label, row["assumed"], base.project.reporting_currency, note="assumed")
            )
    return tuple(found)


_BY_DAYS: Final = frozenset({"growable", "overdue"})
"""Figures that rest on days: nobody counts as growing or silent where none is known."""


def as_assumed(base: Base, told: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """Figures of dollars where some or all of these are assumed: marked so, and absent where no dollar or no day is known at all."""
    if posts_nothing(base.project):
        dateless = "No source posts a row with a day."
        told = tuple(replace(one, value=None, why_missing=dateless) if one.name in _BY_DAYS else one for one in told)
    money, assumes = base.project.reporting_currency, any(counted(base.project).values())
    if not knows_dollars(base.project):
        why = "No source posts a dollar, and none is assumed of an occasion."
        return tuple(replace(one, value=None, low=None, high=None, why_missing=why) if one.unit == money else one for one in told)
    marked = _OF_VALUE if assumes else frozenset()
    return tuple(replace(one, note="forecast, on assumed dollars") if one.name in marked else one for one in told)
