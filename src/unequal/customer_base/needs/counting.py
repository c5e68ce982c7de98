"""Counting habits: from entries and contacts to one row a customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from unequal.customer_base.needs import habits as known
from unequal.ledger import is_real_customer
from unequal.terms.lines import Line

DEEP_DISCOUNT: Final = 0.3
"""From this share of the list price on a day's discount is deep."""
_DISCOUNTS: Final = (str(Line.ON_INVOICE_DISCOUNT), str(Line.OFF_INVOICE_DISCOUNT))
_SATURDAY: Final = 5


def sales(entries: ibis.Table, *, until: date) -> ibis.Table:
    """What customers chose to buy: entries of list revenue above zero, booked before a morning.

    Args:
        entries: ENTRY without what contracts bill, which nobody chooses anew each month.
        until: the morning from which on nothing counts.
    """
    return entries.filter(
        is_real_customer(entries["customer_id"]), entries["line"] == str(Line.LIST_REVENUE), entries["amount"] > 0, entries["booked_on"] < until,
    )  # fmt: skip


def sale_days(entries: ibis.Table, *, until: date) -> ibis.Table:
    """Days on which customers bought: customer_id, day, channel (the first by name), products, discount_share (of the day's list prices)."""
    is_sale = (entries["line"] == str(Line.LIST_REVENUE)) & (entries["amount"] > 0)
    named = entries.filter(
        is_real_customer(entries["customer_id"]), is_sale | entries["line"].isin(_DISCOUNTS), entries["booked_on"] < until,
    )  # fmt: skip
    sale = (named["line"] == str(Line.LIST_REVENUE)) & (named["amount"] > 0)
    given = named["line"].isin(_DISCOUNTS)
    days = named.group_by("customer_id", day="booked_on").aggregate(
        channel=named["channel"].min(where=sale), products=named["product"].nunique(where=sale).cast("int64"),
        listed=named["amount"].sum(where=sale).cast("float64"), given=named["amount"].sum(where=given).fill_null(0).cast("float64"),
    )  # fmt: skip
    bought = days.filter(days["listed"].notnull(), days["listed"] > 0)
    return bought.select("customer_id", "day", "channel", "products", discount_share=-bought["given"] / bought["listed"])


def by_day(days: ibis.Table, channels: Sequence[str]) -> ibis.Table:
    """What is counted of days on which a customer bought: a row each, with `days` and a column for each part of the habits of days.

    Args:
        days: see `sale_days`.
        channels: those that are told apart.
    """
    weekend = days["day"].day_of_week.index() >= _SATURDAY
    quarter, share = days["day"].quarter(), days["discount_share"].fill_null(0.0)
    deep, small = share >= DEEP_DISCOUNT, (share > 0) & (share < DEEP_DISCOUNT)
    counted: dict[str, ir.Value] = {f"channel {name}": days.count(where=days["channel"] == name) for name in channels}
    counted |= {
        "channel others": days.count(where=~days["channel"].isin(list(channels)).fill_null(False)),
        "weekday weekend": days.count(where=weekend), "weekday working day": days.count(where=~weekend),
        **{f"season {number}": days.count(where=quarter == number) for number in (1, 2, 3, 4)},
        "discount none": days.count(where=share <= 0), "discount small": days.count(where=small), "discount deep": days.count(where=deep),
        "breadth": ibis.greatest(days["products"] - 1, 0).sum(),
    }  # fmt: skip
    return days.group_by("customer_id").aggregate(days=days.count(), **counted)


def by_line(sold: ibis.Table, entries: ibis.Table, products: Sequence[str], *, dear_from: float | None, until: date) -> ibis.Table:
    """What is counted of lines that a customer bought: customer_id, and a column for each part of the habits of lines.

    Args:
        sold: see `sales`.
        entries: ENTRY, for what came back.
        products: those that are told apart; none where no product stands out.
        dear_from: what a product's usual line must come to that it is one of the dearer; None where products are not known.
        until: the morning from which on nothing counts.
    """
    usual = prices(sold)
    priced = sold.left_join(usual.rename(_product="product"), sold["product"] == usual["product"])
    dear = priced["usual"] >= (0.0 if dear_from is None else dear_from)
    counted: dict[str, ir.Value] = {f"product {name}": priced.count(where=priced["product"] == name) for name in products}
    counted |= {
        "product others": priced.count(where=~priced["product"].isin(list(products)).fill_null(False)) if products else priced.count(),
        "price dear": priced.count(where=dear), "price other": priced.count(where=~dear), "lines": priced.count(),
    }  # fmt: skip
    lines = priced.group_by("customer_id").aggregate(**counted)
    back = entries.filter(entries["line"] == str(Line.RETURNS), entries["amount"] < 0, entries["booked_on"] < until)
    returned = back.group_by(_who="customer_id").aggregate(_back=back.count())
    joined = lines.left_join(returned, lines["customer_id"] == returned["_who"])
    came_back = ibis.least(joined["_back"].fill_null(0), joined["lines"])
    return joined.select(*lines.columns, **{"returns back": came_back, "returns kept": joined["lines"] - came_back})


def prices(sold: ibis.Table) -> ibis.Table:
    """What a line of each product usually comes to: product, usual."""
    named = sold.filter(sold["product"].notnull())
    return named.group_by("product").aggregate(usual=named["amount"].cast("float64").mean())


def usual_of_lines(sold: ibis.Table) -> ibis.Table:
    """Two in three lines are of products that are cheaper than `dear_from`: one row; null where no product is known."""
    usual = prices(sold)
    lines = sold.inner_join(usual.rename(_product="product"), sold["product"] == usual["product"])
    return lines.aggregate(dear_from=lines["usual"].quantile(2 / 3), least=lines["usual"].min())


def by_contact(interactions: ibis.Table, kinds: Sequence[tuple[str | None, str | None]], *, until: date) -> ibis.Table:
    """How often each customer had contact of each kind: customer_id, and a column for each.

    Args:
        interactions: INTERACTION.
        kinds: contact and channel.
        until: the morning from which on nothing counts.
    """
    had = interactions.filter(is_real_customer(interactions["customer_id"]), interactions["occurred_on"] < until)
    counted = {known.contacts(*kind).name: had.count(where=_is(had["contact"], kind[0]) & _is(had["channel"], kind[1])) for kind in kinds}
    return had.group_by("customer_id").aggregate(**counted)


def _is(column: ir.Value, value: str | None) -> ir.BooleanValue:
    return column.isnull() if value is None else column == value


def unpaid(entries: ibis.Table, *, until: date) -> ibis.Table:
    """Customers who left a bill unpaid: customer_id."""
    return (
        entries.filter(entries["line"] == str(Line.CREDIT_LOSS), entries["amount"] < 0, entries["booked_on"] < until)
        .select("customer_id")
        .distinct()
    )


def most_frequent(rows: ibis.Table, *by: str) -> ibis.Table:
    """How many customers, and how often, by some columns; the most frequent first."""
    counted = rows.group_by(*by).aggregate(times=rows.count(), customers=rows["customer_id"].nunique())
    return counted.order_by(ibis.desc("times"), *by)


def beside(days: ibis.Table, others: Mapping[str, ibis.Table]) -> ibis.Table:
    """One row for each customer who buys: all counts, nought where nothing was counted.

    Args:
        days: see `by_day`.
        others: tables with customer_id, by a word of their own; one without counts says yes by a row: columns `WORD yes` and `WORD no`.
    """
    wide = days
    for word, table in others.items():
        counts = [name for name in table.columns if name != "customer_id"]
        other = table.select(_who="customer_id", **{f"_{name}": table[name] for name in counts})
        joined = wide.left_join(other, wide["customer_id"] == other["_who"])
        told: dict[str, Any] = {name: joined[f"_{name}"].fill_null(0) for name in counts}
        if not counts:
            yes = joined["_who"].notnull().cast("int64")
            told = {f"{word} yes": yes, f"{word} no": 1 - yes}
        wide = joined.select(*wide.columns, **told)
    return wide
