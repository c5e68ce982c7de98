"""What if: a pool's cost, rate or capacity, or the time of an activity, were another; worked out from what a run has published."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unequal import config
from unequal.ledger.activities import BASE, MEASURED, TICKS_A_MINUTE, TICKS_A_SECOND, parts_of, ticks_of_minutes
from unequal.ledger.charging import Work, charged, month_numbers
from unequal.ledger.pools import Month
from unequal.ledger.splitting import Ints
from unequal.terms.errors import AnswerError
from unequal.terms.money import from_units, to_units

OF_POOLS: Final = ("cost", "rate", "capacity")
WHOLE: Final = "minutes"
"""The time of an activity as a whole, whatever its parts."""

_FORM: Final = re.compile(r"(?:(pool|activity)\.)?([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)\s*([*+=-])\s*(\d{1,12}(?:\.\d{1,10})?)")
_HOW: Final = "write POOL.capacity*1.2, POOL.cost+5000, POOL.rate=0.75, ACTIVITY.minutes*0.8 or ACTIVITY.base=6"


@dataclass(frozen=True)
class Change:
    """One figure that is another than it was.

    Args:
        name: of the pool or activity.
        figure: cost, rate or capacity of a pool; minutes or a part of the time of an activity.
        sign: one of `*`, `+`, `-`, `=`.
        value: by or to which it changes: dollars or minutes a month, dollars a minute, minutes an event.
    """

    name: str
    figure: str
    sign: str
    value: Decimal

    def applied(self, before: Decimal) -> Decimal:
        """The figure after the change; never below zero."""
        after = {"*": before * self.value, "+": before + self.value, "-": before - self.value, "=": self.value}[self.sign]
        return max(after, Decimal(0))


@dataclass(frozen=True)
class Outcome:
    """What a change makes of cost to serve, in dollars; costs are positive here.

    Args:
        activities: activity, pool, seconds_before, seconds_after, cost_before, cost_after.
        pools: pool, cost_before, cost_after, idle_before, idle_after, over_seconds_after.
        customers: customer_id, cost_before, cost_after: of events that customers caused, buckets too; own failures left out.
    """

    activities: Sequence[Mapping[str, Any]]
    pools: Sequence[Mapping[str, Any]]
    customers: pa.Table


def parsed(text: str, ledger: config.ledger.Ledger) -> Change:
    """A change as it is written: `phone_desk.capacity*1.2`.

    Raises:
        AnswerError: ANS012, it cannot be read, or names no pool, activity or part.
    """
    found = _FORM.fullmatch(text.strip())
    if not found:
        raise AnswerError("ANS012", "what should be otherwise cannot be read", where="--what-if", seen=text, do=_HOW)
    kind, name, figure, sign, value = found.groups()
    is_pool = kind == "pool" or (kind is None and figure in OF_POOLS and name in ledger.pools)
    known: Mapping[str, object] = ledger.pools if is_pool else ledger.activities
    if name not in known:
        both = sorted({*ledger.pools, *ledger.activities})
        raise AnswerError("ANS012", "there is no such pool or activity", where="--what-if", seen=name, do=f"name one of {', '.join(both)}")
    figures = OF_POOLS if is_pool else (WHOLE, *parts_of(ledger.activities[name].time))
    if figure not in figures:
        raise AnswerError("ANS012", f"{name} has no such figure", where="--what-if", seen=figure, do=f"name one of {', '.join(figures)}")
    if figure in (WHOLE, MEASURED) and not is_pool and sign != "*":
        raise AnswerError(
            "ANS012", "measured time can be changed by a factor only", where="--what-if", seen=text, do=f"write {name}.{figure}*0.8"
        )
    return Change(name, figure, sign, Decimal(value))


def what_if(
    changes: Sequence[Change], ledger: config.ledger.Ledger, *, pools: pa.Table, activity_cost: pa.Table, activity_time: pa.Table
) -> Outcome:
    """Cost to serve if some figures were others: the run's events and costs, charged anew and exactly; no run is needed.

    Args:
        changes: applied one after the other.
        ledger: the config's section: what minutes are now.
        pools: POOL.
        activity_cost: ACTIVITY_COST.
        activity_time: ACTIVITY_TIME.
    """
    rows = activity_cost.sort_by([(name, "ascending") for name in ("customer_id", "activity", "month", "cause")]).combine_chunks()
    before = _ticks(rows["used_seconds"])
    after = before.copy()
    for change in changes:
        if change.figure not in OF_POOLS:
            after += _more_ticks(change, ledger, rows, activity_time)
    after = np.maximum(after, 0)
    names = rows["pool"].to_numpy(zero_copy_only=False)
    numbers = month_numbers(rows["month"])
    # Pools that nothing was supposed of keep what the run charged, to the last 0.0001.
    units = np.array([to_units(-amount) for amount in rows["amount"].to_pylist()], dtype=np.int64)
    months: list[Month] = []
    for pool in _touched(changes, ledger):
        own = np.flatnonzero(names == pool)
        costs, practical = _figures(pool, pools, changes)
        found, shares = charged(pool, Work(numbers[own], after[own], own.astype(np.uint64)), costs, practical)
        units[own] = shares
        months += found
    return Outcome(_by_activity(rows, before, after, units), _by_pool(pools, months), _by_customer(rows, units))


def _touched(changes: Sequence[Change], ledger: config.ledger.Ledger) -> list[str]:
    """The pools whose events are charged anew."""
    named = {change.name if change.figure in OF_POOLS else ledger.activities[change.name].pool for change in changes}
    return [pool for pool in ledger.pools if pool in named]


def _ticks(seconds: pa.ChunkedArray) -> Ints:
    scaled = pc.cast(pc.multiply(seconds, pa.scalar(Decimal(TICKS_A_SECOND))), pa.decimal128(38, 4))
    return np.asarray(pc.cast(scaled, pa.int64()).to_numpy(), dtype=np.int64)


def _more_ticks(change: Change, ledger: config.ledger.Ledger, rows: pa.Table, times: pa.Table) -> Ints:
    """How much more or less time each row takes by a change of its activity's time."""
    activity = ledger.activities[change.name]
    is_own = rows["activity"].to_numpy(zero_copy_only=False) == change.name
    own = np.where(is_own, _ticks(rows["used_seconds"]), 0)
    if change.figure in (WHOLE, MEASURED):
        part = own if change.figure == WHOLE else _part(change, activity, rows, times, own)
        return _scaled(part, change.value - 1)
    minutes = activity.time.base if change.figure == BASE else activity.time.terms[change.figure].minutes
    now = Decimal(ticks_of_minutes(minutes)) / TICKS_A_MINUTE
    if not now:
        raise AnswerError("ANS012", "a part that takes no time cannot be changed without a run", where="--what-if", seen=f"{change.name}.{change.figure}",
                          do="change it in the config and run")  # fmt: skip
    return _scaled(_part(change, activity, rows, times, own), change.applied(now) / now - 1)


def _part(change: Change, activity: config.ledger.Activity, rows: pa.Table, times: pa.Table, own: Ints) -> Ints:
    """The ticks of one part of an activity's time, for each row."""
    if len(parts_of(activity.time)) == 1:
        return own
    keys = ("customer_id", "activity", "month", "cause")
    of_part = times.filter(pc.and_(pc.equal(times["activity"], change.name), pc.equal(times["part"], change.figure)))
    known = dict(zip(zip(*(of_part[key].to_pylist() for key in keys), strict=True), _ticks(of_part["used_seconds"]).tolist(), strict=True))
    return np.array([known.get(key, 0) for key in zip(*(rows[key].to_pylist() for key in keys), strict=True)], dtype=np.int64)


def _scaled(ticks: Ints, factor: Decimal) -> Ints:
    """Ticks times a factor, rounded; in floating point, which is exact enough for times that are supposed."""
    found: Ints = np.rint(ticks * float(factor)).astype(np.int64)
    return found


def _figures(pool: str, pools: pa.Table, changes: Sequence[Change]) -> tuple[dict[date, int], dict[date, int]]:
    """Cost and capacity of a pool by month, after the changes."""
    costs: dict[date, int] = {}
    practical: dict[date, int] = {}
    for row in pools.filter(pc.equal(pools["pool"], pool)).to_pylist():
        cost, minutes = row["cost"], None if row["practical_seconds"] is None else row["practical_seconds"] / 60
        for change in changes:
            if change.name != pool or change.figure not in OF_POOLS:
                continue
            if change.figure == "capacity" and minutes is not None:
                minutes = change.applied(minutes)
            elif change.figure == "cost":
                cost = change.applied(cost)
            elif change.figure == "rate" and (base := max(minutes or 0, row["used_seconds"] / 60)):
                cost = change.applied(cost / base) * base
        costs[row["month"]] = to_units(cost.quantize(Decimal("0.0001"), ROUND_HALF_UP))
        if minutes is not None:
            practical[row["month"]] = int((minutes * TICKS_A_MINUTE).to_integral_value())
    return costs, practical


def _by_activity(rows: pa.Table, before: Ints, after: Ints, units: Ints) -> list[dict[str, Any]]:
    codes = rows["activity"].combine_chunks().dictionary_encode()
    place = np.asarray(codes.indices.to_numpy(), dtype=np.int64)
    paid = np.array([to_units(amount) for amount in rows["amount"].to_pylist()], dtype=np.int64)
    sums = []
    for values in (before, after, -paid, units):
        total = np.zeros(len(codes.dictionary), dtype=np.int64)
        np.add.at(total, place, values)
        sums.append(total.tolist())
    pools = dict(zip(rows["activity"].to_pylist(), rows["pool"].to_pylist(), strict=True))
    return sorted(
        (
            {
                "activity": name, "pool": pools[name], "seconds_before": Decimal(was).scaleb(-4), "seconds_after": Decimal(is_now).scaleb(-4),
                "cost_before": from_units(cost), "cost_after": from_units(then),
            }
            for name, was, is_now, cost, then in zip(codes.dictionary.to_pylist(), *sums, strict=True)
        ),
        key=lambda row: str(row["activity"]),
    )  # fmt: skip


def _by_pool(pools: pa.Table, months: Sequence[Month]) -> list[dict[str, Any]]:
    found = []
    for pool in sorted(set(pools["pool"].to_pylist())):
        was = pools.filter(pc.equal(pools["pool"], pool)).to_pylist()
        own = [month for month in months if month.pool == pool]
        cost, idle, over = (sum((row[name] for row in was), Decimal(0)) for name in ("cost", "idle", "over_seconds"))
        found.append(
            {
                "pool": pool, "cost_before": cost, "cost_after": from_units(sum(month.cost for month in own)) if own else cost,
                "idle_before": idle, "idle_after": from_units(sum(month.idle for month in own)) if own else idle,
                "over_seconds_after": Decimal(sum(month.over for month in own)).scaleb(-4) if own else over,
            }
        )  # fmt: skip
    return found


def _by_customer(rows: pa.Table, units: Ints) -> pa.Table:
    wished = np.asarray(pc.equal(rows["cause"], "customer").to_numpy(zero_copy_only=False), dtype=np.bool_)
    after = pa.array([from_units(unit) for unit in units[wished].tolist()], pa.decimal128(28, 4))
    own = rows.filter(pa.array(wished))
    table = pa.table({"customer_id": own["customer_id"], "cost_before": pc.negate(own["amount"]), "cost_after": after})
    summed = table.group_by("customer_id").aggregate([("cost_before", "sum"), ("cost_after", "sum")]).sort_by("customer_id")
    return summed.select(["customer_id", "cost_before_sum", "cost_after_sum"]).rename_columns(["customer_id", "cost_before", "cost_after"])
