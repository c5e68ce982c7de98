"""Sums of contacts that mentions are measured by."""

from __future__ import annotations

from datetime import date

import ibis


def spoken(contacts: ibis.Table, contact: str, *, first: date, until: date) -> ibis.Table:
    """What each customer's mentions reached on each day.

    Args:
        contacts: INTERACTION.
        contact: the kind of contact that is a mention.
        first, until: half-open; mentions without a day or a reach tell nothing.

    Returns:
        customer_id (bucket `unassigned` too), day, mentions int64, reach int64, judged int64 (reach of mentions with a kindness), kind
        float64 (reach times kindness, of kind ones), leaning float64 (reach times kindness, of all).
    """
    rows = contacts.filter(
        contacts["contact"] == contact, contacts["occurred_on"] >= first, contacts["occurred_on"] < until, contacts["reach"].notnull()
    )
    # Whole numbers of a millionth, so that no engine's order of adding shows.
    millionths = (rows["kindness"].fill_null(0) * 1_000_000).round(0).cast("int64") * rows["reach"]
    kind, all_of = ibis.ifelse(millionths > 0, millionths, 0), millionths
    judged = ibis.ifelse(rows["kindness"].notnull(), rows["reach"], 0)
    return rows.group_by("customer_id", day=rows["occurred_on"]).aggregate(
        mentions=rows.count().cast("int64"),
        reach=rows["reach"].sum().cast("int64"),
        judged=judged.sum().cast("int64"),
        kind=kind.sum().cast("float64") / 1e6,
        leaning=all_of.sum().cast("float64") / 1e6,
    )
