"""Tables of the answer to advocates: who brought whom, what came of it, and the four kinds of customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa

from unequal import value
from unequal.answers.base import Base
from unequal.answers.forecasts import WIDTH_OF_RANGE, shock_of
from unequal.answers.narrowing import attributes_named, narrow
from unequal.terms.money import TOTAL

TIES: Final = ("referrer", "introducer")
"""Relationships by which one customer brought another."""
CHAMPIONS, AFFLUENTS, ADVOCATES, MISERS = "Champions", "Affluents", "Advocates", "Misers"
KINDS: Final = (CHAMPIONS, AFFLUENTS, ADVOCATES, MISERS)
"""High or low own value by high or low value through others: high both, high and low, low and high, low both."""
FEWEST: Final = 10
"""Of fewer customers than this no share and no mean is told."""
MOST_BRINGERS: Final = 20
DRAWN_ROOTS: Final = 12
_DRAWN_LEVELS: Final = 2


@dataclass(frozen=True)
class Thresholds:
    """Above which amounts own value and value through others are high, and how these were come by."""

    own: float
    through: float
    own_told: str
    through_told: str


def has_ties(base: Base) -> bool:
    """Whether anything names who brought whom."""
    if "relationship" not in base.tables:
        return False
    return bool(base.fetch(ties(base).limit(1)))


def ties(base: Base) -> ibis.Table:
    """Who brought whom, once a pair; kept, for it is asked for again and again.

    Returns:
        from_customer, to_customer, is_organisation (of the one who was brought).
    """
    told = base.table("relationship")
    pairs = (
        told.filter(told["kind"].isin(TIES), told["from_customer"] != told["to_customer"]).select("from_customer", "to_customer").distinct()
    )
    kinds = base.table("customer").select(_id="customer_id", _kind="kind")
    joined = pairs.left_join(kinds, pairs["to_customer"] == kinds["_id"])
    return base.keep(joined.select("from_customer", "to_customer", is_organisation=(joined["_kind"] == "organisation").fill_null(False)))


def everyone(base: Base, where: str | None, by: str | None, *texts: str | None) -> ibis.Table:
    """All customers beside their values, which are absent of those who never bought; narrowed by a predicate.

    Args:
        base: the run.
        where: the predicate.
        by: a column that slices.
        texts: what else names attributes, see `attributes_named`.

    Raises:
        PredicateError: it is refused, or names what is not there.
    """
    values = base.table("customer_value")
    # What is known of customers takes a second to gather, and is gathered only where it is asked for.
    known = (
        base.table("customer").select("customer_id", "kind") if where is None and by is None else attributes_named(base, where, by, *texts)
    )
    table = known.left_join(values, "customer_id").drop("customer_id_right")
    return narrow(table, where=where, period=None, leads_to=base.leads_to)


def bringers(base: Base, customers: ibis.Table) -> ibis.Table:
    """Who of some customers brought others, what these brought so far and are expected to bring, and what they bring themselves.

    Returns:
        customer_id, kind, others, organisations, came_brought (a fact), came_expected, came_variance, came_size, brought,
        own_value_expected (absent of who never bought), through_others_expected, assumed_low and assumed_high: what it would be, had all
        come anyway, or none.
    """
    pairs, values = ties(base), base.table("customer_value")
    spread = (values["value_high"] - values["value_low"]) / WIDTH_OF_RANGE
    came = values.select(
        _to="customer_id", _brought="brought", _expected="value_expected", _variance=spread * spread, _size=values["value_expected"].abs()
    )
    joined = pairs.left_join(came, pairs["to_customer"] == came["_to"])
    nothing = ibis.literal(0).cast(TOTAL)
    summed = joined.group_by(_from="from_customer").aggregate(
        others=joined.count().cast("int64"), organisations=joined["is_organisation"].cast("int64").sum().cast("int64"),
        came_brought=joined["_brought"].sum().fill_null(nothing).cast(TOTAL), came_expected=joined["_expected"].sum().fill_null(0.0),
        came_variance=joined["_variance"].sum().fill_null(0.0), came_size=joined["_size"].sum().fill_null(0.0),
    )  # fmt: skip
    own = summed.inner_join(customers, summed["_from"] == customers["customer_id"])
    own = own.rename(own_value_expected="value_expected").drop("_from", "value_low", "value_high")
    through = _through(base)
    return own.left_join(through, own["customer_id"] == through["_through"]).drop("_through")


def _through(base: Base) -> ibis.Table:
    """THROUGH_OTHERS with what it would be, had all come anyway, and had none.

    What is saved and what is brought stand in the two types: type two is q of the saved, type one 1 - q of both.
    """
    table = base.table("through_others")
    share = table["came_anyway_share"]
    saved = ibis.ifelse(share > 0, table["type_two_expected"] / share.nullif(0.0), 0.0)
    both = ibis.ifelse(share < 1, table["type_one_expected"] / (1.0 - share).nullif(0.0), table["worth_expected"] + saved)
    rest = table["value_expected"] - table["type_one_expected"] - table["type_two_expected"]
    return table.select(
        _through="customer_id", through_others_expected="value_expected", brought_share="brought_customers",
        assumed_low=ibis.least(saved, both) + rest, assumed_high=ibis.greatest(saved, both) + rest,
    )  # fmt: skip


def thresholds(base: Base, customers: ibis.Table) -> Thresholds:
    """Where high parts from low: as declared, or by the median or mean of those who have a value."""
    settings = base.project.advocates
    valued = with_through(base, customers)
    found = base.fetch(
        valued.aggregate(
            own=getattr(valued["value_expected"], settings.split)(), through=getattr(valued["through_others_expected"], settings.split)()
        )
    )[0]
    told = f"the customers' {settings.split}"
    own, through = (float(str(found[name] or 0.0)) for name in ("own", "through"))
    return Thresholds(
        own if settings.own_value_from is None else float(settings.own_value_from),
        through if settings.through_others_from is None else float(settings.through_others_from),
        told if settings.own_value_from is None else "as declared", told if settings.through_others_from is None else "as declared",
    )  # fmt: skip


def with_through(base: Base, customers: ibis.Table) -> ibis.Table:
    """Customers of whom something is expected, beside what they brought through others: nothing where they brought nobody."""
    valued = customers.filter(customers["value_expected"].notnull())
    through = _through(base)
    joined = valued.left_join(through, valued["customer_id"] == through["_through"])
    told = ("through_others_expected", "assumed_low", "assumed_high", "brought_share")
    return joined.mutate(**{name: joined[name].fill_null(0.0) for name in told}).drop("_through")


def in_kinds(base: Base, customers: ibis.Table, at: Thresholds) -> ibis.Table:
    """Customers of whom something is expected, each in one of the four kinds.

    Source: V. Kumar, J. A. Petersen and R. P. Leone, How valuable is word of mouth?, Harvard Business Review, October 2007.
    """
    found = with_through(base, customers)
    high, brings = found["value_expected"] > at.own, found["through_others_expected"] > at.through
    kind = ibis.cases((high & brings, CHAMPIONS), (high, AFFLUENTS), (brings, ADVOCATES), else_=MISERS)
    return found.mutate(kind_of_four=kind)


def channels(base: Base, placed: ibis.Table) -> list[dict[str, Any]]:
    """Through which channels each of the four kinds orders and gets in touch; mentions are no contacts with the company.

    Returns:
        kind_of_four, of (orders or contacts), channel, count, share of the kind's; most used first, none where one channel is all there is.
    """
    who = placed.select("customer_id", "kind_of_four")
    rows: list[dict[str, Any]] = []
    for told, table in (("orders", _orders(base)), ("contacts", _contacts(base))):
        if table is not None:
            joined = table.inner_join(who, "customer_id")
            counted = joined.group_by("kind_of_four", "channel").aggregate(count=joined["number"].sum().cast("int64"))
            rows += [{"of": told, **row} for row in base.fetch(counted.filter(counted["count"] > 0))]
    sums: dict[tuple[Any, Any], int] = {}
    for row in rows:
        sums[row["kind_of_four"], row["of"]] = sums.get((row["kind_of_four"], row["of"]), 0) + int(row["count"])
    for row in rows:
        row["share"] = int(row["count"]) / sums[row["kind_of_four"], row["of"]]
    order = {kind: place for place, kind in enumerate(KINDS)}
    return sorted(rows, key=lambda row: (order[row["kind_of_four"]], row["of"] != "orders", -row["count"], row["channel"]))


def _orders(base: Base) -> ibis.Table | None:
    if "context_value" not in base.tables:
        return None
    table = base.table("context_value")
    return table.filter(table["context"] == "channel").select("customer_id", channel="value", number="orders")


def _contacts(base: Base) -> ibis.Table | None:
    if "interaction" not in base.tables:
        return None
    table = base.table("interaction")
    kept = table.filter(table["contact"] != base.project.value.influence.contact, table["channel"].notnull())
    return base.keep(kept.group_by("customer_id", "channel").aggregate(number=kept.count()))


def preferred(rows: list[dict[str, Any]], kind: str, of: str) -> str | None:
    """The channel that a kind uses most, with its share; None where none is known."""
    first = next((row for row in rows if row["kind_of_four"] == kind and row["of"] == of), None)
    return None if first is None else f"{first['channel']} ({first['share']:.0%})"


def with_ends(base: Base, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of `bringers` with the ends of what those whom they brought are expected to bring."""
    if not rows:
        return []
    shock = shock_of(base)
    mean, variance, size = (np.array([float(row[name]) for row in rows]) for name in ("came_expected", "came_variance", "came_size"))
    low, high = value.totals.interval(mean, variance, size, shock)
    return [{**row, "came_low": float(low[at]), "came_high": float(high[at])} for at, row in enumerate(rows)]


def brought_in_all(base: Base, who: ibis.Table | None) -> dict[str, Any]:
    """What those whom some customers brought have brought so far and are expected to bring, each once, whoever brought him.

    Args:
        base: the run.
        who: the customers who brought them; everybody where None.
    """
    pairs = ties(base) if who is None else ties(base).semi_join(who.select(from_customer="customer_id"), "from_customer")
    came = pairs.select(customer_id="to_customer").distinct()
    values = base.table("customer_value")
    known = came.left_join(values, "customer_id")
    spread = (known["value_high"] - known["value_low"]) / WIDTH_OF_RANGE
    row = base.fetch(
        known.aggregate(
            others=known.count().cast("int64"), bought=known["value_expected"].count().cast("int64"),
            came_brought=known["brought"].sum().fill_null(ibis.literal(0).cast(TOTAL)).cast(TOTAL),
            came_expected=known["value_expected"].sum().fill_null(0.0), came_variance=(spread * spread).sum().fill_null(0.0),
            came_size=known["value_expected"].abs().sum().fill_null(0.0),
        )
    )[0]  # fmt: skip
    return with_ends(base, [row])[0]


def drawn_ties(base: Base, roots: list[str]) -> pa.Table:
    """The ties of some customers, and of those whom they brought: what a network is drawn of.

    Returns:
        from_customer, to_customer, worth_expected: what the brought one brought and is expected to bring; absent where it never bought.
    """
    pairs = ties(base)
    level = pairs.filter(pairs["from_customer"].isin(roots)).select("from_customer").distinct()
    parts = []
    for _ in range(_DRAWN_LEVELS):
        found = pairs.semi_join(level, "from_customer").select("from_customer", "to_customer")
        parts.append(found)
        level = found.select(from_customer="to_customer").distinct()
    values = base.table("customer_value")
    every = ibis.union(*parts, distinct=True)
    joined = every.left_join(values, every["to_customer"] == values["customer_id"])
    told = joined.select("from_customer", "to_customer", worth_expected=joined["brought"].cast("float64") + joined["value_expected"])
    return base.arrow(told.order_by("from_customer", "to_customer"))
