"""What stands behind every answer: sources read, rows kept out, rows counted once, and the reconciliation."""

from __future__ import annotations

import ibis
import pyarrow as pa

from unequal.answers.base import Base
from unequal.terms.ids import IDLE
from unequal.terms.money import money_sum


def evidence(base: Base) -> dict[str, pa.Table]:
    """Tables `sources`, `quarantined`, `overlap` and `reconciliation`, of the whole run whatever was asked."""
    return {
        "sources": base.arrow(_sources(base.table("extract"))),
        "quarantined": base.arrow(_quarantined(base.table("quarantined"))),
        "overlap": base.arrow(_overlap(base.table("extract"), base.table("reconciliation"))),
        "reconciliation": base.arrow(_reconciliation(base.table("reconciliation"))),
    }


def _sources(extract: ibis.Table) -> ibis.Table:
    return (
        extract.group_by("source")
        .aggregate(
            files=extract.count(),
            rows=extract["rows_read"].sum(),
            accepted=extract["rows_accepted"].sum(),
            quarantined=extract["rows_quarantined"].sum(),
            counted_once=extract["rows_counted_once"].sum(),
        )
        .order_by("source")
    )


def _quarantined(quarantined: ibis.Table) -> ibis.Table:
    # A footer is kept out by declaration and has served as a checksum: it is no bad row.
    bad = quarantined.filter(quarantined["reason"] != "footer")
    return bad.group_by("source", "reason").aggregate(rows=bad.count()).order_by("source", "reason")


def _overlap(extract: ibis.Table, reconciliation: ibis.Table) -> ibis.Table:
    """Rows that stand in two extracts, and the money that would have been counted twice, per currency."""
    rows = extract.group_by("source").aggregate(rows=extract["rows_counted_once"].sum())
    held = reconciliation.filter(reconciliation["item"] == "counted_once")
    money = held.group_by("source", "currency").aggregate(amount=money_sum(held["amount"]))
    twice = rows.filter(rows["rows"] > 0)
    joined = twice.left_join(money, "source")
    return joined.select("source", "rows", "amount", "currency").order_by("source", "currency")


def _reconciliation(reconciliation: ibis.Table) -> ibis.Table:
    """A row per source, month, line and currency: what the source says it holds, and where it went."""
    item, amount = reconciliation["item"], reconciliation["amount"]
    named = ("control_total", "customers", "unassigned", "residual")
    higher = item.startswith("level:") | (item == IDLE)
    sums = {name: money_sum(ibis.ifelse(item == name, amount, 0)) for name in named}
    return (
        reconciliation.filter(item != "declared")
        .group_by("source", "period", "line", "currency")
        .aggregate(
            control_total=sums["control_total"],
            customers=sums["customers"],
            higher_levels=money_sum(ibis.ifelse(higher, amount, 0)),
            unassigned=sums["unassigned"],
            reconciling=money_sum(ibis.ifelse(item.isin(named) | higher, 0, amount)),
            residual=sums["residual"],
        )
        .order_by("source", "period", "line", "currency")
    )


def whole_period(base: Base) -> str:
    """The days on which anything is booked, in words."""
    first, last = booked_days(base)
    return f"{first} to {last}" if first else "no entries"


def booked_days(base: Base) -> tuple[object, object]:
    """The first and the last day on which anything is booked; None of a base without entries."""
    sums = base.tables.get("entry_total")
    rows, first, last = (base.table("entry"), "booked_on", "booked_on") if sums is None else (sums, "first_day", "last_day")
    span = base.fetch(rows.aggregate(first=rows[first].min(), last=rows[last].max()))[0]
    return span["first"], span["last"]
