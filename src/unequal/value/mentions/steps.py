"""The step of mentions: how many new customers they brought, and whose mentions they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from unequal import config
from unequal.storage import Engine
from unequal.value import influence, tables
from unequal.value.arrays import Flags, Floats, Ints
from unequal.value.economics import drawn_to_base
from unequal.value.influence import Lift
from unequal.value.known import money
from unequal.value.mentions.sums import spoken


@dataclass(frozen=True)
class Comers:
    """Customers, by the day on which they first bought.

    Args:
        day: of each, from the first day watched; of those alone who came within the days watched.
        said: whether each said that a mention brought him.
        named: whether a referral or an introduction names who brought him: he stands in `through_others`.
        worth: what each brought and is expected to bring.
    """

    day: Ints
    said: Flags
    named: Flags
    worth: Floats


def tell(engine: Engine, contacts: ibis.Table, worth: pa.Table, named: Flags, *, settings: config.value.Influence, as_of: date, folder: Path) -> None:  # fmt: skip
    """Write `influence_lift` and `influence`.

    Args:
        engine: where it runs.
        contacts: INTERACTION.
        worth: a row a customer: first_day, acquired_by, brought, value_expected.
        named: which of them a tie names as brought by another.
        settings: the section value.influence.
        as_of: the day of the forecast.
        folder: where to write.
    """
    day = np.asarray(worth["first_day"].to_numpy(zero_copy_only=False)).astype("datetime64[D]")
    known = ~np.isnat(day)
    first = day[known].min(initial=np.datetime64(as_of, "D"))
    said = np.isin(_texts(worth["acquired_by"]), np.array(settings.told_by, dtype=str))
    total = money(worth, "brought") + worth["value_expected"].to_numpy()
    comers = Comers((day[known] - first).astype(np.int64), said[known], named[known], total[known])
    rows = engine.arrow(spoken(contacts, settings.contact, first=first.item(), until=as_of).order_by("customer_id", "day"))
    pressure = _pressure(rows)
    when = (np.asarray(rows["day"].to_numpy(zero_copy_only=False)).astype("datetime64[D]") - first).astype(np.int64)
    lift = influence.measured_lift(_days(comers, pressure, when, first, (np.datetime64(as_of, "D") - first).astype(int)))
    told = [] if lift is None else _lift_rows(lift, comers, rows, pressure)
    engine.write(engine.rows(tables.INFLUENCE_LIFT.types, told), folder / "influence_lift.parquet")
    engine.write_rows(tables.INFLUENCE.types, _speakers(lift, comers, rows, pressure, when), folder / "influence.parquet")


def _texts(column: pa.ChunkedArray) -> Any:
    return np.asarray(column.fill_null("").to_numpy(zero_copy_only=False), dtype=object).astype(str)


def _pressure(rows: pa.Table) -> Floats:
    """Reach times kindness; the reach alone where no mention was ever judged."""
    is_judged = pa.compute.sum(rows["judged"]).as_py()
    return np.asarray(rows["kind" if is_judged else "reach"].to_numpy(), dtype=np.float64)


def _days(comers: Comers, pressure: Floats, when: Ints, first: Any, n: int) -> influence.Days:
    def by_day(chosen: Flags) -> Floats:
        return np.bincount(comers.day[chosen], minlength=n).astype(np.float64)

    # 1970-01-01 was a Thursday.
    weekday = (first.astype(np.int64) + np.arange(n) + 3) % 7
    told = comers.said & ~comers.named
    daily = np.asarray(np.bincount(when, weights=pressure, minlength=n), dtype=np.float64)
    return influence.Days(by_day(~comers.said & ~comers.named), by_day(told), daily, weekday)


def _lift_rows(lift: Lift, comers: Comers, rows: pa.Table, pressure: Floats) -> list[dict[str, Any]]:
    sums = {name: int(pa.compute.sum(rows[name]).as_py() or 0) for name in ("mentions", "reach")}
    ends = dict(zip(("expected", "low", "high"), lift.half_life_days, strict=True))
    shared = {**sums, "pressure": float(pressure.sum()), **{f"half_life_{end}": value for end, value in ends.items()}}
    open_ones = ~comers.named
    counted = {"told": open_ones & comers.said, "others": open_ones & ~comers.said, "all": open_ones}
    parts = {"told": lift.told, "others": lift.others, "all": lift.every}
    return [
        {
            "part": name, "newcomers": int(counted[name].sum()), "brought_customers_expected": part.brought,
            "brought_customers_low": part.ends[0], "brought_customers_high": part.ends[1], "is_shown": bool(part.is_shown), **shared,
        }
        for name, part in parts.items()
    ]  # fmt: skip


def _speakers(lift: Lift | None, comers: Comers, rows: pa.Table, pressure: Floats, when: Ints) -> pa.Table:
    """INFLUENCE rows: a row for each customer who spoke."""
    real = pa.compute.invert(pa.compute.equal(rows["customer_id"], "unassigned"))
    keep = np.asarray(real.to_numpy(zero_copy_only=False), dtype=bool)
    own, pressure, when = rows.filter(pa.array(keep)), pressure[keep], when[keep]
    ids, at = np.unique(_texts(own["customer_id"]), return_inverse=True)

    def over(values: Any) -> Floats:
        return np.asarray(np.bincount(at, weights=np.asarray(values, dtype=np.float64), minlength=len(ids)), dtype=np.float64)

    mentions, reach, judged, leaning = (over(own[name].to_numpy()) for name in ("mentions", "reach", "judged", "leaning"))
    last = np.full(len(ids), np.datetime64("0001-01-01", "D"))
    np.maximum.at(last, at, np.asarray(own["day"].to_numpy(zero_copy_only=False)).astype("datetime64[D]"))
    columns = {
        "customer_id": pa.array(ids.tolist(), pa.string()), "mentions": mentions.astype(np.int64), "reach": reach.astype(np.int64),
        "kindness": pa.array(leaning / np.where(judged > 0, judged, 1.0), mask=judged == 0), "last_spoke_on": pa.array(last),
        **_brought(lift, comers, [over(part) for part in _of_mentions(lift, pressure, when)]),
    }  # fmt: skip
    return pa.table(columns).select(tables.INFLUENCE.names)


def _of_mentions(lift: Lift | None, pressure: Floats, when: Ints) -> Sequence[Floats]:
    if lift is None:
        return np.zeros_like(pressure), np.zeros_like(pressure)
    # Where nothing is shown the range tells how much it could be, and needs everybody's share in all.
    part = lift.counted if lift.counted.brought > 0 else lift.every
    return influence.brought_by(lift, part, pressure, when)


def _brought(lift: Lift | None, comers: Comers, brought: Sequence[Floats]) -> dict[str, Any]:
    """What each speaker brought, with ranges; expected is zero where no lift is shown."""
    so_far, coming = brought
    is_shown = lift is not None and lift.counted.brought > 0
    part = None if lift is None else lift.counted if is_shown else lift.every
    variance = np.zeros(len(so_far)) if part is None else influence.variance_of(part, so_far)
    each, spread, error = _worth_of_one(comers, told=lift is not None and lift.told.is_shown)
    told: dict[str, Any] = {}
    low, high = _worth_between(so_far, variance, each, spread, error, is_shown=is_shown)
    ends = {"value": (low, high)}
    if lift is not None and part is not None and is_shown:
        above = influence.variance_of(part, so_far, not_shown=influence.may_have_brought(lift))
        ends["brought_customers"] = influence.counted_range(so_far, variance, above)
        # Who may have brought nobody may have brought nothing.
        least = np.where(ends["brought_customers"][0] > 0, low, np.minimum(low, 0.0))
        ends["value"] = (least, _worth_between(so_far, above, each, spread, error, is_shown=is_shown)[1])
    else:
        ends["brought_customers"] = influence.range_of(so_far, variance, is_shown=is_shown)
    for name, mean in (("brought_customers", so_far), ("value", so_far * each)):
        expected = mean if is_shown else np.zeros(len(mean))
        told |= {f"{name}_expected": expected, f"{name}_low": ends[name][0], f"{name}_high": ends[name][1]}
    is_shown_to_all = np.full(len(so_far), is_shown)
    return {**told, "coming_customers_expected": coming if is_shown else np.zeros(len(coming)), "is_shown": is_shown_to_all}


def _worth_between(brought: Floats, variance: Floats, each: float, spread: float, error: float, *, is_shown: bool) -> tuple[Floats, Floats]:
    """Ends of what the customers are worth that speakers brought: luck of how many, and of what each of them is worth."""
    of = np.abs(brought) * (spread**2 + each**2) + brought**2 * error**2 + np.maximum(variance - np.abs(brought), 0.0) * each**2
    return influence.range_of(brought * each, of, is_shown=is_shown)


def _worth_of_one(comers: Comers, *, told: bool) -> tuple[float, float, float]:
    """What one who came by a mention is worth: mean, spread between customers, error of the mean; of those who said so, drawn towards all."""
    if not len(comers.worth):
        return 0.0, 0.0, 0.0
    group = (comers.said & ~comers.named).astype(np.int64)
    count, sums = (np.bincount(group, weights=weights, minlength=2).astype(np.float64) for weights in (None, comers.worth))
    if not told or (count == 0).any():
        spread = float(comers.worth.std())
        return float(comers.worth.mean()), spread, spread / float(np.sqrt(len(comers.worth)))
    squares = float(np.square(comers.worth - (sums / count)[group]).sum())
    own = comers.worth[group == 1]
    return float(drawn_to_base(sums, count, squares)[1]), float(own.std()), float(own.std() / np.sqrt(len(own)))
