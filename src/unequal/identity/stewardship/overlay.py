"""What stewards changed since a run, laid over its tables: readers see it at once, and the next run takes it in."""

from __future__ import annotations

from collections.abc import Sequence

import ibis


def customer_records(crosswalk: ibis.Table, changed: ibis.Table) -> ibis.Table:
    """The crosswalk as it stands now.

    Args:
        crosswalk: CUSTOMER_RECORD of the run.
        changed: source, record_id, customer_id, since of the records that stewards moved.

    Returns:
        CUSTOMER_RECORD, the same rows.
    """
    moved = changed.select(_source="source", _record="record_id", _customer="customer_id", _since="since")
    joined = crosswalk.left_join(moved, [crosswalk["source"] == moved["_source"], crosswalk["record_id"] == moved["_record"]])
    customer, since = joined["_customer"].fill_null(joined["customer_id"]), joined["_since"].fill_null(joined["since"])
    return joined.mutate(customer_id=customer, since=since).select(*crosswalk.columns)


def owned(rows: ibis.Table, changed: ibis.Table, *, is_customers: ibis.Value, source: str, record: str) -> ibis.Table:
    """Rows that carry a record and its customer, with the customer as it stands now.

    Args:
        rows: any table with customer_id.
        changed: see customer_records.
        is_customers: of `rows`, whether its customer_id is a customer's at all, and no bucket's.
        source, record: the columns that name the record.

    Returns:
        The same rows and columns.
    """
    marked = rows.mutate(_is_customers=is_customers)
    moved = changed.select(_source="source", _record="record_id", _customer="customer_id")
    joined = marked.left_join(moved, [marked[source] == moved["_source"], marked[record] == moved["_record"]])
    new = joined["_is_customers"] & joined["_customer"].notnull()
    return joined.mutate(customer_id=new.ifelse(joined["_customer"], joined["customer_id"])).select(*rows.columns)


def concerned(crosswalk: ibis.Table, changed: ibis.Table) -> ibis.Table:
    """The customers whom the changes touch, as they were and as they are: customer_id, each once."""
    before = crosswalk.inner_join(changed.select("source", "record_id"), ["source", "record_id"]).select("customer_id")
    return ibis.union(before, changed.select("customer_id"), distinct=True)


def heirs(crosswalk: ibis.Table, now: ibis.Table) -> ibis.Table:
    """Customers of the run that are nobody any more, and who has their records now: old, new; the first by name where several have.

    Args:
        crosswalk: CUSTOMER_RECORD of the run.
        now: the same as it stands now.
    """
    gone = crosswalk.anti_join(now.select("customer_id").distinct(), "customer_id").select("source", "record_id", old="customer_id")
    found = gone.inner_join(now.select("source", "record_id", "customer_id"), ["source", "record_id"])
    return found.group_by("old").aggregate(new=found["customer_id"].min())


def renamed(rows: ibis.Table, names: ibis.Table, column: str) -> ibis.Table:
    """Rows whose customer in a column is called by who has its records now."""
    joined = rows.left_join(names, rows[column] == names["old"])
    return joined.mutate(**{column: joined["new"].fill_null(joined[column])}).select(*rows.columns)


def one_each(rows: ibis.Table, key: Sequence[str]) -> ibis.Table:
    """One row for each key: the first by all of its values, where customers that became one had a row each."""
    order = [rows[name] for name in rows.columns]
    placed = rows.mutate(_place=ibis.row_number().over(ibis.window(group_by=list(key), order_by=order)))
    return placed.filter(placed["_place"] == 0).select(*rows.columns)


def replaced(rows: ibis.Table, anew: ibis.Table, customers: ibis.Table) -> ibis.Table:
    """A table per customer, with the rows of some customers made anew.

    Args:
        rows: the run's.
        anew: the same columns, of those customers alone.
        customers: customer_id of each.
    """
    kept = rows.anti_join(customers, "customer_id").select(*rows.columns)
    return ibis.union(kept, anew.select(*rows.columns), distinct=False)


def only_of(rows: ibis.Table, customers: ibis.Table) -> ibis.Table:
    """The rows of some customers."""
    columns: Sequence[str] = rows.columns
    return rows.semi_join(customers, "customer_id").select(*columns)
