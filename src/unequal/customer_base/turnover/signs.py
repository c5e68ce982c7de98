"""What differed in the last half year of those who left: counted, compared, and called an association."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

import ibis
import numpy as np

from unequal.customer_base.turnover.survival import NINE_IN_TEN
from unequal.terms.lines import Line

HALF_YEAR_DAYS: Final = 182
YEAR_DAYS: Final = 365
_LIKELY: Final = 0.5
MOST_CONTACTS: Final = 6
"""Kinds of contact that are counted apart, the most frequent first."""
_DISCOUNTS: Final = (Line.ON_INVOICE_DISCOUNT, Line.OFF_INVOICE_DISCOUNT)


def half_years(lines: ibis.Table, gone: ibis.Table, days: ibis.Table, began: ibis.Table, *, as_of: date) -> ibis.Table:
    """The half year of each customer that is looked at: customer_id, how, is_lost, day (its last).

    It ends on a day of a sale for all alike: of those who left the last one before they did, of those who stay one drawn by lot from their
    own. Only customers who had been customers for a half year by then; of ends in the last two years, of silence in the two before the
    last one.

    Args:
        lines: LINE.
        gone: of `losing.left`.
        days: every day of a sale, contracts included: customer_id, day.
        began: GAINED.
        as_of: the day of the forecast.
    """
    lost = gone.select("customer_id", "how", until="last_day").filter(lambda t: t["until"].notnull())
    last = lost.inner_join(days, "customer_id").filter(lambda t: t["day"] <= t["until"])
    of_lost = last.group_by("customer_id", "how").aggregate(day=last["day"].max())
    stay = lines.filter(lines["p_alive"] > _LIKELY).anti_join(gone, "customer_id").select("customer_id", "how").distinct()
    drawn = _looked_at(stay.inner_join(days, "customer_id"), as_of)
    lot = drawn["customer_id"].concat(drawn["day"].cast("string")).hexdigest("md5")
    of_stayed = drawn.group_by("customer_id", "how").aggregate(day=drawn["day"].argmin(lot))
    marks = ((of_lost, 1), (of_stayed, 0))
    both = ibis.union(*(rows.select("customer_id", "how", "day", is_lost=ibis.literal(mark, "int64")) for rows, mark in marks))
    known = _looked_at(both, as_of).inner_join(began.select("customer_id", "began_on"), "customer_id")
    is_long = known["day"].delta(known["began_on"], unit="day") >= HALF_YEAR_DAYS
    return known.filter(is_long).select("customer_id", "how", "is_lost", "day")


def _looked_at(rows: ibis.Table, as_of: date) -> ibis.Table:
    """Days of two years: the last two for ends; of silence the two before the last, for who buys seldom is found out late."""
    late = as_of - timedelta(days=YEAR_DAYS)
    first = ibis.ifelse(rows["how"] == "ended", ibis.literal(as_of - timedelta(days=2 * YEAR_DAYS)), late - timedelta(days=2 * YEAR_DAYS))
    last = ibis.ifelse(rows["how"] == "ended", ibis.literal(as_of), ibis.literal(late))
    return rows.filter(rows["day"] >= first, rows["day"] <= last)


def from_entries(spans: ibis.Table, entries: ibis.Table) -> ibis.Table:
    """Signs of the ledger in each half year: the spans, and what was counted.

    orders (days with a sale), sales_an_order, discount_share and returns_share (of sales), failures (entries that our own failures caused).

    Args:
        spans: of `half_years`.
        entries: ENTRY.
    """
    joined = spans.inner_join(entries.select("customer_id", "booked_on", "line", "amount"), "customer_id")
    inside = joined.filter(joined["booked_on"] <= joined["day"], joined["booked_on"] > joined["day"] - ibis.interval(days=HALF_YEAR_DAYS))
    line, amount = inside["line"], inside["amount"].cast("float64")

    def of(*lines: Line) -> ibis.Value:
        return line.isin([str(one) for one in lines])

    sold = of(Line.LIST_REVENUE) & (inside["amount"] > 0)
    summed = inside.group_by("customer_id", "how", "is_lost", "day").aggregate(
        orders=inside["booked_on"].nunique(where=sold).cast("float64"),
        sales=ibis.ifelse(sold, amount, 0.0).sum(),
        discount=ibis.ifelse(of(*_DISCOUNTS), -amount, 0.0).sum(),
        returns=ibis.ifelse(of(Line.RETURNS), -amount, 0.0).sum(),
        failures=of(Line.COST_OF_FAILURE).cast("float64").sum(),
    )
    sales = summed["sales"].nullif(0.0)
    return summed.select(
        "customer_id",
        "how",
        "is_lost",
        "day",
        "orders",
        "failures",
        sales_an_order=(sales / summed["orders"].nullif(0.0)).fill_null(0.0),
        discount_share=(summed["discount"] / sales).fill_null(0.0),
        returns_share=(summed["returns"] / sales).fill_null(0.0),
    )


def with_contacts(counted: ibis.Table, contacts: ibis.Table, kinds: Sequence[str]) -> ibis.Table:
    """Half years with what was counted in them, and how many contacts of each kind: a column `contact:KIND` each, float64.

    Args:
        counted: of `from_entries`.
        contacts: INTERACTION.
        kinds: of contact.
    """
    spans = counted.select("customer_id", "how", "day")
    joined = spans.inner_join(contacts.select("customer_id", "occurred_on", "contact"), "customer_id")
    after = joined["day"] - ibis.interval(days=HALF_YEAR_DAYS)
    inside = joined.filter(joined["occurred_on"] <= joined["day"], joined["occurred_on"] > after)
    named = {f"contact:{kind}": (inside["contact"] == kind).fill_null(ibis.literal(value=False)).cast("float64").sum() for kind in kinds}
    found = inside.group_by("customer_id", "how").aggregate(**named) if named else None
    if found is None:
        return counted
    wide = counted.left_join(found, ["customer_id", "how"])
    return wide.select(*counted.columns, **{name: wide[name].fill_null(0.0) for name in named})


def difference(lost: Any, stayed: Any) -> dict[str, float]:
    """The difference of two means with its 90 % range, variances apart (Welch 1947, by the normal law: for many on each side).

    Args:
        lost, stayed: what was counted, a value a customer; two or more each.

    Returns:
        lost_mean, stayed_mean, difference_expected, _low, _high, strength (over the standard deviation of both together).
    """
    lost, stayed = np.asarray(lost, dtype=np.float64), np.asarray(stayed, dtype=np.float64)
    found = float(lost.mean() - stayed.mean())
    half = NINE_IN_TEN * float(np.sqrt(lost.var(ddof=1) / len(lost) + stayed.var(ddof=1) / len(stayed)))
    within = ((len(lost) - 1) * lost.var(ddof=1) + (len(stayed) - 1) * stayed.var(ddof=1)) / (len(lost) + len(stayed) - 2)
    return {
        "lost_mean": float(lost.mean()), "stayed_mean": float(stayed.mean()), "difference_expected": found,
        "difference_low": found - half, "difference_high": found + half, "strength": found / float(np.sqrt(within)) if within > 0 else 0.0,
    }  # fmt: skip
