"""Customers by when they began: what they bring in their first year, at equal age, and when what they cost is earned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import ibis
import numpy as np

from unequal.customer_base.turnover.survival import NINE_IN_TEN
from unequal.terms.money import TOTAL, money_sum

YEAR_MONTHS: Final = 12
_QUARTER_MONTHS: Final = 3
_QUARTERS: Final = 4


def month_number(day: ibis.Value) -> ibis.Value:
    """Months since the year 0: int64."""
    return (day.year().cast("int64") * YEAR_MONTHS + day.month().cast("int64") - 1).cast("int64")


def month_number_of(day: date) -> int:
    """The same of a day: months before it are whole when it is the morning on which is looked."""
    return day.year * YEAR_MONTHS + day.month - 1


def quarter_number(day: ibis.Value) -> ibis.Value:
    """Quarters since the year 0: int64."""
    return (month_number(day) // _QUARTER_MONTHS).cast("int64")


def with_first_year(began: ibis.Table, brought: ibis.Table, *, as_of: date) -> ibis.Table:
    """What each customer brought in the first twelve months, the one it began in and the eleven after; what had passed of them, where they are not over.

    All customers of a quarter are looked at for as many months as its last ones have had, so that they can be laid beside each other; and
    once more for as many as those of the same quarter a year later have had, so that these can be laid beside them.

    Args:
        began: GAINED and what else is known of the customers.
        brought: CUSTOMER_MONTH at the level wanted.
        as_of: the morning: only months that were over count.

    Returns:
        The same rows, and quarter int64, age_months int64 (0 to 12), first_year, like_next_year TOTAL.
    """
    end = month_number_of(as_of)
    quarter = quarter_number(began["began_on"])
    last = quarter * _QUARTER_MONTHS + _QUARTER_MONTHS - 1
    aged = began.mutate(
        quarter=quarter, _began=month_number(began["began_on"]), age_months=_clipped(end - last), _next=_clipped(end - last - YEAR_MONTHS)
    )
    joined = brought.inner_join(aged.select("customer_id", "_began", "age_months", "_next"), "customer_id")
    # Later months count for nothing, and most are later.
    joined = joined.mutate(_at=month_number(joined["month"]) - joined["_began"]).filter(lambda rows: rows["_at"] < YEAR_MONTHS)
    at = joined["_at"]
    summed = joined.group_by("customer_id").aggregate(
        first_year=money_sum(ibis.ifelse(at < joined["age_months"], joined["amount"], 0)),
        like_next_year=money_sum(ibis.ifelse(at < joined["_next"], joined["amount"], 0)),
    )
    wide = aged.left_join(summed, "customer_id").drop("customer_id_right", "_began", "_next")
    return wide.mutate(**{name: wide[name].fill_null(0).cast(TOTAL) for name in ("first_year", "like_next_year")})


def _clipped(months: ibis.Value) -> ibis.Value:
    return ibis.greatest(ibis.least(months, YEAR_MONTHS), 0).cast("int64")


def by_quarter(rows: ibis.Table) -> ibis.Table:
    """Cohorts: a row a quarter with customers, age_months, first_year, like_next_year, and the sums of their squares (float64).

    Args:
        rows: of `with_first_year`.
    """
    squares = {name: rows[name].cast("float64") for name in ("first_year", "like_next_year")}
    return rows.group_by("quarter").aggregate(
        customers=rows.count().cast("int64"),
        age_months=rows["age_months"].max(),
        first_year=money_sum(rows["first_year"]),
        like_next_year=money_sum(rows["like_next_year"]),
        squares=(squares["first_year"] * squares["first_year"]).sum(),
        squares_like_next=(squares["like_next_year"] * squares["like_next_year"]).sum(),
    )


@dataclass(frozen=True)
class Beside:
    """A year's new customers beside those of the year before, at equal age.

    Args:
        year: in which they began.
        customers, brought: of it: those of quarters of which a month or more has passed, and what they brought in their first year so far.
        earlier_customers, earlier_brought: of the same quarters a year before, as they stood at the same age.
        change_each, change_low, change_high: how much more each brought on average, with its 90 % range.
        months_at_most: of the first twelve, how many have passed for its first quarter; least: for its last.
    """

    year: int
    customers: int
    brought: Decimal
    earlier_customers: int
    earlier_brought: Decimal
    change_each: float
    change_low: float
    change_high: float
    months_at_most: int
    months_at_least: int


def beside(quarters: Sequence[dict[str, Any]]) -> list[Beside]:
    """Each year beside the one before, quarter by quarter at the same age; years whose quarters have none before them are left out.

    Args:
        quarters: rows of `by_quarter`.

    Returns:
        By year. The range is that of a difference of means, variances apart (Welch 1947, by the normal law).
    """
    known = {int(row["quarter"]): row for row in quarters}
    found = []
    for year in sorted({quarter // _QUARTERS for quarter in known}):
        pairs = [
            (known[at], known[at - _QUARTERS])
            for at in range(year * _QUARTERS, (year + 1) * _QUARTERS)
            if at in known and at - _QUARTERS in known and known[at]["age_months"] > 0
        ]
        if pairs:
            found.append(_beside(year, pairs))
    return found


def _beside(year: int, pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> Beside:
    now, before = zip(*pairs, strict=True)
    customers, earlier = (sum(int(row["customers"]) for row in rows) for rows in (now, before))
    brought = sum((row["first_year"] for row in now), Decimal(0))
    like = sum((row["like_next_year"] for row in before), Decimal(0))
    means = float(brought) / customers, float(like) / earlier
    variance = sum(
        max(sum(float(row[name]) for row in rows) / count - mean**2, 0.0) / count
        for rows, name, count, mean in ((now, "squares", customers, means[0]), (before, "squares_like_next", earlier, means[1]))
    )
    change, half = means[0] - means[1], NINE_IN_TEN * float(np.sqrt(variance))
    ages = [int(row["age_months"]) for row in now]
    return Beside(year, customers, brought, earlier, like, change, change - half, change + half, max(ages), min(ages))


def by_age(began: ibis.Table, brought: ibis.Table, *, by: Sequence[str], as_of: date) -> ibis.Table:
    """What customers bring in each month of their life, before what it cost to win them.

    Args:
        began: of `with_first_year`, or GAINED.
        brought: CUSTOMER_MONTH at the level wanted; acquisition is left out of it.
        by: columns to part them by.
        as_of: the morning: only months that were over count.

    Returns:
        The columns of `by`, age int64 (0 for the month they began in), amount.
    """
    joined = brought.inner_join(began.select("customer_id", "began_on", *by), "customer_id")
    aged = joined.mutate(age=month_number(joined["month"]) - month_number(joined["began_on"]), _month=month_number(joined["month"]))
    counted = aged.filter(aged["_month"] < month_number_of(as_of), aged["age"] >= 0)
    return counted.group_by(*by, "age").aggregate(amount=money_sum(counted["amount"] - counted["acquisition"]))


def watched(began: ibis.Table, *, by: Sequence[str], as_of: date) -> ibis.Table:
    """For how many whole months customers have been watched: the columns of `by`, months int64, customers."""
    rows = began.select(*by, months=month_number_of(as_of) - month_number(began["began_on"]))
    return rows.group_by(*by, "months").aggregate(customers=rows.count().cast("int64"))


def payback_months(cost_each: float, brought: dict[int, float], months: dict[int, int]) -> int | None:
    """After how many months of life what a customer brings, on average, has come up to what it cost to win.

    Each month's mean is that of the customers who have been watched through it, so that the young ones count as far as they go.

    Args:
        cost_each: what a customer cost to win.
        brought: what came in each month of life, 0 for the month they began in.
        months: for how many whole months how many customers have been watched.

    Returns:
        0 where nothing was paid; None where it has not come up within the months watched.

    >>> payback_months(20.0, {0: 100.0, 1: 50.0, 2: 60.0}, {3: 10})
    3
    """
    if cost_each <= 0:
        return 0
    most = max(months, default=0)
    so_far = 0.0
    for age in range(most):
        there = sum(count for watched_months, count in months.items() if watched_months > age)
        so_far += brought.get(age, 0.0) / there if there else 0.0
        if so_far >= cost_each:
            return age + 1
    return None
