"""Occasions: what customers did period by period, where they may come once in each; and histories that come counted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import ibis
import numpy as np

from unequal import config
from unequal.terms.money import money_sum
from unequal.value.arrays import Ints
from unequal.value.buying_by_period import Opportunities
from unequal.value.lives import DAYS_A_WEEK, MONTHS_OF
from unequal.value.owning import OWNER, with_owner

_UNIT: Final = {"week": "W", "month": "M", "quarter": "Q", "year": "Y"}
_MONDAY: Final = 3
"""The Monday of the first week of 1970 lies so many days before its first day."""


def occasions(days: ibis.Table, every: str) -> ibis.Table:
    """Days put together to periods of the calendar: several orders of one period are one occasion.

    Args:
        days: BUYING_DAYS.
        every: week (from Monday), month, quarter or year.

    Returns:
        BUYING_DAYS with a row for each period in which something was booked: `day` is the first day of the period, is_order
        says whether anything was ordered in it, `spend` is what orders were invoiced at; money DECIMAL(28,4).
    """
    # Spark makes a timestamp of a date that it cuts, and Ibis, which holds it for a date, would leave out a cast back.
    periods = days.mutate(_period=days["day"].truncate(_UNIT[every]).cast("timestamp").cast("date"))
    return periods.group_by("customer_id", day=periods["_period"]).aggregate(
        is_order=periods["is_order"].max(),
        spend=money_sum(ibis.ifelse(periods["is_order"], periods["spend"], 0)),
        margin=money_sum(periods["margin"]),
        service=money_sum(periods["service"]),
    )


def first_and_last(days: ibis.Table) -> ibis.Table:
    """The days of each customer's first and last order: customer_id, first_day, last_day; customers without one are absent."""
    ordered = days.filter(days["is_order"])
    return ordered.group_by("customer_id").aggregate(first_day=ordered["day"].min(), last_day=ordered["day"].max())


def counted_histories(rows: ibis.Table, mapping: config.value.Histories, customer_record: ibis.Table) -> ibis.Table:
    """Histories that come counted, with the customers whose they are.

    Args:
        rows: accepted rows of the source, one for each customer; none of `impossible`.
        mapping: which columns say what.
        customer_record: CUSTOMER_RECORD.

    Returns:
        customer_id, bought (x), last (t_x), offered (n): int64; a row for each customer. Of one who has several rows, as under
        two records that are one person, all are put together from their ends, which are the same: coming first by one of them is an
        occasion of the other, and who came at one opportunity by both came once as far as that can be told. Rows of
        nobody known are left out.
    """
    joined = with_owner(rows, mapping.customer, mapping.source, customer_record)
    told = joined.filter(joined[OWNER].notnull())
    x, t, n = (told[name].cast("int64") for name in (mapping.repeat, mapping.last, mapping.opportunities))
    summed = told.group_by(customer_id=OWNER).aggregate(came=(x + 1).sum(), silent=(n - t).min(), offered=n.max())
    last = (summed["offered"] - summed["silent"]).cast("int64")
    bought = ibis.least(summed["came"].cast("int64") - 1, last)
    return summed.select("customer_id", bought=bought, last=last, offered=summed["offered"].cast("int64"))


def impossible(rows: ibis.Table, mapping: config.value.Histories) -> ibis.Table:
    """Rows with a history that cannot be: x not between 0 and t_x, t_x not between x and n or above 0 where x is 0, or a number missing."""
    x, t, n = (rows[name] for name in (mapping.repeat, mapping.last, mapping.opportunities))
    sound = (x >= 0) & (t >= x) & (n >= t) & ((x > 0) | (t == 0))
    return rows.filter(~sound.fill_null(ibis.literal(value=False)))


def period_of(days: Any, every: str) -> Ints:
    """The number of the period of the calendar in which each day lies; periods follow each other without a gap.

    >>> period_of(np.array(["2026-01-31", "2026-02-01"], dtype="datetime64[D]"), "month").tolist()
    [672, 673]
    """
    if every == "week":
        return np.asarray((days.astype("datetime64[D]").astype(np.int64) + _MONDAY) // DAYS_A_WEEK, dtype=np.int64)
    return np.asarray(days.astype("datetime64[M]").astype(np.int64) // MONTHS_OF[every], dtype=np.int64)


def first_day_of(period: int, every: str) -> date:
    """The first day of a period, by its number.

    >>> str(first_day_of(int(period_of(np.array(["2026-05-09"], dtype="datetime64[D]"), "quarter")[0]), "quarter"))
    '2026-04-01'
    """
    if every == "week":
        return date(1970, 1, 1) + timedelta(days=period * DAYS_A_WEEK - _MONDAY)
    year, month = divmod(period * MONTHS_OF[every], 12)
    return date(1970 + year, month + 1, 1)


def opportunities(orders: Ints, first: Ints, last: Ints, now: int) -> Opportunities:
    """Histories of customers by the periods in which they came.

    The period in which somebody came first is no opportunity, and that under way counts only for those who have come in it: the
    others still may.

    Args:
        orders: in how many periods each came, the first counted in.
        first, last: numbers of the first and the last of them.
        now: number of the period under way; one that begins on the morning has not begun for anybody.
    """
    return Opportunities(orders - 1, last - first, np.maximum(last, now - 1) - first)
