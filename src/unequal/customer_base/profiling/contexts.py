"""Contexts of a customer: where, what and when it mostly buys, how it began, whether it has left; each told once, for questions and profiles.

Every function takes a run's tables by name and gives a table with customer_id, each customer once; None where the run has nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import ibis

from unequal.customer_base.slices import season_of
from unequal.ledger import is_real_customer
from unequal.terms.lines import Line
from unequal.terms.money import money_sum

Tables = Mapping[str, ibis.Table]
Tell = Callable[[Tables], ibis.Table | None]

BROUGHT_BY: Final = ("referrer", "introducer")
"""Relationships by which one customer brought another."""


def main(tables: Tables, dimension: str) -> ibis.Table:
    """The value of a dimension under which each customer bought most, at list prices; ties go to the first by name."""
    entries = tables["entry"]
    sold = entries.filter(entries["line"] == str(Line.LIST_REVENUE), is_real_customer(entries["customer_id"]))
    value = season_of(sold["booked_on"]) if dimension == "season" else sold[dimension]
    cut = sold.select("customer_id", "amount", _value=value.cast("string")).filter(lambda t: t["_value"].notnull())
    sums = cut.group_by("customer_id", "_value").aggregate(_sum=money_sum(cut["amount"]))
    place = ibis.row_number().over(ibis.window(group_by="customer_id", order_by=[ibis.desc("_sum"), "_value"]))
    return sums.mutate(_place=place).filter(lambda t: t["_place"] == 0).select("customer_id", **{f"main_{dimension}": "_value"})


def began(tables: Tables) -> ibis.Table | None:
    """How each began, in the words of `new`."""
    told = tables.get("gained")
    if told is None:
        return None
    return told.select("customer_id", "began_on", "first_channel", "first_market", "acquired_by", **parts_of(told["began_on"]))


def parts_of(began_on: ibis.Value) -> dict[str, ibis.Value]:
    """Year, quarter and month of the day on which customers began, as text: 2025, 2025 Q3, 2025-07."""
    year = began_on.year().cast("string")
    return {
        "began_year": year,
        "began_quarter": year.concat(" Q", began_on.quarter().cast("string")),
        "began_month": year.concat("-", began_on.month().cast("string").lpad(2, "0")),
    }


def left(tables: Tables) -> ibis.Table | None:
    """Who has left, in the words of `lost`; whoever has left several lines of business by the last of them."""
    told = tables.get("lost")
    if told is None:
        return None
    last = told["lost_on"].max()
    return told.group_by("customer_id").aggregate(
        is_lost=told["everywhere"].max(), has_ended=(told["how"] == "ended").max(), is_silent=(told["how"] == "silent").max(), lost_on=last,
        lost_year=last.year().cast("string"), lost_reason=told["reason"].max(),
    )  # fmt: skip


def is_in(tables: Tables, table: str, flag: str) -> ibis.Table | None:
    """A flag for every customer who stands in a table."""
    rows = tables.get(table)
    return None if rows is None else _flagged(rows.filter(rows["customer_id"].notnull()).select("customer_id"), flag)


def brings(tables: Tables) -> ibis.Table | None:
    """Who brought another customer."""
    return _of_ties(tables, "from_customer", "brings_others")


def was_brought(tables: Tables) -> ibis.Table | None:
    """Whom another customer brought."""
    return _of_ties(tables, "to_customer", "was_brought")


def _of_ties(tables: Tables, end: str, flag: str) -> ibis.Table | None:
    told = tables.get("relationship")
    if told is None:
        return None
    pairs = told.filter(told["kind"].isin(BROUGHT_BY), told["from_customer"] != told["to_customer"])
    return _flagged(pairs.select(customer_id=end), flag)


def let_down(tables: Tables) -> ibis.Table | None:
    """To whom a promise was broken."""
    made = tables.get("promise")
    return None if made is None else _flagged(made.filter(made["is_kept"].notnull(), ~made["is_kept"]).select("customer_id"), "is_let_down")


def plan(tables: Tables) -> ibis.Table | None:
    """Who could pay less, and on which plan; of several contracts the one with the most to save is told."""
    fit = tables.get("plan_fit")
    if fit is None:
        return None
    better = fit.filter(fit["cheaper_plan"].notnull())
    place = ibis.row_number().over(ibis.window(group_by="customer_id", order_by=[ibis.desc("year_difference"), "contract_id"]))
    first = better.mutate(_place=place).filter(lambda t: t["_place"] == 0)
    return first.select("customer_id", "cheaper_plan", could_pay_less=ibis.literal(value=True))


def _flagged(customers: ibis.Table, flag: str) -> ibis.Table:
    return customers.distinct().mutate(**{flag: ibis.literal(value=True)})


def filled(column: ibis.Value) -> ibis.Value:
    """Of a customer who is in no row a flag is false; anything else is not known."""
    return column.fill_null(ibis.literal(value=False)) if column.type().is_boolean() else column


GROUPS: Final[tuple[tuple[tuple[str, ...], Tell], ...]] = (
    *(((f"main_{name}",), partial(main, dimension=name)) for name in ("channel", "product", "market", "property", "season")),
    (("began_on", "began_month", "began_quarter", "began_year", "first_channel", "first_market", "acquired_by"), began),
    (("is_lost", "has_ended", "is_silent", "lost_on", "lost_year", "lost_reason"), left),
    (("is_won_back",), partial(is_in, table="won_back", flag="is_won_back")),
    (("is_warned",), partial(is_in, table="signal", flag="is_warned")),
    (("brings_others",), brings),
    (("was_brought",), was_brought),
    (("is_let_down",), let_down),
    (("could_pay_less", "cheaper_plan"), plan),
)
"""The contexts that each function tells, by name."""
