"""Whose dollar it is: each entry gets a customer, or a named bucket and a reason."""

from __future__ import annotations

from typing import Final

import ibis

from unequal.ledger.tables import ENTRY
from unequal.terms.ids import IDLE, UNASSIGNED

LEVEL_BUCKET: Final = "level:"
"""Begins the customer_id of dollars that no single customer caused, as in `level:channel`."""

CUSTOMER_LEVELS: Final = ("unit", "order", "customer")
"""Levels whose dollars one customer causes, where the source says which; the others stay at their level."""


def assign(posted: ibis.Table, customer_record: ibis.Table, records: ibis.Table) -> ibis.Table:
    """Entries with the customer whose dollar each is.

    - Dollars of a channel, market or the company go to `level:channel`, `level:market`, `level:corporate`,
      whatever customer the row names: cause and effect does not reach one. Dollars of a unit or an
      order go to the row's customer, and to `level:unit` or `level:order` where the source maps none.
    - Else the customer of the record that the row names; where there is none, the bucket
      `unassigned` with the reason no_customer_id, unknown_customer or test_account.
    - Capacity that nobody used is of the level `idle`, and goes to the bucket `idle`.

    Args:
        posted: converted POSTED.
        customer_record: CUSTOMER_RECORD; a record belongs to one customer.
        records: RECORD; records with `is_test` are test accounts.

    Returns:
        ENTRY, as many rows as `posted`. Buckets are never customers: see `of_customers`.
    """
    return owned(posted, customer_record, records).select(*ENTRY.names)


def owned(posted: ibis.Table, customer_record: ibis.Table, records: ibis.Table) -> ibis.Table:
    """The same with every column that `posted` has: customer_id and unassigned_reason beside them."""
    joined = with_owner(posted, customer_record, records)
    above = ~joined["level"].isin(CUSTOMER_LEVELS) | (joined["level"].isin(("unit", "order")) & joined["record_source"].isnull())
    reason = ibis.ifelse(above, ibis.null("string"), why_unassigned(joined))
    customer = ibis.cases(
        (joined["level"] == IDLE, IDLE),
        (above, ibis.literal(LEVEL_BUCKET).concat(joined["level"])),
        (reason.notnull(), UNASSIGNED),
        else_=joined["_owner"],
    )
    return joined.mutate(customer_id=customer, unassigned_reason=reason)


def with_owner(rows: ibis.Table, customer_record: ibis.Table, records: ibis.Table) -> ibis.Table:
    """Rows that name a record (`record_source`, `record`) with `_owner`, its customer, and `_test_record`, set where it is a test account."""
    # Grouping keeps a record that stands twice from doubling a dollar; it costs nothing beside the join.
    owners = customer_record.group_by(_owner_source="source", _owner_record="record_id").aggregate(
        _owner=customer_record["customer_id"].min()
    )
    tests = records.filter(records["is_test"].fill_null(ibis.literal(value=False)))
    tests = tests.select(_test_source="source", _test_record="record_id").distinct()
    joined = rows.left_join(owners, [rows["record_source"] == owners["_owner_source"], rows["record"] == owners["_owner_record"]])
    return joined.left_join(tests, [joined["record_source"] == tests["_test_source"], joined["record"] == tests["_test_record"]])


def why_unassigned(owned: ibis.Table) -> ibis.Value:
    """Why a row of `with_owner` has no customer: no_customer_id, test_account or unknown_customer; null where it has one."""
    return ibis.cases(
        (owned["record"].isnull(), "no_customer_id"),
        (owned["_test_record"].notnull(), "test_account"),
        (owned["_owner"].isnull(), "unknown_customer"),
        else_=ibis.null("string"),
    )


def is_real_customer(customer_id: ibis.Value) -> ibis.Value:
    """Whether an id is a customer's: not `unassigned`, not `idle` and not the bucket of a higher level."""
    return ~customer_id.isin((UNASSIGNED, IDLE)) & ~customer_id.startswith(LEVEL_BUCKET)


def of_customers(table: ibis.Table) -> ibis.Table:
    """Only the rows of real customers: without `unassigned`, `idle` and the buckets of higher levels."""
    return table.filter(is_real_customer(table["customer_id"]))


def whose(rows: ibis.Table, customer_record: ibis.Table, records: ibis.Table) -> ibis.Table:
    """Rows that name a record (`record_source`, `record`) with the customer whose each is, or `unassigned` and the reason.

    Args:
        rows: any table with record_source and record.
        customer_record: CUSTOMER_RECORD.
        records: RECORD; records with `is_test` are test accounts.

    Returns:
        The same rows, with customer_id and unassigned_reason.
    """
    found = with_owner(rows, customer_record, records)
    reason = why_unassigned(found)
    return found.mutate(customer_id=ibis.ifelse(reason.notnull(), UNASSIGNED, found["_owner"]), unassigned_reason=reason).select(
        *rows.columns, "customer_id", "unassigned_reason"
    )
