"""Whom the company's programmes reached, as rows say: they go the way of contacts, through the record to the customer."""

from __future__ import annotations

from datetime import date

import ibis

from unequal import config
from unequal.ledger.assignment import why_unassigned, with_owner
from unequal.ledger.lookups import require_column
from unequal.ledger.posting import day_and_moment, record_named
from unequal.ledger.tables import PROGRAMME_MEMBER
from unequal.predicates import compile_batch, parse


def reached(rows: ibis.Table, name: str, project: config.Project) -> ibis.Table:
    """The records that a programme's rows name, before a customer is found.

    Args:
        rows: accepted rows of its source.
        name: the programme's name; its `reached` must be there.
        project: the config.

    Returns:
        PROGRAMME_MEMBER without customer_id.

    Raises:
        LedgerError: LED005, a column is not there; LED009, the day is no date.
        PredicateError: the rule is refused.
    """
    programme = project.programmes[name]
    by = programme.reached
    assert by is not None, "members are read only where rows name them"
    where = f"programmes.{name}.reached"
    found = rows
    if by.when is not None:
        columns = {column: str(kind).removeprefix("!") for column, kind in rows.schema().items()}
        found = rows.filter(compile_batch(parse(by.when, columns, where=f"{where}.when"), rows))
    record, record_source = record_named(found, by.source, by.customer, where=where)
    if by.on is not None:
        require_column(found, by.on, where=where)
    since = _day(programme.since) if by.on is None else day_and_moment(found[by.on], project.time_zone, where=f"{where}.on")[0]
    return found.select(
        programme=ibis.literal(name), since=since, until=_day(programme.until), record=record, record_source=record_source
    ).distinct()  # fmt: skip


def _day(day: date | None) -> ibis.Value:
    return ibis.null("date") if day is None else ibis.literal(day)


def members(reached: ibis.Table, customer_record: ibis.Table, records: ibis.Table) -> ibis.Table:
    """Whom programmes reached, under the customer of each record; records of nobody and of test accounts are left out.

    Args:
        reached: `reached`, of all programmes.
        customer_record: CUSTOMER_RECORD.
        records: RECORD.

    Returns:
        PROGRAMME_MEMBER.
    """
    owned = with_owner(reached, customer_record, records)
    known = owned.filter(why_unassigned(owned).isnull())
    return known.mutate(customer_id=known["_owner"]).select(*PROGRAMME_MEMBER.names)
