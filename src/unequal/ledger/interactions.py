"""Contacts: calls, chats, visits, mentions, and whose they were.

They stand in the ledger's room and not among the measures of the base, because they go the way of entries: from an accepted row,
through the record that it names, to a customer or to `unassigned` with the same reasons; and because they are what
causes cost to serve, which is booked here.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis

from unequal import config
from unequal.ledger.assignment import is_real_customer, why_unassigned, with_owner
from unequal.ledger.lookups import lookups_of_contacts, require_column, value_column, with_lookups
from unequal.ledger.posting import day_and_moment, record_named
from unequal.ledger.tables import CONTACT_TOTAL, INTERACTION
from unequal.terms.errors import LedgerError
from unequal.terms.ids import SEPARATOR, UNASSIGNED

_KINDNESS = INTERACTION.types["kindness"]


def contacts_of(
    rows: ibis.Table, name: str, source: config.Source, *, project: config.Project, lookups: Mapping[str, ibis.Table] | None = None
) -> ibis.Table:
    """The contacts that a source's rows record, before a customer is found: one a row.

    Args:
        rows: accepted rows, with `_file`, `_row` and `_row_id`.
        name: the source's name in the config.
        source: its config; `interactions` must be there.
        project: for the time zone.
        lookups: accepted rows of the sources that values are looked up in.

    Returns:
        INTERACTION without customer_id and unassigned_reason.

    Raises:
        LedgerError: LED005, LED006 a column or source is not there; LED009 the time is no date or timestamp; LED007 the duration, reach or kindness is no exact number.
    """
    contacts = source.interactions
    assert contacts is not None, "contacts are read only where the config maps them"
    where = f"sources.{name}.interactions"
    found = with_lookups(rows, lookups_of_contacts(contacts), lookups or {}, where=where)
    require_column(found, contacts.occurred_at, where=where)
    occurred_on, occurred_at = day_and_moment(found[contacts.occurred_at], project.time_zone, where=f"{where}.occurred_at")
    record, record_source = record_named(found, name, contacts.customer, where=where)
    return found.select(
        interaction_id=ibis.literal(name).concat(SEPARATOR, found["_row_id"]).hexdigest("md5"),
        occurred_on=occurred_on, occurred_at=occurred_at,
        contact=value_column(found, contacts.contact, where=where), channel=value_column(found, contacts.channel, where=where),
        agent=value_column(found, contacts.agent, where=where), duration_seconds=_whole(found, contacts.duration_seconds, f"{where}.duration_seconds"),
        outcome=value_column(found, contacts.outcome, where=where),
        reach=_within(_whole(found, contacts.reach, f"{where}.reach"), 0, None), kindness=_kindness(found, contacts.kindness, where), source=ibis.literal(name), record=record, record_source=record_source,
        source_file=found["_file"], source_row=found["_row"], row_id=found["_row_id"],
    )  # fmt: skip


def _whole(rows: ibis.Table, name: str | None, where: str) -> ibis.Value:
    """A column as whole numbers; halves away from zero."""
    if name is None:
        return ibis.null("int64")
    column = _exact(rows, name, where)
    return column.cast("int64") if column.type().is_integer() else column.round(0).cast("int64")


def _kindness(rows: ibis.Table, name: str | None, where: str) -> ibis.Value:
    """A column of numbers from -1 to 1; absent beyond, where a source without contracts let such a number in."""
    if name is None:
        return ibis.null(_KINDNESS)
    column = _exact(rows, name, f"{where}.kindness").cast("decimal(28, 10)")
    return _within(column, -1, 1).round(6).cast(_KINDNESS)


def _within(column: ibis.Value, low: int, high: int | None) -> ibis.Value:
    fits = column >= low if high is None else (column >= low) & (column <= high)
    return ibis.ifelse(fits, column, ibis.null(column.type()))


def _exact(rows: ibis.Table, name: str, where: str) -> ibis.Column:
    require_column(rows, name, where=where.rpartition(".")[0])
    column = rows[name]
    if column.type().is_integer() or column.type().is_decimal():
        return column
    raise LedgerError("LED007", "an amount is no exact number", where=where, seen=f"{name} is {column.type()}",
                      do=f"give the column its contract: columns: {{{name}: {'decimal' if where.endswith('kindness') else 'integer'}}}")  # fmt: skip


def interactions(contacts: ibis.Table, customer_record: ibis.Table, records: ibis.Table) -> ibis.Table:
    """Contacts with the customer whose each was, or `unassigned` and the reason.

    Args:
        contacts: `contacts_of`, of all sources.
        customer_record: CUSTOMER_RECORD.
        records: RECORD; records with `is_test` are test accounts.

    Returns:
        INTERACTION, as many rows as contacts.
    """
    owned = with_owner(contacts, customer_record, records)
    reason = why_unassigned(owned)
    customer = ibis.ifelse(reason.notnull(), UNASSIGNED, owned["_owner"])
    return owned.mutate(customer_id=customer, unassigned_reason=reason).select(*INTERACTION.names)


def contact_totals(found: ibis.Table) -> ibis.Table:
    """How many contacts there were and how long they took, by kind and channel.

    Args:
        found: INTERACTION.

    Returns:
        CONTACT_TOTAL; contacts without a duration count, and add no second.
    """
    real = is_real_customer(found["customer_id"])
    named = found.mutate(of_customers=real, _customer=ibis.ifelse(real, found["customer_id"], ibis.null("string")))
    grouped = named.group_by("contact", "channel", "of_customers").aggregate(
        interactions=named.count().cast("int64"),
        customers=named["_customer"].nunique().cast("int64"),
        timed=named["duration_seconds"].count().cast("int64"),
        duration_seconds=named["duration_seconds"].sum().fill_null(0).cast("int64"),
    )
    return grouped.select(*CONTACT_TOTAL.names)


def latest_of(found: ibis.Table, customer_id: str, *, limit: int) -> ibis.Table:
    """The last contacts of one customer, latest first; those without a day at the end.

    Args:
        found: INTERACTION.
        customer_id: whose.
        limit: how many at the most.
    """
    own = found.filter(found["customer_id"] == customer_id)
    undated = own["occurred_on"].isnull()
    ordered = own.order_by(undated, own["occurred_on"].desc(), own["occurred_at"].desc(), "interaction_id").limit(limit)
    return ordered.select("occurred_on", "occurred_at", "contact", "channel", "agent", "duration_seconds", "outcome", "source", "row_id")
