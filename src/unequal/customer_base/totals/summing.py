"""Sums that answers about the whole base would otherwise make again from every entry."""

from __future__ import annotations

import ibis

from unequal.customer_base.tables import CUSTOMER_LINE, CUSTOMER_MONTH, ENTRY_SUM, ENTRY_TOTAL
from unequal.ledger import is_real_customer
from unequal.terms.lines import LINES_OF_LEVEL, Level, Line
from unequal.terms.money import money_sum


def customer_lines(statement: ibis.Table) -> ibis.Table:
    """What each customer, and each bucket, brought in and cost, line by line, over all months.

    Args:
        statement: STATEMENT.

    Returns:
        CUSTOMER_LINE; it sums to the statement.
    """
    grouped = statement.group_by("customer_id", "line").aggregate(
        amount=money_sum(statement["amount"]), entries=statement["entries"].sum().cast("int64")
    )
    return grouped.select(*CUSTOMER_LINE.names)


def customer_months(statement: ibis.Table, level: Level) -> ibis.Table:
    """What each customer brought month by month.

    Args:
        statement: STATEMENT.
        level: whose lines are summed.

    Returns:
        CUSTOMER_MONTH, of customers alone; it sums to the lines of the level.
    """
    rows = statement.filter(
        is_real_customer(statement["customer_id"]), statement["line"].isin([str(line) for line in LINES_OF_LEVEL[level]])
    )
    parts = {name: ibis.ifelse(rows["line"] == str(line), rows["amount"], 0) for name, line in
             (("acquisition", Line.ACQUISITION), ("sales", Line.LIST_REVENUE))}  # fmt: skip
    grouped = rows.group_by("customer_id", "month").aggregate(
        amount=money_sum(rows["amount"]), **{name: money_sum(part) for name, part in parts.items()}, lines=rows.count().cast("int64")
    )
    return grouped.select(*CUSTOMER_MONTH.names)


def entry_sums(entries: ibis.Table) -> ibis.Table:
    """Entries summed by customer and by every column of theirs that has few values.

    Args:
        entries: ENTRY.

    Returns:
        ENTRY_SUM; it sums to the entries.
    """
    grouped = entries.group_by(*ENTRY_SUM.key).aggregate(
        amount=money_sum(entries["amount"]),
        entries=entries.count().cast("int64"),
        first_day=entries["booked_on"].min(),
        last_day=entries["booked_on"].max(),
        first_above_zero=entries["booked_on"].min(where=entries["amount"] > 0),
    )
    return grouped.select(*ENTRY_SUM.names)


def entry_totals(sums: ibis.Table) -> ibis.Table:
    """All entries by line: those of customers together, and the others by why they have none.

    Args:
        sums: ENTRY_SUM.

    Returns:
        ENTRY_TOTAL; it sums to the entries.
    """
    why = ibis.ifelse(is_real_customer(sums["customer_id"]), ibis.null("string"), sums["unassigned_reason"].coalesce(sums["customer_id"]))
    grouped = sums.group_by("line", reason=why).aggregate(
        amount=money_sum(sums["amount"]), entries=sums["entries"].sum().cast("int64"), first_day=sums["first_day"].min(), last_day=sums["last_day"].max()
    )  # fmt: skip
    return grouped.select(*ENTRY_TOTAL.names)
