"""How many customers a company has: under each definition, and per source, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce
from typing import Final

import ibis

from unequal.customer_base.tables import DEFINITION
from unequal.ledger import is_real_customer

DEFINITIONS: Final = ("records", "accounts", "customers", "persons", "organisations", "households")
"""The definitions in the order in which they are shown."""

OF_OTHERS: Final = "level:"
"""Begins the bucket of customers that the project's definition does not count, as in `level:organisation`."""


def definitions(
    *, records: ibis.Table, members: ibis.Table, customers: ibis.Table, households: ibis.Table, entries: ibis.Table, lines: Sequence[str], since: date
) -> ibis.Table:  # fmt: skip
    """The customers that a company has, however they are counted.

    Args:
        records: RECORD.
        members: CUSTOMER_RECORD.
        customers: CUSTOMER; test accounts, and customers that no source delivers any more, are left out.
        households: HOUSEHOLD; a person in none is a household of one.
        entries: ENTRY.
        lines: a customer is active who has an entry on one of these
        since: from this day on.

    Returns:
        DEFINITION: for each definition a row for the company, with no source, and one for each source that knows any.
    """
    recent = entries.filter(entries["line"].isin(list(lines)), entries["booked_on"] >= ibis.literal(since))
    recent = recent.filter(is_real_customer(recent["customer_id"]))
    active = recent.select(unit="customer_id").distinct()
    booked = entries.filter(entries["record_source"].notnull(), is_real_customer(entries["customer_id"]))
    of_record = recent.select(source="record_source", unit="record").distinct()
    real = customers.filter(customers["kind"].notnull(), ~customers["is_test"]).select("customer_id", "kind")
    seen = members.filter(members["seen"]).join(real, "customer_id").select("source", "kind", unit="customer_id").distinct()
    homes = seen.filter(seen["kind"] == "person").left_join(
        households.select("customer_id", "household_id"), seen["unit"] == households["customer_id"]
    )
    homes = homes.select("source", "unit", home=homes["household_id"].coalesce(homes["unit"]))
    parts = [
        _marked("records", records.filter(~records["is_test"]).select("source", unit="record_id"), of_record, ("source", "unit")),
        _marked("accounts", booked.select(source="record_source", unit="record").distinct(), of_record, ("source", "unit")),
        _marked("customers", seen.drop("kind"), active, ("unit",)),
        _marked("persons", seen.filter(seen["kind"] == "person").drop("kind"), active, ("unit",)),
        _marked("organisations", seen.filter(seen["kind"] == "organisation").drop("kind"), active, ("unit",)),
        _marked("households", homes, active, ("unit",)).drop("unit").rename(unit="home"),
    ]
    return _counted(reduce(lambda all_, part: all_.union(part), [part.select("definition", "source", "unit", "active") for part in parts]))


def _marked(definition: str, units: ibis.Table, active: ibis.Table, on: Sequence[str]) -> ibis.Table:
    """Units with whether they are active."""
    renamed = active.select(**{f"_{name}": name for name in on})
    joined = units.left_join(renamed, [units[name] == renamed[f"_{name}"] for name in on])
    return joined.select(*units.columns, definition=ibis.literal(definition), active=joined["_unit"].notnull())


def _counted(units: ibis.Table) -> ibis.Table:
    # A record's id means something in its source alone; elsewhere a unit is one, however many sources know it.
    own = units["definition"].isin(("records", "accounts"))
    named = units.mutate(whole=own.ifelse(units["source"].concat("\x1f").concat(units["unit"]), units["unit"]))
    counts = {"known": named["whole"].nunique().cast("int64"), "active": named["whole"].nunique(where=named["active"]).cast("int64")}
    per_source = named.group_by("definition", "source").aggregate(**counts)
    whole = named.group_by("definition").aggregate(**counts).mutate(source=ibis.null("string"))
    return in_order(whole.select(*DEFINITION.names).union(per_source.select(*DEFINITION.names)))


def in_order(both: ibis.Table) -> ibis.Table:
    """DEFINITION in the order in which it is shown: by definition, the company first."""
    place = ibis.cases(*((both["definition"] == name, number) for number, name in enumerate(DEFINITIONS)), else_=len(DEFINITIONS))
    return both.order_by(place, both["source"].notnull(), "source")


def counted_as(definition: str, rows: ibis.Table, *, customers: ibis.Table, households: ibis.Table) -> ibis.Table:
    """Entries or statements under the customer that a project counts.

    Args:
        definition: customer, person, organisation, household or account.
        rows: ENTRY, or STATEMENT except for `account`.
        customers: CUSTOMER.
        households: HOUSEHOLD.

    Returns:
        The same rows, no more and no fewer, with another customer_id: the household's, where the customer is in one; the
        record's, as `source:id`, where accounts are counted; and where only persons or only organisations are, a bucket
        `level:organisation` or `level:person` for the others, so that no dollar is lost.
    """
    own = rows["customer_id"]
    if definition == "household":
        homes = households.select(_member="customer_id", _unit="household_id")
        joined = rows.left_join(homes, own == homes["_member"])
        return joined.select(
            *[joined["_unit"].coalesce(own).name("customer_id") if name == "customer_id" else name for name in rows.columns]
        )
    if definition == "account":
        named = rows["record_source"].concat(":").concat(rows["record"])
        return rows.mutate(customer_id=ibis.ifelse(is_real_customer(own) & named.notnull(), named, own))
    if definition in ("person", "organisation"):
        other = "organisation" if definition == "person" else "person"
        others = customers.filter(customers["kind"] == other).select(_other="customer_id")
        joined = rows.left_join(others, own == others["_other"])
        unit = ibis.ifelse(joined["_other"].notnull(), ibis.literal(OF_OTHERS + other), own)
        return joined.select(*[unit.name("customer_id") if name == "customer_id" else name for name in rows.columns])
    return rows
