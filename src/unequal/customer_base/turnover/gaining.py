"""Who was gained, when and where, and what each source itself calls a new customer."""

from __future__ import annotations

import ibis

from unequal import value
from unequal.ledger import is_real_customer
from unequal.terms.lines import Line
from unequal.terms.money import TOTAL, money_sum

NOT_KNOWN = "not known"


def gained(entries: ibis.Table, said: ibis.Table) -> ibis.Table:
    """How each customer began.

    Args:
        entries: ENTRY.
        said: of `said_since`.

    Returns:
        GAINED; customers who never bought are absent. Of several sales of the first day the one whose entry_id sorts first is meant.
    """
    began = value.segments.beginnings(entries)
    paid = entries.filter(is_real_customer(entries["customer_id"]), entries["line"] == str(Line.ACQUISITION))
    won = paid.group_by("customer_id").aggregate(acquired_by=paid["channel"].max(), acquisition_cost=-money_sum(paid["amount"]))
    day = said.group_by("customer_id").aggregate(said_since=said["since"].min())
    wide = began.left_join(won, "customer_id").drop("customer_id_right").left_join(day, "customer_id").drop("customer_id_right")
    return wide.select(
        "customer_id",
        began_on="first_day",
        first_channel=_known(wide["channel"]),
        first_market=_known(wide["market"]),
        acquired_by=_known(wide["acquired_by"]),
        acquisition_cost=wide["acquisition_cost"].fill_null(0).cast(TOTAL),
        said_since="said_since",
    )


def _known(text: ibis.Value) -> ibis.Value:
    return text.nullif("").fill_null(NOT_KNOWN)


def said_since(attributes: ibis.Table, customer_record: ibis.Table) -> ibis.Table:
    """Since when records call their customers customers: source, record_id, customer_id, since; records that do not say are absent.

    Args:
        attributes: PERSON_ATTRIBUTE.
        customer_record: CUSTOMER_RECORD.
    """
    said = attributes.filter(attributes["attribute"] == "since", attributes["value_normalised"].notnull())
    days = said.group_by("source", "record_id").aggregate(since=said["value_normalised"].substr(0, 10).cast("date").min())
    return days.inner_join(customer_record.select("source", "record_id", "customer_id"), ["source", "record_id"]).select(
        "source", "record_id", "customer_id", "since"
    )


def said_new(said: ibis.Table, began: ibis.Table) -> ibis.Table:
    """SAID_NEW: by source and month, records that say they are new, and when their customers first bought.

    Args:
        said: of `said_since`.
        began: GAINED.
    """
    dated = said.mutate(month=ibis.date(said["since"].year(), said["since"].month(), 1))
    once = dated.group_by("source", "month", "customer_id").aggregate(records=dated.count().cast("int64"))
    known = once.left_join(began.select("customer_id", "began_on"), "customer_id").drop("customer_id_right")
    first = ibis.date(known["began_on"].year(), known["began_on"].month(), 1)

    def how_many(condition: ibis.Value) -> ibis.Value:
        return condition.fill_null(ibis.literal(value=False)).cast("int64").sum()

    return known.group_by("source", "month").aggregate(
        records=known["records"].sum(),
        customers=known.count().cast("int64"),
        same_month=how_many(first == known["month"]),
        bought_before=how_many(first < known["month"]),
        bought_later=how_many(first > known["month"]),
        never_bought=how_many(known["began_on"].isnull()),
    )
