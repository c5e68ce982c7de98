"""Tables of the answer to new: cohorts beside those before, who brought them, months, and what each source calls new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import ibis
import pyarrow as pa

from unequal import customer_base
from unequal.answers.base import Base
from unequal.answers.evidence import booked_days
from unequal.answers.forecasts import totals_of
from unequal.answers.lost_tables import FEWEST, REST
from unequal.answers.narrowing import attributes_named
from unequal.terms.lines import Level
from unequal.terms.money import TOTAL, money_sum

cohorts = customer_base.steps.turnover.cohorts
_PARTED_BY: Final = ("salesperson",)
"""Attributes that new customers are parted by without being asked."""
_MONEY: Final = pa.decimal128(28, 4)
_SLICE: Final = pa.schema(
    [
        pa.field("value", pa.string()), pa.field("customers", pa.int64()), pa.field("of_a_year", pa.int64()), pa.field("first_year", _MONEY),
        pa.field("first_year_each", pa.float64()), pa.field("acquisition_cost", _MONEY), pa.field("cost_each", pa.float64()),
        pa.field("payback_months", pa.int64()), pa.field("value_expected", pa.float64()), pa.field("value_low", pa.float64()),
        pa.field("value_high", pa.float64()), pa.field("value_each", pa.float64()),
    ]
)  # fmt: skip
_YEAR: Final = pa.schema(
    [
        pa.field("year", pa.string()), pa.field("customers", pa.int64()), pa.field("months", pa.string()), pa.field("brought", _MONEY),
        pa.field("each", pa.float64()), pa.field("compared", pa.int64()), pa.field("compared_brought", _MONEY), pa.field("earlier_customers", pa.int64()), pa.field("earlier_brought", _MONEY),
        pa.field("earlier_each", pa.float64()), pa.field("change_each", pa.float64()), pa.field("change_low", pa.float64()),
        pa.field("change_high", pa.float64()), pa.field("acquisition_cost", _MONEY), pa.field("value_expected", pa.float64()),
        pa.field("value_low", pa.float64()), pa.field("value_high", pa.float64()), pa.field("planned_customers", pa.int64()),
        pa.field("planned_first_year", _MONEY),
    ]
)  # fmt: skip


def as_of(base: Base) -> date | None:
    """The morning on which is looked: that of the forecasts, or the last day with an entry; None of an empty base."""
    lifetimes = base.table("lifetime")
    found = base.fetch(lifetimes.aggregate(day=lifetimes["as_of"].max()))[0]["day"] or booked_days(base)[1]
    return found if isinstance(found, date) else None


def wide(base: Base, *texts: str | None) -> ibis.Table:
    """GAINED beside what is known and expected of the customers, and began_year, began_quarter, began_month; see `attributes_named`."""
    began, known, values = base.table("gained"), attributes_named(base, *texts, *_PARTED_BY), base.table("customer_value")
    kept = ("customer_id", "brought", "p_alive", "value_expected", "value_low", "value_high")
    table = began.left_join(known, "customer_id").drop("customer_id_right")
    table = table.left_join(values.select(*kept), "customer_id").drop("customer_id_right")
    return table.mutate(**customer_base.steps.profiling.contexts.parts_of(table["began_on"]))


def has_values(base: Base) -> bool:
    """Whether anything is forecast in dollars."""
    fits = base.table("model_fit")
    return bool(base.fetch(fits.filter(fits["model"] == "common_shock").aggregate(n=lambda t: t.count()))[0]["n"])


@dataclass(frozen=True)
class Lives:
    """New customers, run once.

    Args:
        rows: of `cohorts.with_first_year`.
        by_age: of `cohorts.by_age`, by `dimensions`.
        watched: of `cohorts.watched`, by `dimensions`.
        dimensions: the columns that they can be parted by.
    """

    rows: ibis.Table
    by_age: ibis.Table
    watched: ibis.Table
    dimensions: tuple[str, ...]


def lives(base: Base, rows: ibis.Table, by: str | None, *, level: Level, day: date) -> Lives:
    """New customers with their first year, and what they bring by age.

    Args:
        base: the run.
        rows: of `wide`, narrowed.
        by: a column to part them by beside those that are shown anyway.
        level: the evidence level.
        day: the morning.
    """
    # Customers have a number each, too: their months are joined to them by name once.
    own = base.keep(rows.mutate(_name=rows["customer_id"], customer_id=ibis.row_number().over(order_by=rows["customer_id"])))
    names, months = own.select("_name", _number="customer_id"), base.months(level)
    joined = months.inner_join(names, months["customer_id"] == names["_name"])
    brought = base.keep(joined.select("month", "amount", "acquisition", customer_id="_number"))
    lived = base.keep(cohorts.with_first_year(own, brought, as_of=day))
    aged = lived.mutate(customer_id="_name").select(*rows.columns, *(name for name in lived.columns if name not in own.columns))
    parted = dimensions(base, aged)
    if by is not None and by not in parted:
        parted = (*parted, by)
    text = lived.select("customer_id", "began_on", **{name: lived[name].cast("string") for name in parted})
    # Parts have a number each: to sum by a number takes a part of what it takes by many texts.
    numbered = base.keep(text.mutate(_part=ibis.dense_rank().over(order_by=[text[name] for name in parted]) if parted else ibis.literal(0)))
    parts = numbered.select("_part", *parted).distinct()
    age = cohorts.by_age(numbered, brought, by=["_part"], as_of=day).inner_join(parts, "_part").drop("_part")
    seen = cohorts.watched(numbered, by=["_part"], as_of=day).inner_join(parts, "_part").drop("_part")
    return Lives(aged, base.keep(age), base.keep(seen), parted)


def slices(base: Base, lives: Lives, by: str) -> pa.Table:
    """New customers by a column: first year of those who have had one, cost, payback and expected value; few stand together."""
    rows = lives.rows
    key = rows[by].cast("string")
    few = rows.group_by(_few=key).aggregate(_n=rows.count()).filter(lambda t: t["_n"] < FEWEST)
    names = [str(row["_few"]) for row in base.fetch(few) if row["_few"] is not None]

    def named(column: ibis.Value) -> ibis.Value:
        text = column.cast("string")
        return (ibis.ifelse(text.isin(names), REST, text) if len(names) > 1 else text).fill_null("not known")

    cut = rows.mutate(_slice=named(rows[by]))
    whole = cut["age_months"] == cohorts.YEAR_MONTHS
    summed = cut.group_by(value="_slice").aggregate(
        customers=cut.count().cast("int64"),
        of_a_year=whole.cast("int64").sum(),
        first_year=money_sum(ibis.ifelse(whole, cut["first_year"], 0)),
        acquisition_cost=money_sum(cut["acquisition_cost"]),
    )
    worth = {row["segment"]: row for row in totals_of(base, cut, "_slice")} if has_values(base) else {}
    age = _nested(base, lives.by_age.select("age", "amount", value=named(lives.by_age[by])), "age", "amount")
    seen = _nested(base, lives.watched.select("months", "customers", value=named(lives.watched[by])), "months", "customers")
    return pa.Table.from_pylist(
        [_slice(row, worth, age, seen) for row in base.fetch(summed.order_by(ibis.desc("customers"), "value"))], _SLICE
    )


def _slice(
    row: dict[str, Any], worth: dict[str, Any], age: dict[str, dict[int, float]], seen: dict[str, dict[int, float]]
) -> dict[str, Any]:
    name, count, mature = str(row["value"]), int(row["customers"]), int(row["of_a_year"])
    cost = float(row["acquisition_cost"]) / count
    months = {month: int(n) for month, n in seen.get(name, {}).items()}
    value = {part: worth[name][part] for part in ("value_expected", "value_low", "value_high")} if name in worth else {}
    return {
        **row, **value, "first_year_each": float(row["first_year"]) / mature if mature else None, "cost_each": cost,
        "payback_months": cohorts.payback_months(cost, age.get(name, {}), months) if cost > 0 else None,
        "value_each": value["value_expected"] / count if value else None,
    }  # fmt: skip


def _nested(base: Base, table: ibis.Table, key: str, amount: str) -> dict[str, dict[int, float]]:
    """A sum by value and a whole number."""
    found: dict[str, dict[int, float]] = {}
    for row in base.fetch(table.group_by("value", key).aggregate(**{amount: table[amount].sum()})):
        found.setdefault(str(row["value"]), {})[int(str(row[key]))] = float(str(row[amount]))
    return found


def years(base: Base, rows: ibis.Table) -> pa.Table:
    """Each year's new customers beside those of the year before at equal age, with what is expected of them and what was planned."""
    quarters = base.fetch(cohorts.by_quarter(rows))
    beside = {one.year: one for one in cohorts.beside(quarters)}
    counted = rows.group_by("began_year").aggregate(
        customers=rows.count().cast("int64"), acquisition_cost=money_sum(rows["acquisition_cost"]), brought=money_sum(rows["first_year"]),
        least=rows["age_months"].min(), most=rows["age_months"].max(),
    )  # fmt: skip
    worth = {row["segment"]: row for row in totals_of(base, rows, "began_year")} if has_values(base) else {}
    planned = {one.year: one for one in base.project.turnover.planned}
    found = []
    for row in base.fetch(counted.order_by("began_year")):
        year, count = str(row["began_year"]), int(str(row["customers"]))
        told: dict[str, Any] = {
            "year": year, "customers": count, "acquisition_cost": row["acquisition_cost"], "brought": row["brought"],
            "each": float(str(row["brought"])) / count, "months": _months(int(str(row["least"])), int(str(row["most"]))),
        }  # fmt: skip
        told |= {part: worth[year][part] for part in ("value_expected", "value_low", "value_high")} if year in worth else {}
        if one := beside.get(int(year)):
            told |= {
                "compared": one.customers, "compared_brought": one.brought, "each": float(one.brought) / one.customers,
                "earlier_customers": one.earlier_customers, "earlier_brought": one.earlier_brought,
                "earlier_each": float(one.earlier_brought) / one.earlier_customers,
                "change_each": one.change_each, "change_low": one.change_low, "change_high": one.change_high,
            }  # fmt: skip
        if plan := planned.get(int(year)):
            told |= {
                "planned_customers": plan.customers,
                "planned_first_year": None if plan.first_year is None else Decimal(plan.first_year),
            }
        found.append(told)
    return pa.Table.from_pylist(found, _YEAR)


def _months(least: int, most: int) -> str:
    return str(most) if least == most else f"{least} to {most}"


def months(base: Base, rows: ibis.Table) -> pa.Table:
    """New customers by month: at, customers, acquisition_cost."""
    counted = rows.group_by(at="began_month").aggregate(
        customers=rows.count().cast("int64"), acquisition_cost=money_sum(rows["acquisition_cost"]).cast(TOTAL)
    )
    return base.arrow(counted.order_by("at"))


def said(base: Base, first: date, until: date) -> pa.Table:
    """What each source calls new within some months, beside our definition."""
    table = base.table("said_new")
    inside = table.filter(table["month"] >= first, table["month"] < until)
    names = ("records", "customers", "same_month", "bought_before", "bought_later", "never_bought")
    summed = inside.group_by("source").aggregate(**{name: inside[name].sum() for name in names})
    return base.arrow(summed.order_by(ibis.desc("customers"), "source"))


def dimensions(base: Base, rows: ibis.Table) -> tuple[str, ...]:
    """Columns that new customers are parted by without being asked: where they differ."""
    known = ("acquired_by", "first_channel", "first_market", *(name for name in _PARTED_BY if name in rows.columns))
    counts = base.fetch(rows.aggregate(**{name: rows[name].nunique() for name in known}))[0]
    return tuple(name for name in known if int(str(counts[name])) > 1)
