"""Rolling a base up: whom a question counts as one customer, and whose dollars stand together."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import pyarrow as pa

from unequal import customer_base, ledger
from unequal.answers.base import Base
from unequal.answers.evidence import booked_days
from unequal.terms.lines import LINES_OF_LEVEL, Level
from unequal.terms.money import entry_count


def as_counted(base: Base, rows: ibis.Table) -> ibis.Table:
    """Entries or a statement under whom the project's `identity.customer` counts as one customer."""
    unit = base.project.identity.customer
    if unit == "customer":
        return rows
    homes = base.table("household") if unit == "household" else base.table("customer")
    return customer_base.definitions.counted_as(unit, rows, customers=base.table("customer"), households=homes)


def rolled_up(base: Base, entries: ibis.Table, by: str, level: Level) -> pa.Table:
    """What each household, parent, introducer or employer brings: SLICE; it sums to what is asked about, each dollar once.

    Args:
        base: a published run.
        entries: those asked about.
        by: one of rollups.ALONE.
        level: the evidence level whose lines are summed.

    Raises:
        AnswerError: ANS001, the run is older than the table that is needed.
    """
    # Households and accounts are made of customers: these are rolled up. Who is no customer here stands in its bucket.
    owned = as_counted(base, entries) if base.project.identity.customer in ("person", "organisation") else entries
    inside = owned.filter(owned["line"].isin([str(line) for line in LINES_OF_LEVEL[level]]))
    customers = inside.group_by("customer_id").aggregate(amount=ledger.level_amount(inside, level), entries=entry_count(inside))
    sums = base.arrow(customers.mutate(is_customer=ledger.is_real_customer(customers["customer_id"])).order_by("customer_id"))
    return customer_base.rollups.rolled_up(sums.to_pylist(), _shares(base, by), customer_base.rollups.ALONE[by])


def _shares(base: Base, by: str) -> customer_base.rollups.Shares:
    if by == "household":
        members = base.arrow(base.table("household").select("customer_id", "household_id")).to_pylist()
        return customer_base.rollups.by_household((row["customer_id"], row["household_id"]) for row in members)
    kind = base.table("relationship")
    rows: list[dict[str, Any]] = base.arrow(kind.filter(kind["kind"] == by)).to_pylist()
    ties = customer_base.rollups.ties_of(rows, by, day=last_day(base))
    if by == "parent_organisation":
        return customer_base.rollups.by_ultimate_parent(ties)
    return customer_base.rollups.by_employer(ties) if by == "employer" else customer_base.rollups.by_introducer(ties)


def last_day(base: Base) -> date:
    """The last day on which anything is booked: what a base says is as of then; a base without entries is of no day."""
    found = booked_days(base)[1]
    return found if isinstance(found, date) else date.max
