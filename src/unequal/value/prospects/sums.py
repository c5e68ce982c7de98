"""Sums of records and contacts that prospects are scored by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis

from unequal.ledger import is_real_customer


def first_known(customer_record: ibis.Table, records: ibis.Table, attributes: ibis.Table) -> ibis.Table:
    """Since when each source knows each customer.

    Args:
        customer_record: CUSTOMER_RECORD.
        records: RECORD of all sources.
        attributes: PERSON_ATTRIBUTE of all sources.

    Returns:
        customer_id, source, day: YYYY-MM-DD, the earliest that a record's `since` or `observed_at` gives; absent where none does. Test
        accounts are left out. `observed_at` may be the day of a change, so that a customer may have been known for longer.
    """
    said = attributes.filter(attributes["attribute"] == "since", attributes["value_normalised"].notnull())
    since = said.group_by("source", "record_id").aggregate(since=said["value_normalised"].left(10).min())
    real = records.filter(~records["is_test"]).select("source", "record_id", observed=records["observed_at"].cast("date").cast("string"))
    dated = real.left_join(since, ["source", "record_id"]).drop("source_right", "record_id_right")
    day = ibis.least(dated["since"].fill_null(dated["observed"]), dated["observed"].fill_null(dated["since"]))
    dated = dated.select("source", "record_id", day=day)
    owned = customer_record.select("customer_id", "source", "record_id").inner_join(dated, ["source", "record_id"])
    return owned.group_by("customer_id", "source").aggregate(day=owned["day"].min())


def contacts_before(contacts: ibis.Table, until: date) -> ibis.Table:
    """How many contacts each customer had before a morning: customer_id, contact, contacts int64.

    Args:
        contacts: INTERACTION.
        until: contacts on this day are not counted.
    """
    rows = contacts.filter(is_real_customer(contacts["customer_id"]), contacts["occurred_on"] < until, contacts["contact"].notnull())
    return rows.group_by("customer_id", "contact").aggregate(contacts=rows.count().cast("int64"))


def own_attributes(customer_record: ibis.Table, attributes: ibis.Table, names: Sequence[str]) -> ibis.Table:
    """What the project's own attributes say of each customer: customer_id, attribute, value; of several values the one that sorts first.

    Args:
        customer_record: CUSTOMER_RECORD.
        attributes: PERSON_ATTRIBUTE of all sources.
        names: the attributes that the project declares.
    """
    rows = attributes.filter(attributes["attribute"].isin(list(names)), attributes["value_normalised"].notnull())
    owned = customer_record.select("customer_id", "source", "record_id").inner_join(rows, ["source", "record_id"])
    return owned.group_by("customer_id", "attribute").aggregate(value=owned["value_normalised"].min())
