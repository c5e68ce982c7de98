"""How much a customer's band hangs on doubtful links: who would stand where, were a pair one customer, or a customer two."""

from __future__ import annotations

import ibis

from unequal.customer_base.bands import Limits, customer_figures
from unequal.customer_base.tables import OTHER_BAND
from unequal.terms.lines import Level


def if_joined(pairs: ibis.Table, banded: ibis.Table, limits: Limits) -> ibis.Table:
    """The band of both customers, were they one.

    Args:
        pairs: customer_a, customer_b: customers who may be one, each two once.
        banded: BAND; who has no entries has none, and leaves the other's band as it is.
        limits: where the lines are drawn.

    Returns:
        OTHER_BAND, a row for each customer of each pair who has a band.
    """
    both = ibis.union(
        pairs.select(customer_id="customer_a", other="customer_b"), pairs.select(customer_id="customer_b", other="customer_a")
    )
    own = banded.select("customer_id", "band", "amount", "sales")
    added = banded.select(other="customer_id", other_amount="amount", other_sales="sales")
    joined = both.inner_join(own, "customer_id").select(*both.columns, "band", "amount", "sales")
    joined = joined.left_join(added, "other").select(*joined.columns, "other_amount", "other_sales")
    nothing = ibis.literal(0).cast(banded["amount"].type())
    amount, sales = joined["other_amount"].fill_null(nothing), joined["other_sales"].fill_null(nothing)
    return joined.mutate(
        otherwise=ibis.literal("one with ").concat(joined["other"]),
        moved=amount.abs(),
        other_band=limits.band(joined["amount"] + amount, joined["sales"] + sales),
    ).select(*OTHER_BAND.names)


def if_parted(parts: ibis.Table, entries: ibis.Table, banded: ibis.Table, level: Level, limits: Limits) -> ibis.Table:
    """The band of each part, were a customer two.

    Args:
        parts: source, record_id, customer_id, apart, cut: every record of customers who would come apart, on which side it would
            be, and the link without which they would, in words.
        entries: ENTRY.
        banded: BAND.
        level: whose lines are summed.
        limits: where the lines are drawn.

    Returns:
        OTHER_BAND, a row for each part that has entries of the level; a part without any is nobody's band.
    """
    own = parts.select("apart", record_source="source", record="record_id", whole="customer_id")
    columns = [name for name in entries.columns if name != "customer_id"]
    held = entries.inner_join(own, ["record_source", "record"])
    # Told apart by a letter in front, for ids end as they like.
    held = held.filter(held["customer_id"] == held["whole"])
    sided = held.mutate(customer_id=held["apart"].ifelse(ibis.literal("a"), ibis.literal("b")).concat(held["whole"]))
    figures = customer_figures(sided.select(*columns, "customer_id"), level).filter(lambda t: t.entries > 0)
    named = figures.mutate(customer_id=figures["customer_id"].substr(1), side=figures["customer_id"].substr(0, 1))
    whole = banded.select("customer_id", "band", whole_amount="amount")
    cuts = parts.select("customer_id", "cut").distinct()
    joined = named.inner_join(whole, "customer_id").select(*named.columns, "band", "whole_amount")
    joined = joined.inner_join(cuts, "customer_id").select(*joined.columns, "cut")
    return joined.mutate(
        otherwise=ibis.literal("two, without the link of ").concat(joined["cut"]),
        moved=(joined["whole_amount"] - joined["amount"]).abs(),
        other_band=limits.band(joined["amount"], joined["sales"]),
    ).select(*OTHER_BAND.names)


def by_links(others: ibis.Table) -> ibis.Table:
    """What all doubtful links together say of each customer whom one concerns.

    Args:
        others: OTHER_BAND.

    Returns:
        customer_id, links (how many were tried), links_stable, flipped_by_link: what would change the band by the most dollars,
        ties by its words; absent where none does.
    """
    flips = others["other_band"] != others["band"]
    marked = others.mutate(flips=flips)
    order = ibis.window(group_by="customer_id", order_by=[marked["flips"].desc(), marked["moved"].desc(), marked["otherwise"]])
    placed = marked.mutate(place=ibis.row_number().over(order))
    counted = placed.group_by("customer_id").aggregate(
        links=placed["otherwise"].nunique().cast("int64"),
        flipping=placed["flips"].cast("int64").sum(),
        first=placed["otherwise"].max(where=(placed["place"] == 0) & placed["flips"]),
    )
    return counted.select("customer_id", "links", links_stable=counted["flipping"] == 0, flipped_by_link="first")
