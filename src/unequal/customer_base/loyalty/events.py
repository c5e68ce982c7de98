"""What customers do and meet with, day by day, from the ledger, the contacts, relationships and declared sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import ibis

from unequal import identity, predicates
from unequal.ledger import is_real_customer
from unequal.terms.lines import Line

ORDER: Final = "order"
CONTACT: Final = "contact "
DECLARED: Final = "declared "
_OF_LINES: Final = {"return": Line.RETURNS, "company failure": Line.COST_OF_FAILURE, "not paid": Line.CREDIT_LOSS}
_BRINGS: Final = ("referrer", "introducer")
INTRODUCTION: Final = "introduction"
MEANINGS: Final = {
    "return": "Sends goods back", "company failure": "Had to call because the company failed", "not paid": "Leaves a bill unpaid",
    INTRODUCTION: "Brings another customer", "breadth": "Buys many products", "channels": "Buys through several channels",
    "frequency": "Orders often", "tenure": "Has been a customer for long",
}  # fmt: skip
"""What the ledger's own behaviours are, as a heading says them."""


def orders(entries: ibis.Table, *, until: date) -> ibis.Table:
    """Days on which customers bought.

    Args:
        entries: ENTRY of customers who buy when they like.
        until: the morning from which on nothing counts.

    Returns:
        customer_id, day, sales float64 (before discounts and returns), channel and market (the first by name of the day).
    """
    sales = entries.filter(
        is_real_customer(entries["customer_id"]),
        entries["line"] == str(Line.LIST_REVENUE),
        entries["amount"] > 0,
        entries["booked_on"] < until,
    )
    return sales.group_by("customer_id", day="booked_on").aggregate(
        sales=sales["amount"].sum().cast("float64"), channel=sales["channel"].min(), market=sales["market"].min()
    )


def events(
    entries: ibis.Table, contacts: ibis.Table, relationships: ibis.Table, declared: Sequence[ibis.Table], *, until: date
) -> ibis.Table:
    """Days on which something happened, orders apart: customer_id, day, behaviour; once a day.

    Args:
        entries: ENTRY.
        contacts: INTERACTION.
        relationships: RELATIONSHIP; whoever refers or introduces somebody brings another customer.
        declared: see `declared_events`.
        until: the morning from which on nothing counts.
    """
    told = [
        entries.filter(entries["line"] == str(line)).select("customer_id", day="booked_on", behaviour=ibis.literal(name))
        for name, line in _OF_LINES.items()
    ]
    told.append(
        contacts.filter(contacts["contact"].notnull()).select(
            "customer_id", day="occurred_on", behaviour=ibis.literal(CONTACT).concat(contacts["contact"])
        )
    )
    brought = relationships.filter(relationships["kind"].isin(_BRINGS))
    told.append(brought.select(customer_id="from_customer", day=brought["since"].cast("date"), behaviour=ibis.literal(INTRODUCTION)))
    every = ibis.union(*told, *declared)
    return every.filter(is_real_customer(every["customer_id"]), every["day"].notnull(), every["day"] < until).distinct()


@dataclass(frozen=True)
class Spans:
    """The spans that the question looks over.

    Args:
        recent: lately.
        warn: how far ahead a warning looks.
        silence: who orders nothing for so long after that has left, unless own rhythm explains it.
    """

    recent: timedelta
    warn: timedelta
    silence: timedelta

    @property
    def usual(self) -> timedelta:
        """Back to the beginning of what is usual: a year before lately."""
        return self.recent + timedelta(weeks=52)

    @property
    def ahead(self) -> timedelta:
        """How long after a morning it is known who left."""
        return self.warn + self.silence


@dataclass(frozen=True)
class Declared:
    """A behaviour that the config declares.

    Args:
        name: its name in the config.
        record_source: the source that holds the customer's record.
        record_id: the columns of a row with the record's id.
        occurred_on: the column with the day.
        when: which rows count; None for all of them.
    """

    name: str
    record_source: str
    record_id: str | tuple[str, ...]
    occurred_on: str
    when: str | None


def declared_events(declared: Declared, rows: ibis.Table, customer_record: ibis.Table) -> ibis.Table:
    """The days of a declared behaviour: customer_id, day, behaviour.

    Args:
        declared: what counts.
        rows: accepted rows of its source.
        customer_record: CUSTOMER_RECORD.

    Raises:
        PredicateError: the rule names what the rows have not; a check before the run tells so with its place.
    """
    if declared.when is not None:
        types = {column: str(kind).removeprefix("!") for column, kind in rows.schema().items()}
        rule = predicates.parse(declared.when, types, where=f"loyalty.behaviours.{declared.name}.when")
        rows = rows.filter(predicates.holds(rule, rows))
    keyed = rows.select(_record=identity.record_key(rows, declared.record_id), _day=rows[declared.occurred_on].cast("date"))
    theirs = customer_record.filter(customer_record["source"] == declared.record_source)
    # A record that stood twice would double its rows.
    owners = theirs.group_by(_owned="record_id").aggregate(customer_id=theirs["customer_id"].min())
    joined = keyed.inner_join(owners, keyed["_record"] == owners["_owned"])
    return joined.select("customer_id", day="_day", behaviour=ibis.literal(DECLARED + declared.name))


def counted(happened: ibis.Table) -> ibis.Table:
    """How often each behaviour happened: behaviour, days, first (day); by name."""
    return happened.group_by("behaviour").aggregate(days=happened.count().cast("int64"), first=happened["day"].min()).order_by("behaviour")


def of_some(table: ibis.Table, share: float) -> ibis.Table:
    """The rows of a share of customers, drawn by their ids: the same ones every time."""
    if share >= 1:
        return table
    return table.filter(table["customer_id"].hexdigest("md5").substr(0, 4) < format(int(share * 16**4), "04x"))


def customers_at(bought: ibis.Table, origin: date, spans: Spans) -> ibis.Table:
    """Who bought in the year and the recent weeks before a morning, and what came after it.

    Args:
        bought: see `orders`.
        origin: the morning.
        spans: of the question.

    Returns:
        customer_id, first_day, last_day, orders and orders_lately int64, sales_before float64 (of the 26 weeks before), channel, market (of the latest order);
        later int64 (orders within the weeks of silence, after those of the warning), sales_after float64, last_after (day of the last order
        within the weeks of the warning; absent without any).
    """
    usual, warned = origin - spans.usual, origin + spans.warn
    latest = bought.filter(bought["day"] < warned + spans.silence)
    before, day, sales = latest["day"] < origin, latest["day"], latest["sales"]
    found = latest.group_by("customer_id").aggregate(
        first_day=day.min(where=before),
        last_day=day.max(where=before),
        orders=(before & (day >= usual)).sum().fill_null(0).cast("int64"),
        orders_lately=(before & (day >= origin - spans.recent)).sum().fill_null(0).cast("int64"),
        sales_before=sales.sum(where=before & (day >= origin - _HALF_YEAR)).fill_null(0.0),
        channel=latest["channel"].argmax(day, where=before),
        market=latest["market"].argmax(day, where=before),
        later=(day >= warned).sum().fill_null(0).cast("int64"),
        sales_after=sales.sum(where=~before & (day < origin + _HALF_YEAR)).fill_null(0.0),
        last_after=day.max(where=~before & (day < warned)),
    )
    return found.filter(found["orders"] >= FEWEST_ORDERS)


def breadth_at(entries: ibis.Table, origin: date, spans: Spans) -> ibis.Table:
    """How broadly customers bought in the year and the recent weeks before a morning: customer_id, products, channels."""
    sold = entries.filter(
        entries["line"] == str(Line.LIST_REVENUE),
        entries["amount"] > 0,
        entries["booked_on"] < origin,
        entries["booked_on"] >= origin - spans.usual,
    )
    return sold.group_by("customer_id").aggregate(
        products=sold["product"].nunique().cast("int64"), channels=sold["channel"].nunique().cast("int64")
    )


def counts_at(happened: ibis.Table, behaviours: Sequence[str], origin: date, spans: Spans) -> ibis.Table:
    """How often each behaviour happened to each customer, lately and in the year before that.

    Returns:
        customer_id, and for behaviour number i: recent_i, before_i int64; since_i (first day lately), last_i (last day before the morning);
        and after (last day of anything within the weeks of the warning).
    """
    day, name = happened["day"], happened["behaviour"]
    recent = (day >= origin - spans.recent) & (day < origin)
    before = (day >= origin - spans.usual) & (day < origin - spans.recent)
    columns: dict[str, ibis.Value] = {}
    for number, behaviour in enumerate(behaviours):
        mine = name == behaviour
        columns |= {
            f"recent_{number}": (mine & recent).sum().fill_null(0).cast("int64"),
            f"before_{number}": (mine & before).sum().fill_null(0).cast("int64"),
            f"since_{number}": day.min(where=mine & recent),
            f"last_{number}": day.max(where=mine & (day < origin)),
        }
    return happened.group_by("customer_id").aggregate(**columns, after=day.max(where=(day >= origin) & (day < origin + spans.warn)))


FEWEST_ORDERS: Final = 2
"""Who ordered less often within the year and the recent weeks has shown no rhythm yet."""
_HALF_YEAR: Final = timedelta(weeks=26)
