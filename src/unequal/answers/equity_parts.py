"""The change of what a base is worth since an earlier morning: who came, who stayed and who left, to the cent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import ibis
import numpy as np

from unequal import ledger, value
from unequal.answers.base import Base
from unequal.answers.forecasts import WIDTH_OF_RANGE, shock_of, wide_values
from unequal.answers.narrowing import dimension, narrow

PARTS: Final = {
    "got": "Got: there was nothing of them then",
    "won_back": "Won back: as good as gone then, there now",
    "grown": "Kept, and worth more",
    "shrunk": "Kept, and worth less",
    "lost": "Lost: there then, as good as gone now",
    "gone_before": "Gone before, and still gone",
}
"""What a customer is to the change, and how it is told; the change of each is what it is worth now less what it was worth then."""
_THERE: Final = 0.5
"""Likelier there than not."""
_TAIL: Final = WIDTH_OF_RANGE / 2


@dataclass(frozen=True)
class Worth:
    """What some customers are worth together, with the ends of the 90 % range of the total; in the reporting currency."""

    expected: Decimal
    low: Decimal
    high: Decimal

    @property
    def deviation(self) -> float:
        """Standard deviation of the total, as its range has it."""
        return float(self.high - self.low) / WIDTH_OF_RANGE


@dataclass(frozen=True)
class Change:
    """The change of one segment.

    Args:
        segment: its value; None for the whole.
        customers: how many there are with a value now.
        now, then: what they are worth now, and were worth then; then of None where no earlier morning was reckoned.
        parts: the change by PARTS, which adds up to it to the cent.
        counts: customers by PARTS.
        profit: what they brought between the two mornings: a fact.
    """

    segment: str | None
    customers: int
    now: Worth
    then: Worth | None
    parts: Mapping[str, Decimal]
    counts: Mapping[str, int]
    profit: Decimal

    @property
    def change(self) -> Worth | None:
        """Now less then. The two errors are taken as independent, which makes the range too wide rather than too narrow."""
        if self.then is None:
            return None
        difference = self.now.expected - self.then.expected
        reach = cents(_TAIL * math.hypot(self.now.deviation, self.then.deviation))
        return Worth(difference, difference - reach, difference + reach)

    @property
    def return_on_customer(self) -> tuple[float, float, float] | None:
        """(Profit + change of equity) / equity at the start: expected, low, high; None where there was nothing at the start.

        The range is that of the change; what the base was worth at the start is taken as expected.

        Source: Peppers & Rogers, Return on Customer, 2005.
        """
        change = self.change
        if change is None or self.then is None or self.then.expected <= 0:
            return None
        one, low, high = (float(self.profit + end) / float(self.then.expected) for end in (change.expected, change.low, change.high))
        return one, low, high


def cents(amount: float) -> Decimal:
    """An estimate to the cent.

    >>> cents(1.005), cents(-0.001)
    (Decimal('1.00'), Decimal('0.00'))
    """
    return Decimal(repr(round(amount, 2) or 0.0)).quantize(Decimal("0.01"))


def to_the_cent(parts: Sequence[float], total: Decimal) -> list[Decimal]:
    """Parts rounded to cents so that they add up to a total exactly: odd cents go to the largest remainders.

    Args:
        parts: about adding up to the total.
        total: in whole cents.

    >>> to_the_cent([0.334, 0.333, 0.333], Decimal("1.00"))
    [Decimal('0.34'), Decimal('0.33'), Decimal('0.33')]
    """
    floors = [math.floor(part * 100) for part in parts]
    odd = int(total * 100) - sum(floors)
    order = sorted(range(len(parts)), key=lambda place: (floors[place] - parts[place] * 100, place))
    for turn in range(abs(odd)):
        floors[order[turn % len(order)]] += 1 if odd > 0 else -1
    return [Decimal(each) / 100 for each in floors]


def mornings(base: Base) -> tuple[date, date | None]:
    """The first day of the forecast, and that of the earlier one; None where nothing was reckoned as of an earlier morning."""
    lifetimes = base.table("lifetime")
    today = base.fetch(lifetimes.aggregate(day=lifetimes["as_of"].max()))[0]["day"]
    earlier = base.fetch(base.table("value_then_total").select("as_of")) if "value_then_total" in base.tables else []
    assert isinstance(today, date), "a base with customers to value has forecasts"
    then = earlier[0]["as_of"] if earlier else None
    return today, then if isinstance(then, date) else None


def both_mornings(base: Base, where: str | None, by: str | None = None) -> ibis.Table:
    """Customers with what they are worth now and were worth then: the columns that `value` can be asked by, then_*, and part.

    The attributes that the question names have their values.

    Raises:
        PredicateError: `where` is refused, or names what is not there.
    """
    now = wide_values(base, where, by)
    if "value_then" not in base.tables:
        joined = now.mutate(**{f"then_{name}": ibis.null("float64") for name in ("p_alive", "expected", "low", "high")})
    else:
        given = base.table("value_then")
        then = given.select(
            then_id="customer_id", then_p_alive="p_alive", then_expected="value_expected", then_low="value_low", then_high="value_high"
        )
        both = now.outer_join(then, now["customer_id"] == then["then_id"])
        joined = both.mutate(customer_id=both["customer_id"].fill_null(both["then_id"])).drop("then_id")
    chosen = narrow(joined, where=where, period=None, leads_to=base.leads_to)
    return chosen.mutate(part=_part(chosen))


def _part(rows: ibis.Table) -> ibis.Value:
    was, now = rows["then_p_alive"] >= _THERE, rows["p_alive"].fill_null(0.0) >= _THERE
    grew = rows["value_expected"].fill_null(0.0) >= rows["then_expected"]
    return ibis.cases(
        (rows["then_expected"].isnull(), "got"), (was & ~now, "lost"), (~was & now, "won_back"), (~was & ~now, "gone_before"), (grew, "grown"),
        else_="shrunk",
    )  # fmt: skip


def changes(base: Base, customers: ibis.Table, by: str | None) -> list[Change]:
    """The change of customers' worth, of all of them or by a dimension, the most valuable first.

    Args:
        base: the run.
        customers: of `both_mornings`.
        by: a column of it; None for one change of all.

    Raises:
        AnswerError: ANS002, there is no such dimension.
    """
    key = ibis.null("string") if by is None else customers[dimension(customers.drop("part"), by)].cast("string")
    keyed = customers.mutate(_key=key)
    today, then = mornings(base)
    sums = base.fetch(_sums(keyed))
    brought = _brought(base, keyed, then, today)
    shocks = (shock_of(base), _shock_then(base))
    by_segment: dict[Any, list[dict[str, Any]]] = {}
    for row in sums:
        by_segment.setdefault(row["segment"], []).append(dict(row))
    found = [_change(segment, rows, shocks, brought.get(segment, Decimal(0))) for segment, rows in by_segment.items()]
    return sorted(found, key=lambda one: (-one.now.expected, str(one.segment)))


def _sums(keyed: ibis.Table) -> ibis.Table:
    """By segment and part: customers, and of now and then the sum, the variance of the sum and its size."""
    sums: dict[str, ibis.Value] = {"customers": keyed.count(), "valued": keyed["value_expected"].count()}
    for name, mean, low, high in (
        ("now", "value_expected", "value_low", "value_high"),
        ("then", "then_expected", "then_low", "then_high"),
    ):
        spread = (keyed[high] - keyed[low]) / WIDTH_OF_RANGE
        sums |= {
            name: keyed[mean].sum().fill_null(0.0),
            f"{name}_variance": (spread * spread).sum().fill_null(0.0),
            f"{name}_size": keyed[mean].abs().sum().fill_null(0.0),
        }
    return keyed.group_by(segment=keyed["_key"], part=keyed["part"]).aggregate(**sums)


def _brought(base: Base, keyed: ibis.Table, then: date | None, today: date) -> dict[Any, Decimal]:
    """What customers brought between the two mornings, by segment."""
    if then is None:
        return {}
    entries = base.table("entry")
    booked = entries.filter(entries["booked_on"] >= then, entries["booked_on"] < today)
    # Asked of all together, and again of each slice.
    each = base.keep(booked.group_by("customer_id").aggregate(brought=ledger.level_amount(booked, base.level)))
    owned = each.inner_join(keyed.select("customer_id", "_key"), "customer_id")
    told = base.fetch(owned.group_by("_key").aggregate(brought=owned["brought"].sum().cast("decimal(28,4)")))
    return {row["_key"]: Decimal(str(row["brought"])) for row in told}


def _shock_then(base: Base) -> value.totals.Shock | None:
    rows = base.fetch(base.table("value_then_total")) if "value_then_total" in base.tables else []
    return value.totals.Shock(*(float(str(rows[0][name])) for name in ("bias", "spread", "freedom"))) if rows else None


def _change(
    segment: Any, rows: list[dict[str, Any]], shocks: tuple[value.totals.Shock, value.totals.Shock | None], profit: Decimal
) -> Change:
    now, then = (_worth(rows, name, shock) if shock else None for name, shock in zip(("now", "then"), shocks, strict=True))
    assert now is not None, "the forecast of today has the error of its totals"
    by_part = {str(row["part"]): row for row in rows}
    counts = {name: int(by_part[name]["customers"]) if name in by_part else 0 for name in PARTS}
    differences = [float(by_part[name]["now"] - by_part[name]["then"]) if name in by_part else 0.0 for name in PARTS]
    parts = {} if then is None else dict(zip(PARTS, to_the_cent(differences, now.expected - then.expected), strict=True))
    return Change(None if segment is None else str(segment), sum(int(row["valued"]) for row in rows), now, then, parts, counts, profit)


def _worth(rows: list[dict[str, Any]], name: str, shock: value.totals.Shock) -> Worth:
    mean, variance, size = (np.array([sum(row[column] for row in rows)]) for column in (name, f"{name}_variance", f"{name}_size"))
    low, high = value.totals.interval(mean, variance, size, shock)
    return Worth(cents(float(mean[0])), cents(float(low[0])), cents(float(high[0])))


def first_morning_of(other: Base) -> date | None:
    """The first day of another run's forecasts."""
    lifetimes = other.table("lifetime")
    day = other.fetch(lifetimes.aggregate(day=lifetimes["as_of"].max()))[0]["day"]
    return day if isinstance(day, date) else None
