"""Pools: what the people and equipment that serve customers cost in a month, how much time they have, and what was used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Final

import ibis

from unequal import config
from unequal.ledger.activities import TICKS_A_MINUTE, TICKS_A_SECOND, in_ticks, ticks_of_minutes
from unequal.ledger.booking_day import day_in_zone, middle_of_period, month_start
from unequal.ledger.lookups import require_column
from unequal.ledger.routing import holds
from unequal.terms.errors import LedgerError
from unequal.terms.lines import Line
from unequal.terms.money import SCALE, from_units

POOL: Final = "pool:"
"""Begins the source of idle entries and of a pool's reconciliation."""

_TICKS_OF: Final = {"seconds": TICKS_A_SECOND, "minutes": TICKS_A_MINUTE, "hours": 60 * TICKS_A_MINUTE}
_RATE_DECIMALS: Final = Decimal(1).scaleb(-10)


@dataclass(frozen=True)
class Month:
    """One pool in one month.

    Args:
        pool: its name.
        month: the first day.
        cost: what it cost, in units of 0.0001, positive.
        practical: ticks of practical capacity; None where nothing says.
        used: ticks that events took.
        events: how many.
        idle: units for capacity that nobody used.
    """

    pool: str
    month: date
    cost: int
    practical: int | None
    used: int
    events: int
    idle: int

    @property
    def over(self) -> int:
        """Ticks worked beyond the practical capacity."""
        return max(self.used - (self.practical or 0), 0)

    @property
    def spare(self) -> int:
        """Ticks of practical capacity that nobody used."""
        return max((self.practical or 0) - self.used, 0)

    @property
    def rate(self) -> Decimal:
        """Dollars a minute: cost over practical capacity, or over what was used where that is more."""
        ticks = max(self.practical or 0, self.used)
        return (from_units(self.cost) * TICKS_A_MINUTE / ticks).quantize(_RATE_DECIMALS) if ticks else Decimal(0).quantize(_RATE_DECIMALS)


def seconds_of(ticks: int) -> Decimal:
    """Ticks as seconds, exactly."""
    return Decimal(ticks).scaleb(-4)


def cost_mapping(cost: config.ledger.CostRows, line: Line = Line.COST_TO_SERVE) -> config.sources.Postings:
    """A cost read from rows, as a posting of their source: so it is posted, converted and held against the raw rows like any other."""
    return config.sources.Postings(
        amounts={"cost": config.sources.Amount(column=cost.column, line=line, negate=cost.negate, when=cost.when)},
        booked_on=cost.booked_on,
        day_is=cost.day_is,
        level="corporate",
        currency=cost.currency,
    )


def monthly_capacity(rows: ibis.Table, mapping: config.ledger.CapacityRows, *, project: config.Project, where: str) -> ibis.Table:
    """The practical capacity of each month: month date, ticks int64; rows without a month or a figure are left out.

    Raises:
        LedgerError: LED005 a column is not there; LED009 the month is no date; LED022 the capacity is no number.
    """
    counted = (mapping.column,) if isinstance(mapping.column, str) else mapping.column
    for column in (*counted, mapping.month):
        require_column(rows, column, where=where)
    if mapping.when is not None:
        rows = rows.filter(holds(mapping.when, rows, where=f"{where}.when"))
    for column in counted:
        if not rows[column].type().is_numeric():
            raise LedgerError("LED022", "time is counted by a column that is no number", where=where,
                              seen=f"{column} is {rows[column].type()}", do=f"columns: {{{column}: decimal}}")  # fmt: skip
    day = rows[mapping.month]
    if day.type().is_timestamp():
        day = day_in_zone(day, project.time_zone)
    elif not day.type().is_date():
        raise LedgerError("LED009", "the month of a capacity is no date", where=where, seen=f"{mapping.month} is {day.type()}",
                          do="give the column the type date, with its format")  # fmt: skip
    if mapping.day_is == "first_of_period":
        day = middle_of_period(day)
    each = _TICKS_OF[mapping.unit] if mapping.minutes_each is None else ticks_of_minutes(mapping.minutes_each)
    ticks = reduce(add, [in_ticks(rows[column], each) for column in counted])
    told = rows.select(month=month_start(day), ticks=ticks).filter(lambda t: t.month.notnull() & t.ticks.notnull())
    return told.group_by("month").aggregate(ticks=told["ticks"].sum().cast("int64"))


def every_month(first: date, last: date) -> list[date]:
    """The first days of all months from one day's month to another's, both included."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    numbers = (first.year * 12 + first.month - 1 + more for more in range(count))
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def same_each_month(figure: str, months: Iterable[date], *, ticks: bool) -> dict[date, int]:
    """A declared figure for each month: units of money, or ticks of minutes."""
    value = ticks_of_minutes(figure) if ticks else int(Decimal(figure).scaleb(SCALE))
    return dict.fromkeys(months, value)


def check_figures(pool: str, costs: Mapping[date, int], capacities: Mapping[date, int]) -> None:
    """Refuse a pool whose figures cannot be: money without a capacity, a capacity below zero, a cost that is income.

    Raises:
        LedgerError: LED023, LED024.
    """
    where = f"ledger.pools.{pool}"
    below = sorted(month for month, ticks in capacities.items() if ticks < 0)
    if below:
        raise LedgerError("LED023", "a practical capacity is below zero", where=f"{where}.capacity", seen=f"{below[0]:%Y-%m}",
                          do="mend the capacity of that month")  # fmt: skip
    silent = sorted(month for month, cost in costs.items() if cost and month not in capacities)
    if silent:
        raise LedgerError("LED023", "a pool costs money in a month that no capacity is known of", where=f"{where}.capacity",
                          seen=f"{len(silent):,} months, first {silent[0]:%Y-%m}", do="give the practical capacity of these months too")  # fmt: skip
    if sum(costs.values()) < 0:
        raise LedgerError("LED024", "a pool's cost comes to income", where=f"{where}.cost", seen=f"{from_units(sum(costs.values())):,}",
                          do="set negate: true where the source writes costs as positive numbers, and leave it out where it does not")  # fmt: skip
