"""What customers will bring: lifetime value with its range, the contest of models behind it, and who could become one of the best."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import ibis
import pyarrow as pa

from unequal.answers import beside, occasions, value_tables
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.evidence import whole_period
from unequal.answers.forecasts import (
    DO_FOR_FORECASTS,
    as_table,
    estimate,
    narrowed_values,
    nothing_forecast,
    of_before_verdicts,
    range_text,
    ranged_figure,
    totals_of,
)
from unequal.answers.profit_words import band_label
from unequal.answers.resting import rests_on
from unequal.terms.amounts import money_text, share_text
from unequal.terms.errors import AnswerError
from unequal.terms.lines import WORD_OF_LEVEL, Level
from unequal.terms.model_names import MODELS
from unequal.terms.periods import Period

_SEGMENTS: Final = {
    "segment": pa.string(), "label": pa.string(), "customers": pa.int64(), "alive_expected": pa.float64(), "brought": pa.decimal128(28, 4),
    "value_expected": pa.float64(), "value_low": pa.float64(), "value_high": pa.float64(),
}  # fmt: skip


def value(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """What customers are expected to bring, from the day after the last entry on.

    Args:
        base: a published run.
        where: a predicate over customers: their attributes, band, p_alive, brought, value_expected, top_fifth_probability, ...
        by: a dimension of customers to slice by; bands by default.
        period, level: not for this question: it is about the horizon that the config sets, at the level of the base.

    Raises:
        AnswerError: ANS011, a period or level is given; ANS014, there is no forecast to tell of; ANS002, no such dimension.
        PredicateError: `where` is refused.
    """
    if period is not None or level is not None:
        raise AnswerError("ANS011", "this question looks ahead, and takes no period or level", seen="--from, --to or --level",
                          do="set value.horizon_weeks and value.as_of in the config, and ask without them")  # fmt: skip
    customers = base.keep(narrowed_values(base, where, by))
    whole = totals_of(base, customers, None)
    if not whole:
        raise AnswerError("ANS014", "there is no customer to forecast", seen=where or nothing_forecast(base),
                          do="ask without --where" if where else DO_FOR_FORECASTS)  # fmt: skip
    total = whole[0]
    come = occasions.occasion_totals(base, customers)
    rows = [{**row, "label": _label(base, row["segment"], by)} for row in totals_of(base, customers, by or "band")]
    contest = _contest(base)
    tables = _tables(base, customers, rows, contest)
    return Answer(
        question="value",
        title="What customers will bring",
        sentence=_sentence(base, total) if occasions.knows_dollars(base.project) else occasions.sentence(base, total, come),
        findings=(*of_before_verdicts(base, customers), *_findings(base, customers, total, tables), *occasions.findings(base, come)),
        period=_horizon(base),
        figures=(*occasions.as_assumed(base, _figures(base, customers, total)), *occasions.figures(base, come)),
        table=as_table(rows, _SEGMENTS) if occasions.knows_dollars(base.project) else occasions.by_history(base, customers),
        tables={**tables, "occasions": occasions.by_history(base, customers)},
        where=where,
        by=by,
        drill_down="unequal export values" + (f" --where {where!r}" if where else ""),
        **rests_on(base),
    )  # fmt: skip


def _label(base: Base, segment: str | None, by: str | None) -> str:
    """What a slice is called: a band in words, without profit where no cost is known; others as the data have them."""
    if segment in (None, ""):
        return "not given"
    return str(segment) if by else band_label(str(segment), base.level)


def _tables(base: Base, customers: ibis.Table, rows: list[dict[str, Any]], contest: pa.Table) -> dict[str, pa.Table]:
    """What stands behind the answer; a run of before reasons were told has no sources, no advocates and no test of potential."""
    told = {
        "sources": value_tables.sources(base),
        "advocates": value_tables.advocates(base, customers),
        "potential": value_tables.potential(base),
        "speakers": value_tables.speakers(base),
        "lift": value_tables.lift(base),
        "prospects": value_tables.prospects(base),
    }
    return {
        "segments": as_table(rows, _SEGMENTS),
        "contest": contest,
        "best": value_tables.best(base, customers),
        "growable": value_tables.growable(base, customers),
        "overdue": value_tables.overdue(base, customers),
        "spread": value_tables.spread(base, customers),
        "tracking": base.arrow(base.table("tracking")),
        "parameters": base.arrow(base.table("model_fit")),
        "value_total": base.arrow(base.table("value_total")),
        **{name: table for name, table in told.items() if table is not None},
    }


def _horizon(base: Base) -> str:
    settings = base.project.value
    return (
        f"{settings.horizon_weeks:,} weeks from {_as_of(base)} on, discounted at {share_text(settings.discount_rate_annual)} a year "
        f"(known: {whole_period(base)})"
    )


def _as_of(base: Base) -> object:
    lifetimes = base.table("lifetime")
    return base.fetch(lifetimes.aggregate(day=lifetimes["as_of"].max()))[0]["day"]


def _sentence(base: Base, total: dict[str, Any]) -> str:
    words, word = base.project.value.words, WORD_OF_LEVEL[base.level]
    alive = share_text(total["alive_expected"] / total["customers"])
    there = int(total["alive_expected"])  # rounded up, nobody would have left where a few are expected to have
    return (
        f"{total['customers']:,} {words} are expected to bring {range_text(total, 'value', base.project.reporting_currency)} of {word} "
        f"in {base.project.value.horizon_weeks:,} weeks; {there:,} of them ({alive}) still are {words}."
    )


def _findings(base: Base, customers: ibis.Table, total: dict[str, Any], tables: dict[str, pa.Table]) -> list[str]:
    currency = base.project.reporting_currency
    counted = base.fetch(
        customers.aggregate(
            growable=customers["is_growable"].sum(), overdue=customers["is_overdue"].sum(),
            at_risk=ibis.ifelse(customers["is_overdue"], customers["value_expected"], 0.0).sum(),
            growth=ibis.ifelse(customers["is_growable"], customers["growth_expected"], 0.0).sum(),
        )
    )[0]  # fmt: skip
    told = [f"They have brought {money_text(total['brought'], currency)} so far: a fact, and never added to a forecast."]
    if occasions.posts_nothing(base.project):
        told = ["No source posts a dollar, so what they have brought so far is not known, and the curve and the bands are empty."]
    told += [_won(row) for row in tables["contest"].to_pylist() if row["is_chosen"]]
    if counted["growable"]:
        growth = money_text(Decimal(round(float(str(counted["growth"])))), currency, signed=True)
        told.append(
            f"{counted['growable']:,} are Most Growable: not among the best fifth today, and likelier than not to be within two years ({growth} next year)."
        )
    if counted["overdue"]:
        risk = money_text(Decimal(round(float(str(counted["at_risk"])))), currency)
        told.append(f"{counted['overdue']:,} have been silent for longer than their own rhythm explains; {risk} is still expected of them.")
    further = [*value_tables.potential_told(tables.get("potential")), *_through_whom(base, tables), *beside.findings(base, tables)]
    return [*told, *further, *_flaws(tables["contest"])]


def _through_whom(base: Base, tables: dict[str, pa.Table]) -> list[str]:
    """The best source of customers, and who introduces best."""
    currency, told = base.project.reporting_currency, []
    source = value_tables.best_source(tables.get("sources"))
    if source is not None:
        each, low, high = (money_text(estimate(source[f"worth_per_customer_{part}"]), currency) for part in ("expected", "low", "high"))
        kind = (
            "Source of acquisition"
            if source["dimension"] == "acquisition"
            else f"{str(source['dimension']).capitalize()} of the first order"
        )
        told.append(
            f"{kind} with the best customers: {source['source']}, {each} from the first order on for each of {source['customers']:,} "
            f"(between {low} and {high}, nine times in ten), before what it cost to get them."
        )
    advocates = tables["advocates"].slice(0, 1).to_pylist() if "advocates" in tables else []
    for row in advocates:
        through, own = (money_text(estimate(row[name]), currency) for name in ("through_others_expected", "own_value_expected"))
        told.append(
            f"The best introducer, {row['customer_id']}, brought {row['brought_customers']:,.0f} others worth {through} to it, and is itself expected "
            f"to bring {own}: never add the two, for the same dollars stand with those who were brought."
        )
    return told


def _won(row: dict[str, Any]) -> str:
    off = "" if row["missed"] is None else f": totals of orders missed by {share_text(abs(row['missed']))} in the latest test"
    return f"{row['relationship']} ({row['kind_of_customer']}): {MODELS.get(row['model'], row['model'])} forecasts{off}."


def _flaws(contest: pa.Table) -> list[str]:
    """What a reader must know of the models in use."""
    used = {str(row["model"]) for row in contest.to_pylist() if row["is_chosen"]}
    told = []
    if any(name.startswith("bg_nbd") for name in used):
        told.append("bg_nbd holds everybody who ordered once to be a customer still; its P(alive) says nothing of them.")
    if "bg_bb" in used:
        told.append("BG/BB takes a break for leaving: who comes every second time looks gone after one silence.")
    if used & {"last_year_again", "mean", "zero"}:
        told.append("A baseline forecasts better than every model here: look at the contest before acting on single customers.")
    return told


def _contest(base: Base) -> pa.Table:
    """BACKTEST pooled over its tests: a row for each candidate, best first."""
    tests = base.table("backtest")
    at = ("relationship", "kind_of_customer", "model")
    latest = tests.group_by("relationship", "kind_of_customer").aggregate(latest=tests["origin"].max())
    marked = tests.inner_join(latest, ["relationship", "kind_of_customer"])
    last = marked["origin"] == marked["latest"]
    pooled = marked.group_by(*at).aggregate(
        is_chosen=marked["is_chosen"].max(),
        tests=marked.count().cast("int64"),
        rmse=(marked["rmse"] * marked["rmse"]).mean().sqrt(),
        mae=marked["mae"].mean(),
        deviance=marked["deviance"].mean(),
        covered=marked["covered"].mean(),
        missed=(marked["orders_expected"].max(where=last) / marked["orders"].max(where=last).cast("float64").nullif(0.0) - 1),
    )
    return base.arrow(pooled.order_by("relationship", "kind_of_customer", "rmse"))


def _figures(base: Base, customers: ibis.Table, total: dict[str, Any]) -> tuple[Figure, ...]:
    currency, words = base.project.reporting_currency, base.project.value.words
    counted = base.fetch(
        customers.aggregate(
            below=(customers["value_expected"] < 0).sum(), growable=customers["is_growable"].sum(), overdue=customers["is_overdue"].sum(),
            point=customers["point_of_retention_expected"].sum(),
        )
    )[0]  # fmt: skip
    return (
        ranged_figure("value", "Expected within the horizon, discounted", total, "value", currency),
        _brought(base, total),
        Figure("customers", words.capitalize(), total["customers"], "customers"),
        Figure("alive", f"Of them expected to be {words} still", round(total["alive_expected"], 1), "customers", note="forecast"),
        Figure("below_zero", "Expected to cost more than they bring", _whole(counted["below"]), "customers", note="forecast"),
        Figure("growable", "Most Growable", _whole(counted["growable"]), "customers", note="forecast"),
        Figure("overdue", "Silent beyond their own rhythm", _whole(counted["overdue"]), "customers", note="forecast"),
        Figure(
            "point_of_retention",
            "Worth of one point of retention",
            Decimal(repr(round(float(str(counted["point"])), 2))),
            currency,
            note="forecast",
        ),
    )


def _brought(base: Base, total: dict[str, Any]) -> Figure:
    """What customers have brought so far; missing, and not nothing, where no source posts a dollar."""
    unknown = occasions.posts_nothing(base.project)
    why = "No source posts a dollar." if unknown else ""
    return Figure(
        "brought", "Brought so far (fact)", None if unknown else total["brought"], base.project.reporting_currency, why_missing=why
    )


def _whole(value: object) -> int:
    return int(str(value or 0))
