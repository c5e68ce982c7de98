"""Statements and the waterfall: what was earned and what it cost, line by line."""

from __future__ import annotations

from collections.abc import Iterable

import ibis

from unequal.ledger.tables import STATEMENT, WATERFALL
from unequal.terms.lines import LINES_OF_LEVEL, Level, Line
from unequal.terms.money import entry_count, money_sum
from unequal.terms.periods import Period


def customer_statement(entries: ibis.Table, *, period: Period | None = None) -> ibis.Table:
    """What each customer brought in and cost, month by month and line by line.

    Args:
        entries: ENTRY.
        period: half-open; an entry booked on `period.end` belongs to the next. All time where absent.

    Returns:
        STATEMENT; named buckets stand beside the customers, so that it sums to the entries.
        A customer without entries is absent, not zero.

    Source: docs/decisions/0010-buckets-for-dollars-without-a-customer.md
    """
    booked = entries
    if period is not None:
        booked = entries.filter(entries["booked_on"] >= period.start, entries["booked_on"] < period.end)
    # Grouped by the month's number first: a date is built once per group, not once per entry.
    number = (booked["booked_on"].year().cast("int32") * 12 + booked["booked_on"].month().cast("int32") - 1).cast("int32")
    grouped = booked.group_by("customer_id", "line", _month=number).aggregate(amount=money_sum(booked["amount"]), entries=booked.count())
    month = ibis.date((grouped["_month"] // 12).cast("int32"), (grouped["_month"] % 12 + 1).cast("int32"), 1)
    return grouped.mutate(month=month, entries=grouped["entries"].cast("int64")).select(*STATEMENT.names)


def statement_entries(entries: ibis.Table, *, customer_id: str, month: Period | None = None, line: str | None = None) -> ibis.Table:
    """The entries behind a cell of a statement: of one customer, in a month, on a line."""
    found = entries.filter(entries["customer_id"] == customer_id)
    if month is not None:
        found = found.filter(found["booked_on"] >= month.start, found["booked_on"] < month.end)
    return found if line is None else found.filter(found["line"] == line)


def waterfall(table: ibis.Table, level: Level) -> ibis.Table:
    """The way from sales to the figure of a level.

    Args:
        table: STATEMENT, or ENTRY; narrowed by the caller where one customer or slice is meant.
        level: the evidence level; other lines are shown with in_level false.

    Returns:
        WATERFALL, a row per line that has entries, in the order of the chart.
    """
    summed = table.group_by("line").aggregate(amount=money_sum(table["amount"]), entries=entry_count(table))
    position = _by_line(summed["line"], {line: number for number, line in enumerate(Line, start=1)}, 0).cast("int64")
    in_level = summed["line"].isin([str(line) for line in LINES_OF_LEVEL[level]])
    placed = summed.mutate(position=position, in_level=in_level)
    return placed.select(*WATERFALL.names).order_by("position")


def level_amount(table: ibis.Table, level: Level) -> ibis.Value:
    """The sum of a level's lines of STATEMENT or ENTRY rows, DECIMAL(28,4): an aggregate, to be grouped as the caller likes."""
    inside = table["line"].isin([str(line) for line in LINES_OF_LEVEL[level]])
    return money_sum(ibis.ifelse(inside, table["amount"], 0))


def level_of(lines: Iterable[Line]) -> Level:
    """The evidence level that a project reaches, by the lines that its config maps, not by what its data hold.

    >>> str(level_of([Line.LIST_REVENUE, Line.FREIGHT]))
    'revenue'
    """
    mapped = frozenset(lines)
    if Line.COST_OF_GOODS not in mapped:
        return Level.REVENUE
    if Line.FREIGHT not in mapped:
        return Level.GROSS_MARGIN
    return Level.CONTRIBUTION if Line.COST_TO_SERVE in mapped else Level.CONTRIBUTION_BEFORE_SERVICE


def _by_line(column: ibis.Value, values: dict[Line, int], otherwise: int) -> ibis.Value:
    return ibis.cases(*((column == str(line), value) for line, value in values.items()), else_=otherwise)
