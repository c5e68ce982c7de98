"""What a customer has done so far, in the few numbers that forecasts need."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import ibis

from unequal.ledger import is_real_customer
from unequal.terms.lines import LINES_OF_LEVEL, Level, Line
from unequal.terms.money import money_sum

SPENT_ON: Final = (Line.LIST_REVENUE, Line.ON_INVOICE_DISCOUNT, Line.OFF_INVOICE_DISCOUNT)
"""Lines of what a customer was invoiced: what goes back later is a matter of the margin, not of the order."""
SERVICE: Final = (Line.COST_TO_SERVE,)
BROUGHT: Final = (Line.ACQUISITION, Line.RETENTION, Line.FUNDING)
"""What was spent to get or to keep customers is no part of what an order brings: it is decided anew."""


def buying_days(entries: ibis.Table, level: Level) -> ibis.Table:
    """What each customer bought and brought, day by day.

    A day on which something was invoiced is one order, however many documents it took: two
    invoices of one day are one decision to buy. Returns, write-offs and freight of other days
    count in `margin`, and make no order.

    Args:
        entries: ENTRY of one relationship.
        level: the evidence level of the base: which lines `margin` sums.

    Returns:
        customer_id, day, is_order boolean, spend (invoiced), margin (the level's lines but for service and for what it cost to
        get or keep the customer), service (cost to serve, negative or zero); money DECIMAL(28,4). Real customers only; a row per day.
    """
    rows = entries.filter(is_real_customer(entries["customer_id"]))
    margin_lines = [line for line in LINES_OF_LEVEL[level] if line not in (*SERVICE, *BROUGHT)]
    service_lines = [line for line in LINES_OF_LEVEL[level] if line in SERVICE]
    grouped = rows.group_by("customer_id", day=rows["booked_on"]).aggregate(
        spend=_sum_of(rows, SPENT_ON),
        margin=_sum_of(rows, margin_lines),
        service=_sum_of(rows, service_lines),
        sold=_sum_of(rows, (Line.LIST_REVENUE,)),
    )
    return grouped.mutate(is_order=(grouped["sold"] > 0) & (grouped["spend"] > 0)).select(
        "customer_id", "day", "is_order", "spend", "margin", "service"
    )


def _sum_of(rows: ibis.Table, lines: Sequence[Line]) -> ibis.Value:
    return money_sum(ibis.ifelse(rows["line"].isin([str(line) for line in lines]), rows["amount"], 0))


def histories(days: ibis.Table, *, until: date, again_from: date, again_until: date) -> ibis.Table:
    """What was known of each customer on a morning: the sufficient statistics of every model of buying.

    Args:
        days: BUYING_DAYS.
        until: nothing of this day or later counts.
        again_from, again_until: the window of `orders_again` and `brought_again`; it ends at `until` or before.

    Returns:
        A row per customer with an order before `until`: customer_id, first_day, last_day (of orders), orders int64 (one or
        more), spend, margin, margin_at_orders (of days with an order), service, service_at_orders (cost to serve on those days), margin_squares
        (margin squared over spend, of orders), back_days int64 and back_squares (days without an order on which margin came or went, as
        by returns, and its squares), served_days int64 (days without an order on which something was served), service_squares and service_squares_at_orders (all float64: how much one order's
        or day's differs from another's), orders_again, brought_again
        (orders, and margin and service, of that window). Money DECIMAL(28,4).
    """
    known = days.filter(days["day"] < until)
    ordered = known["is_order"]
    back, served = ~ordered & (known["margin"] != 0), ~ordered & (known["service"] != 0)
    again = (known["day"] >= again_from) & (known["day"] < again_until)
    counted = known.group_by("customer_id").aggregate(
        first_day=known["day"].min(where=ordered),
        last_day=known["day"].max(where=ordered),
        orders=ordered.cast("int64").sum(),
        spend=money_sum(ibis.ifelse(ordered, known["spend"], 0)),
        margin=money_sum(known["margin"]),
        margin_at_orders=money_sum(ibis.ifelse(ordered, known["margin"], 0)),
        service=money_sum(known["service"]),
        service_at_orders=money_sum(ibis.ifelse(ordered, known["service"], 0)),
        margin_squares=_of_orders(ordered, _float(known["margin"]) * _float(known["margin"]) / _float(known["spend"]).nullif(0.0)),
        back_days=back.cast("int64").sum(),
        back_squares=_of_orders(back, _float(known["margin"]) * _float(known["margin"])),
        served_days=served.cast("int64").sum(),
        service_squares=(_float(known["service"]) * _float(known["service"])).sum().fill_null(0.0),
        service_squares_at_orders=_of_orders(ordered, _float(known["service"]) * _float(known["service"])),
        orders_again=(ordered & again).cast("int64").sum(),
        brought_again=money_sum(ibis.ifelse(again, known["margin"] + known["service"], 0)),
    )
    return counted.filter(counted["orders"] > 0)


def _float(amount: ibis.Value) -> ibis.Value:
    return amount.cast("float64")


def _of_orders(ordered: ibis.Value, value: ibis.Value) -> ibis.Value:
    return ibis.ifelse(ordered, value, 0.0).sum().fill_null(0.0)


def outcomes(days: ibis.Table, *, start: date, end: date) -> ibis.Table:
    """What came in a window of time: customer_id, orders int64, spend, brought (margin and service); customers without a row there are absent."""
    came = days.filter(days["day"] >= start, days["day"] < end)
    return came.group_by("customer_id").aggregate(
        orders=came["is_order"].cast("int64").sum(),
        spend=money_sum(ibis.ifelse(came["is_order"], came["spend"], 0)),
        brought=money_sum(came["margin"] + came["service"]),
    )
