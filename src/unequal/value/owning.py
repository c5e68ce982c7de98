"""Whose a source's rows are: contracts and counted histories get their customers."""

from __future__ import annotations

import ibis

from unequal import config, identity

OWNER = "_owner"
"""The column of a row's customer: a source may have one of its own that is called customer_id."""


def with_owner(rows: ibis.Table, customer: config.sources.CustomerOf, source: str, customer_record: ibis.Table) -> ibis.Table:
    """Rows with the customer whose each is, in OWNER; absent where nobody is known by that record.

    Args:
        rows: accepted rows of a source.
        customer: which record a row names.
        source: the rows' own, which holds the records where `customer` names no other.
        customer_record: CUSTOMER_RECORD.
    """
    keyed = rows.mutate(_record=identity.record_key(rows, customer.id), _record_source=ibis.literal(customer.source or source))
    # A record that stood twice would double its rows.
    owners = customer_record.group_by(_owner_source="source", _owner_record="record_id").aggregate(
        _owner=customer_record["customer_id"].min()
    )
    return keyed.left_join(owners, [keyed["_record_source"] == owners["_owner_source"], keyed["_record"] == owners["_owner_record"]])
