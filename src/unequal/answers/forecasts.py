"""What answers about the future share: ranges in words, and totals of the customers that were asked about."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa

from unequal import config, value
from unequal.answers.answer import Figure
from unequal.answers.base import Base
from unequal.answers.narrowing import attributes_named, dimension, narrow
from unequal.terms.amounts import money_text
from unequal.terms.money import TOTAL

WIDTH_OF_RANGE: Final = 3.29
"""Between the ends of a 90 % range lie so many standard deviations, where it is about normal."""


def estimate(amount: float) -> Decimal:
    """An estimate as an amount: to the cent, which is more than it knows.

    >>> estimate(12.3456)
    Decimal('12.35')
    """
    return Decimal(repr(round(amount, 2)))


def range_text(row: dict[str, Any], name: str, currency: str) -> str:
    """An expectation with its ends in words."""
    mean, low, high = (money_text(estimate(row[f"{name}_{part}"]), currency) for part in ("expected", "low", "high"))
    return f"{mean} (between {low} and {high}, nine times in ten)"


def ranged_figure(name: str, label: str, row: dict[str, Any], column: str, currency: str) -> Figure:
    """An expectation as a figure with its range."""
    mean, low, high = (estimate(row[f"{column}_{part}"]) for part in ("expected", "low", "high"))
    return Figure(name, label, mean, currency, low=low, high=high, note="forecast")


DO_FOR_FORECASTS: Final = "post what customers bought with its day, or map contracts: docs/how-to/what-customers-will-bring.md"


def nothing_forecast(base: Base) -> str:
    """What forecasts lack where there is none at all: the tables and columns."""
    sources = base.project.sources.values()
    if any(one.postings for one in sources) and not config.columns.tells_days(sources):
        return "no day of any sale: postings book all rows on one day (sources.NAME.postings.booked_on)"
    return "no sale of any customer with its day (entry.booked_on of list_revenue), no contract and no counted history (value.relationships.NAME)"


def wide_values(base: Base, *texts: str | None) -> ibis.Table:
    """CUSTOMER_VALUE beside what questions may name of a customer, and these texts do, see `attributes_named`."""
    values, known = base.table("customer_value"), attributes_named(base, *texts)
    return values.left_join(known, "customer_id").drop("customer_id_right")


def narrowed_values(base: Base, where: str | None, by: str | None = None) -> ibis.Table:
    """The values of the customers for whom a predicate is true, with the attributes that it and `by` name.

    Raises:
        PredicateError: it is refused, or names what is not there.
    """
    table = wide_values(base, where, by)
    return narrow(table, where=where, period=None, leads_to=base.leads_to)


def said_when(base: Base, forecasts: ibis.Table) -> ibis.Table:
    """Forecasts of customers, each with whether it is of before a steward's word.

    A steward's word joins or parts customers at once; what they will bring is forecast anew by the next run. Until then a forecast
    stands under the id that the run gave it, and an id that was given up keeps its own.

    Args:
        base: the run.
        forecasts: any table with customer_id.

    Returns:
        The same rows, and is_of_before_verdict.
    """
    if "concerned" not in base.tables:
        return forecasts.mutate(is_of_before_verdict=ibis.literal(value=False))
    concerned = base.table("concerned").select(_concerned="customer_id")
    joined = forecasts.left_join(concerned, forecasts["customer_id"] == concerned["_concerned"])
    return joined.mutate(is_of_before_verdict=joined["_concerned"].notnull()).select(*forecasts.columns, "is_of_before_verdict")


def of_before_verdicts(base: Base, customers: ibis.Table) -> tuple[str, ...]:
    """That some forecasts are of before a steward's word, in a sentence; none where none is."""
    if "concerned" not in base.tables:
        return ()
    told = said_when(base, customers)
    found = base.fetch(told.aggregate(customers=told["is_of_before_verdict"].cast("int64").sum().fill_null(0)))[0]["customers"]
    number = int(str(found))
    if not number:
        return ()
    many = "1 customer is" if number == 1 else f"{number:,} customers are"
    return (f"The forecasts of {many} of before a steward's word, as the run made them; `unequal run` forecasts them anew.",)


def shock_of(base: Base) -> value.totals.Shock:
    """The error that totals shared in earlier forecasts."""
    fits = base.table("model_fit")
    told = {row["parameter"]: row["value"] for row in base.fetch(fits.filter(fits["model"] == "common_shock"))}
    return value.totals.Shock(*(float(str(told[name])) for name in ("bias", "spread", "freedom")))


def totals_of(base: Base, customers: ibis.Table, by: str | None) -> list[dict[str, Any]]:
    """Totals of customers' values, of all of them or by a dimension, best first; each with the range that totals have.

    Customers' own chances are independent and nearly cancel out; the error that all share does not, and makes most of the range.

    Args:
        base: the run.
        customers: of `narrowed_values`.
        by: a column of it; None for one row.

    Raises:
        AnswerError: ANS002, there is no such dimension.
    """
    key = None if by is None else customers[dimension(customers, by)].cast("string")
    spread = (customers["value_high"] - customers["value_low"]) / WIDTH_OF_RANGE
    rows = customers.mutate(
        _key=ibis.null("string") if key is None else key, _variance=spread * spread, _size=customers["value_expected"].abs()
    )
    summed = rows.group_by(segment="_key").aggregate(
        customers=rows.count().cast("int64"),
        alive_expected=rows["p_alive"].sum(),
        brought=rows["brought"].sum().cast(TOTAL),
        value_expected=rows["value_expected"].sum(),
        variance=rows["_variance"].sum(),
        size=rows["_size"].sum(),
    )
    found = base.fetch(summed.order_by(ibis.desc("value_expected"), "segment"))
    # Where nothing was sold, there is no model, and no shock of its totals either.
    shock = shock_of(base) if found else None
    return [_with_ends(dict(row), shock) for row in found if shock]


def _with_ends(row: dict[str, Any], shock: value.totals.Shock) -> dict[str, Any]:
    mean, variance, size = (np.array([row[name]], dtype=np.float64) for name in ("value_expected", "variance", "size"))
    low, high = value.totals.interval(mean, variance, size, shock)
    told = {name: row[name] for name in ("segment", "customers", "alive_expected", "brought", "value_expected")}
    return {**told, "value_low": float(low[0]), "value_high": float(high[0])}


def as_table(rows: list[dict[str, Any]], columns: dict[str, pa.DataType]) -> pa.Table:
    """Rows as a table of these columns; estimates of money to the cent."""
    return pa.Table.from_pylist([{name: row[name] for name in columns} for row in rows], pa.schema(list(columns.items())))
