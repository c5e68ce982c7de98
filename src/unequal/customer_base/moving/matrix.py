"""Movement between bands: who stood where in two windows, and where the change in money came from, to the cent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import ibis

from unequal.ledger import is_real_customer
from unequal.terms.money import TOTAL, money_sum
from unequal.terms.periods import Period, last_months, month_of

NEW, REACTIVATED, LOST, AWAY = "new", "reactivated", "lost", "away"
ENTERED: Final = (NEW, REACTIVATED)
DAYS_OFF: Final = 7
"""A month counts as whole though nothing is booked in its last week: a company has holidays, and entries come late."""
_OPEN: Final = (date.min, date.max)


@dataclass(frozen=True)
class Windows:
    """Two windows of whole months, one after the other."""

    before: Period
    after: Period

    @property
    def months(self) -> int:
        """How many months the later one has."""
        return _months(self.after.start, self.after.end)


def windows_of(first: date, last: date, *, months: int, asked: Period | None = None) -> Windows | None:
    """The last months against as many before.

    Args:
        first, last: the days of the first and the last entry.
        months: how long a window is to be; half of what is booked, where that is less than two windows.
        asked: the later window, where a reader chose it; an open end is filled by the above.

    Returns:
        None where fewer than two whole months are booked, or the window asked for has none before it.

    >>> str(windows_of(date(2024, 1, 3), date(2025, 12, 30), months=12).after)
    '2025-01-01 to 2025-12-31'
    >>> str(windows_of(date(2026, 1, 3), date(2026, 3, 10), months=12).before)
    '2026-01-01 to 2026-01-31'
    """
    month = month_of(last)
    end = month.end if (month.last_day - last).days <= DAYS_OFF else month.start
    begin = month_of(first).start
    if asked is not None and asked.end not in _OPEN:
        end = asked.end
    if asked is not None and asked.start not in _OPEN:
        length = _months(asked.start, end)
        return Windows(last_months(asked.start, length), Period(asked.start, end)) if length > 0 and begin < asked.start else None
    length = min(months, _months(begin, end) // 2)
    if length < 1:
        return None
    after = last_months(end, length)
    return Windows(last_months(after.start, length), after)


def _months(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def bought(statement: ibis.Table, lines: Sequence[str], *, start: date | None = None, end: date) -> ibis.Table:
    """customer_id of whoever was there: who has an entry on one of the lines by which the project counts customers as active.

    Args:
        statement: STATEMENT.
        lines: identity.active.lines.
        start, end: half-open, each the first of a month; from the beginning where there is no start.
    """
    rows = statement.filter(is_real_customer(statement["customer_id"]), statement["line"].isin(list(lines)), statement["month"] < end)
    if start is not None:
        rows = rows.filter(rows["month"] >= start)
    return rows.select("customer_id").distinct()


def moved(before: ibis.Table, after: ibis.Table, earlier: ibis.Table) -> ibis.Table:
    """From which band to which each customer went.

    Args:
        before, after: customer_id, amount and band of the two windows; the band is absent of who was not there and yet has entries, as of
            what it cost.
        earlier: customer_id of whoever was there before the first window.

    Returns:
        customer_id, from_band (new or reactivated for who was not there before), to_band (lost for who is not there after; away in both for
        who was there in neither), before and after: what it brought, DECIMAL(28,4), nothing where it has no entry. A row for each customer
        with an entry in either window, so that they add up to what all customers brought.
    """
    nothing = ibis.literal(0).cast(TOTAL)
    one = before.select("customer_id", was="band", came=ibis.null("string"), before="amount", after=nothing)
    two = after.select("customer_id", was=ibis.null("string"), came="band", before=nothing, after="amount")
    rows = one.union(two)
    each = rows.group_by("customer_id").aggregate(
        was=rows["was"].max(), came=rows["came"].max(), before=money_sum(rows["before"]), after=money_sum(rows["after"])
    )
    known = earlier.select(_earlier="customer_id")
    joined = each.left_join(known, each["customer_id"] == known["_earlier"])
    was, came = joined["was"], joined["came"]
    start = ibis.cases((was.notnull(), was), (came.isnull(), AWAY), (joined["_earlier"].notnull(), REACTIVATED), else_=NEW)
    end = ibis.cases((came.notnull(), came), (was.isnull(), AWAY), else_=LOST)
    return joined.select("customer_id", from_band=start, to_band=end, before="before", after="after")


def cells(moved_: ibis.Table, *by: str) -> ibis.Table:
    """The movement matrix, a row a cell: customers, and what they brought before and after.

    Args:
        moved_: of `moved`, with the columns of `by`.
        by: further columns to tell apart.
    """
    grouped = moved_.group_by(*by, "from_band", "to_band")
    summed = grouped.aggregate(customers=moved_.count().cast("int64"), before=money_sum(moved_["before"]), after=money_sum(moved_["after"]))
    return summed.order_by(*by, "from_band", "to_band")


@dataclass(frozen=True)
class Change:
    """Where a change in money came from: after - before = within + movement + new + reactivated - exit, exactly.

    Args:
        before, after: what customers brought in each window.
        within: change of those who stood in the same band in both, and of those who bought in neither and yet cost something.
        movement: change of those who changed bands.
        new, reactivated: what those brought who were not there before, less what they had cost by then.
        exit: what those had brought who are not there any more, less what they still bring or cost.
        stayed, changed_bands, entered, left: how many; those who bought in neither window are in none of them.
    """

    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    within: Decimal = Decimal(0)
    movement: Decimal = Decimal(0)
    new: Decimal = Decimal(0)
    reactivated: Decimal = Decimal(0)
    exit: Decimal = Decimal(0)
    stayed: int = 0
    changed_bands: int = 0
    entered: int = 0
    left: int = 0

    @property
    def total(self) -> Decimal:
        """After less before."""
        return self.after - self.before

    @property
    def customers_before(self) -> int:
        """Customers who were there in the earlier window."""
        return self.stayed + self.left

    @property
    def customers_after(self) -> int:
        """Customers who were there in the later window."""
        return self.stayed + self.entered


def change_of(rows: Iterable[Mapping[str, Any]]) -> Change:
    """The change that the cells of a movement matrix come to.

    Args:
        rows: from_band, to_band, customers, before and after, in any order; several of one cell are summed.
    """
    sums: dict[str, Any] = {}

    def add(**parts: Any) -> None:
        for name, amount in parts.items():
            sums[name] = sums.get(name, 0) + amount

    for row in rows:
        start, end, many = row["from_band"], row["to_band"], row["customers"]
        add(before=row["before"], after=row["after"])
        if start in ENTERED:
            add(**{start: row["after"] - row["before"]}, entered=many)
        elif end == LOST:
            add(exit=row["before"] - row["after"], left=many)
        elif start == AWAY:
            add(within=row["after"] - row["before"])
        elif start == end:
            add(within=row["after"] - row["before"], stayed=many)
        else:
            add(movement=row["after"] - row["before"], stayed=many, changed_bands=many)
    found = Change(**sums)
    parts = found.within + found.movement + found.new + found.reactivated - found.exit
    assert found.total == parts, "money was made or lost in a decomposition"
    return found
