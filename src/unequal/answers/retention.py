"""What it is worth to keep customers: one point and five, by the firm's own hazards, beside the literature's claim."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.evidence import whole_period
from unequal.answers.forecasts import estimate, nothing_forecast, of_before_verdicts
from unequal.answers.lacking import refuse_narrowing
from unequal.answers.occasions import as_assumed, assumptions, knows_dollars
from unequal.answers.resting import rests_on
from unequal.answers.retention_of_some import of_some
from unequal.terms.amounts import money_text, share_text
from unequal.terms.errors import AnswerError
from unequal.terms.lines import WORD_OF_LEVEL, Level
from unequal.terms.periods import Period

_NEARLY_ALL: Final = 0.94
"""Yearly retention above which five points more are nearly all there are, and a thought experiment without an end says any figure."""


def retention(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """What one point and five points more of yearly retention would bring.

    Args:
        base: a published run.
        where: a predicate over customers: then one point is told, of these.
        by: a dimension of customers: then one point is told, of each slice.
        period, level: not for this question: it looks ahead.

    Raises:
        AnswerError: ANS011, a period or level is given; ANS014, there is no forecast of a year or more; ANS002, no such dimension.
        PredicateError: `where` is refused.
    """
    refuse_narrowing("this question looks ahead, at the level of the base", period, level, do="ask it without --from, --to and --level")
    if where is not None or by is not None:
        return of_some(base, where, by)
    rows: list[dict[str, Any]] = [
        dict(row) for row in base.fetch(base.table("retention_worth").order_by("points", "relationship", "kind_of_customer"))
    ]
    if not rows:
        raise AnswerError("ANS014", "what retention is worth cannot be told", seen=_lacks(base),
                          do="set value.horizon_weeks to 52 or more, and map what was sold with its days")  # fmt: skip
    table = base.arrow(base.table("retention_worth").order_by("points", "relationship", "kind_of_customer"))
    if any(row["retention_expected"] > _NEARLY_ALL for row in rows):
        told = [None if row["retention_expected"] > _NEARLY_ALL else row["claim_share"] for row in table.to_pylist()]
        table = table.set_column(table.column_names.index("claim_share"), "claim_share", pa.array(told, pa.float64()))
    if not knows_dollars(base.project):
        table = table.drop_columns([name for name in table.column_names if "_gain_" in name])
    one, five = (_summed(rows, points) for points in (1.0, 5.0))
    return Answer(
        question="retention",
        title="What retention is worth",
        sentence=_sentence(base, rows, one),
        findings=(*of_before_verdicts(base, base.table("customer_value")), *_findings(base, rows, five)),
        period=f"{base.project.value.horizon_weeks:,} weeks ahead (known: {whole_period(base)})",
        figures=as_assumed(base, _figures(base, rows, one, five)),
        table=table,
        tables={"retention_worth": table},
        drill_down="unequal export values",
        **rests_on(base),
    )


def _lacks(base: Base) -> str:
    forecasts = base.fetch(base.table("customer_value").limit(1))
    return "no forecast of a year or more (value.horizon_weeks below 52)" if forecasts else nothing_forecast(base)


def _summed(rows: list[dict[str, Any]], points: float) -> dict[str, float]:
    chosen = [row for row in rows if row["points"] == points]
    return {name: float(sum(row[name] for row in chosen)) for name in ("customers_expected", "value_gain_expected", "year_gain_expected")}


def _kept(rows: list[dict[str, Any]]) -> float:
    """Yearly retention over all lines, each by its customers."""
    one = [row for row in rows if row["points"] == 1.0]
    there = sum(row["customers_expected"] for row in one)
    return float(sum(row["customers_expected"] * row["retention_expected"] for row in one) / there) if there else 0.0


def _sentence(base: Base, rows: list[dict[str, Any]], one: dict[str, float]) -> str:
    currency, words = base.project.reporting_currency, base.project.value.words
    each = (
        money_text(estimate(one["value_gain_expected"] / one["customers_expected"]), currency) if one["customers_expected"] else "nothing"
    )
    value, year = (money_text(estimate(one[name]), currency) for name in ("value_gain_expected", "year_gain_expected"))
    if not knows_dollars(base.project):
        kept = share_text(round(_kept(rows), 6))
        return f"Of today's {words} {kept} are expected to be there in a year; what a point more would be worth is not known, for no dollars are."
    return (
        f"Of today's {words} {share_text(round(_kept(rows), 6))} are expected to be there in a year; one point more would be worth {value} "
        f"within the horizon, {each} for each of them, and {year} of the first year's {WORD_OF_LEVEL[base.level]}."
    )


def _findings(base: Base, rows: list[dict[str, Any]], five: dict[str, float]) -> list[str]:
    currency = base.project.reporting_currency
    if not knows_dollars(base.project):
        return []
    five_rows = [row for row in rows if row["points"] == 5.0]  # noqa: PLR2004 - the claim's five points
    told = []
    for row in five_rows:
        gain = money_text(estimate(row["value_gain_expected"]), currency, signed=True)
        share = row["value_gain_share"]
        own = (
            f" changes their worth, which is not above zero, by {gain}"
            if share is None
            else f" adds {share_text(round(share, 4))} to their worth"
        )
        claim = (
            ""
            if row["claim_share"] is None or row["retention_expected"] > _NEARLY_ALL
            else f"; a thought experiment with one retention for ever says {share_text(round(row['claim_share'], 4))}"
        )
        told.append(f"{row['relationship']} ({row['kind_of_customer']}): five points more{own}{claim}.")
    whole, year = (money_text(estimate(five[name]), currency) for name in ("value_gain_expected", "year_gain_expected"))
    told.append(f"Together five points are worth {whole} within the horizon and {year} of one year's {WORD_OF_LEVEL[base.level]}.")
    told.append(
        "The literature's claim of up to 100 % more profit (Reichheld & Sasser 1990) is lifetime margin of one cohort, not a year's profit; "
        "what keeping them costs is in neither figure."
    )
    return [*told, *assumptions(base.project)]


def _figures(base: Base, rows: list[dict[str, Any]], one: dict[str, float], five: dict[str, float]) -> tuple[Figure, ...]:
    currency, word = base.project.reporting_currency, WORD_OF_LEVEL[base.level]

    def figure(name: str, label: str, amount: float) -> Figure:
        return Figure(name, label, Decimal(repr(round(amount, 2))), currency, note="forecast")

    return (
        Figure("retention", "There in a year, of those there now", round(_kept(rows), 6), "share", note="forecast"),
        figure("point_value", "One point more, within the horizon", one["value_gain_expected"]),
        figure("point_year", f"One point more, first year's {word}", one["year_gain_expected"]),
        figure("five_points_value", "Five points more, within the horizon", five["value_gain_expected"]),
        figure("five_points_year", f"Five points more, first year's {word}", five["year_gain_expected"]),
    )
