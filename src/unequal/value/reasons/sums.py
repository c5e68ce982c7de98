"""Sums of entries that reasons are told from."""

from __future__ import annotations

from typing import Final

import ibis

from unequal.ledger import is_real_customer, level_amount
from unequal.terms.lines import LINES_OF_LEVEL, Level, Line
from unequal.terms.money import money_sum

DRIVEN: Final = {
    "list_revenue": (Line.LIST_REVENUE,),
    "discounts": (Line.ON_INVOICE_DISCOUNT, Line.OFF_INVOICE_DISCOUNT),
    "returns": (Line.RETURNS,),
    "cost_of_goods": (Line.COST_OF_GOODS,),
    "freight": (Line.FREIGHT,),
    "service": (Line.COST_TO_SERVE,),
}
"""Lines by what drives profit."""

CONTEXTS: Final = ("product", "channel", "market", "property", "season")
OTHER: Final = "other"
_MOST_VALUES: Final = 12
"""So many values of a context are told apart; the rest are one."""


def activity(entries: ibis.Table, days: ibis.Table, level: Level) -> ibis.Table:
    """What each customer did and brought: the numbers that drivers are told from.

    Args:
        entries: ENTRY.
        days: BUYING_DAYS of all entries.
        level: the evidence level of the base; lines outside it stand in no sum.

    Returns:
        customer_id, first_day (of an entry), orders int64, a column for each of DRIVEN and `brought` (the whole level): DECIMAL(28,4),
        signed as in the ledger. A row for each customer with an entry.
    """
    rows = entries.filter(is_real_customer(entries["customer_id"]))
    inside = set(LINES_OF_LEVEL[level])
    sums = {name: _sum_of(rows, [line for line in lines if line in inside]) for name, lines in DRIVEN.items()}
    summed = rows.group_by("customer_id").aggregate(first_day=rows["booked_on"].min(), brought=level_amount(rows, level), **sums)
    ordered = days.filter(days["is_order"]).group_by("customer_id").aggregate(orders=lambda t: t.count().cast("int64"))
    both = summed.left_join(ordered, "customer_id").drop("customer_id_right")
    return both.mutate(orders=both["orders"].fill_null(0))


def _sum_of(rows: ibis.Table, lines: list[Line]) -> ibis.Value:
    return money_sum(ibis.ifelse(rows["line"].isin([str(line) for line in lines]), rows["amount"], 0))


def days_in_contexts(entries: ibis.Table, level: Level) -> ibis.Table:
    """What each customer brought on each day, apart by every context: far fewer rows than entries, and all that `by_context` needs.

    Args:
        entries: ENTRY.
        level: whose lines are summed.

    Returns:
        customer_id, booked_on, a column for each of CONTEXTS (absent where entries name none), brought and sales (list revenue above
        zero) DECIMAL(28,4). Real customers only.
    """
    rows = entries.filter(is_real_customer(entries["customer_id"]))
    rows = rows.mutate(**{context: _value_of(rows, context) for context in CONTEXTS})
    sold = (rows["line"] == str(Line.LIST_REVENUE)) & (rows["amount"] > 0)
    return rows.group_by("customer_id", "booked_on", *CONTEXTS).aggregate(
        brought=level_amount(rows, level), sales=money_sum(ibis.ifelse(sold, rows["amount"], 0))
    )


def by_context(days: ibis.Table, context: str) -> ibis.Table:
    """What each customer brought in each value of a context, the largest of which are told apart.

    Args:
        days: see `days_in_contexts`.
        context: one of CONTEXTS.

    Returns:
        customer_id, value (other for small ones, and where entries name none), orders int64 (days with a sale there), brought
        DECIMAL(28,4), squares float64 (of what a day brought). Real customers only.
    """
    rows = days.select("customer_id", "booked_on", "brought", "sales", _value=days[context])
    sales = rows.filter(rows["sales"] > 0, rows["_value"].notnull()).group_by("_value").aggregate(sales=lambda t: money_sum(t["sales"]))
    largest = sales.order_by(ibis.desc("sales"), "_value").limit(_MOST_VALUES - 1).select(_large="_value")
    named = rows.left_join(largest, rows["_value"] == largest["_large"])
    named = named.mutate(value=named["_large"].fill_null(OTHER))
    daily = named.group_by("customer_id", "value", "booked_on").aggregate(
        brought=money_sum(named["brought"]), sold=(named["sales"] > 0).max()
    )
    amount = daily["brought"].cast("float64")
    return daily.group_by("customer_id", "value").aggregate(
        orders=daily["sold"].cast("int64").sum().cast("int64"), brought=money_sum(daily["brought"]), squares=(amount * amount).sum()
    )


def _value_of(entries: ibis.Table, context: str) -> ibis.Value:
    if context != "season":
        return entries[context].nullif("")
    quarter = ((entries["booked_on"].month() - 1) // 3 + 1).cast("int64").cast("string")
    return ibis.literal("quarter ").concat(quarter)
