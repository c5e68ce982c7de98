"""Self-service that settled what the customer came for: nobody comes again within a week."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import ibis

from unequal import ledger
from unequal.answers.base import Base
from unequal.answers.usual_metrics import THIN, Watched, watched
from unequal.terms.periods import Period

WITHIN_DAYS: Final = 7


def self_service(base: Base, where: str | None, by: str | None, period: Period | None) -> list[Watched]:
    """The share resolved by month, where `live.routing.self_service` names the channel; only of the whole base, not narrowed or sliced."""
    live = base.project.live
    channel = live.routing.self_service
    if channel is None or where is not None or by is not None or "interaction" not in base.tables:
        return []
    outbound = [name for name, one in live.channels.items() if one.outbound]
    told = base.keep(resolved(base.table("interaction"), channel, outbound=outbound))
    if period is not None:
        told = told.filter(told["occurred_on"] >= period.start, told["occurred_on"] < period.end)
    told = told.mutate(month=told["occurred_on"].truncate("M"))
    months = told.group_by("month").aggregate(value=told["is_resolved"].cast("float64").mean(), rows=told.count().cast("int64"))
    rows = [{**row, "segment": None, "value": row["value"] if _many(row["rows"]) else None} for row in base.fetch(months.order_by("month"))]
    meaning = f"Contacts by self-service ({channel}) after which the customer did not come again by any channel within {WITHIN_DAYS} days."
    found = watched("self_service_resolved", meaning, "share", rows)
    return [found] if found.rows else []


def _many(rows: object) -> bool:
    return isinstance(rows, int) and rows >= THIN


def resolved(contacts: ibis.Table, channel: str, *, outbound: Collection[str] = ()) -> ibis.Table:
    """Each contact by self-service, and whether it was the last for a week.

    Args:
        contacts: INTERACTION.
        channel: by which customers help themselves.
        outbound: channels where the company begins: what comes by them is no return of the customer.

    Returns:
        interaction_id, occurred_on, is_resolved: of customers, of days after which a whole week of contacts is known. A contact of the same day counts as a
        later one unless both tell when they were, and it was not later: what is not known is not counted as a success.
    """
    known = contacts.filter(ledger.is_real_customer(contacts["customer_id"]), contacts["occurred_on"].notnull())
    own = known.filter(
        known["channel"] == channel, known["occurred_on"] <= known["occurred_on"].max().as_scalar() - ibis.interval(days=WITHIN_DAYS)
    )
    came = known.filter(known["reach"].isnull())
    if outbound:
        came = came.filter(~came["channel"].isin(list(outbound)).fill_null(False))
    later = came.select(_who="customer_id", _id="interaction_id", _day="occurred_on", _at="occurred_at")
    is_later = (later["_at"] > own["occurred_at"]).fill_null(True)
    again = own.semi_join(
        later,
        [
            own["customer_id"] == later["_who"],
            own["interaction_id"] != later["_id"],
            later["_day"] >= own["occurred_on"],
            later["_day"] <= own["occurred_on"] + ibis.interval(days=WITHIN_DAYS),
            (later["_day"] > own["occurred_on"]) | is_later,
        ],
    ).select("interaction_id", _again=ibis.literal(value=True))
    told = own.left_join(again, "interaction_id")
    return told.select("interaction_id", "occurred_on", is_resolved=~told["_again"].fill_null(False))
