"""The rows of the value room's tables, from arrays to files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa

from unequal.ledger import is_real_customer, level_amount
from unequal.storage import Engine
from unequal.terms.lines import Level
from unequal.terms.money import TOTAL
from unequal.terms.tables import TableContract
from unequal.value import tables, totals
from unequal.value.arrays import Floats
from unequal.value.foreseen import Foreseen, Together, together
from unequal.value.known import money
from unequal.value.origins import YEAR_DAYS
from unequal.value.potential import is_top
from unequal.value.segments import Segments

_LIKELY: Final = 0.5
"""Likelier than not: with this probability of standing among the best a customer counts as Most Growable."""


def write_nothing(engine: Engine, folder: Path) -> None:
    """Every table without a row: nothing was sold, so nothing is to be foreseen."""
    for contract in tables.ALL:
        engine.write(engine.rows(contract.types, []), folder / f"{contract.name}.parquet")


def write(
    engine: Engine, found: Sequence[Foreseen], bar: float, *, tested: Sequence[dict[str, Any]], entries: ibis.Table, people: ibis.Table,
    parted: Segments, level: Level, as_of: date, folder: Path,
) -> None:  # fmt: skip
    """Write all tables of the room.

    Args:
        engine: where it runs.
        found: forecasts of all lines of business.
        bar: what two years must bring to be among the best fifth.
        tested: rows of POTENTIAL_TEST.
        entries, people: ENTRY, and the customers with their numbers.
        parted: segments of the customers.
        level: the evidence level.
        as_of: the first day of the forecast.
        folder: where to write.
    """
    ids = engine.arrow(people.order_by("number").select("customer_id"))["customer_id"].combine_chunks()
    lifetimes = pa.concat_tables([_lifetime_rows(one, ids, as_of) for one in found])
    engine.write_rows(tables.LIFETIME.types, lifetimes, folder / "lifetime.parquet")
    told = pa.concat_tables([_driver_rows(one, ids) for one in found])
    engine.write_rows(tables.VALUE_DRIVER.types, told, folder / "value_driver.parquet")
    rows: dict[TableContract, list[dict[str, Any]]] = {
        tables.BACKTEST: [row for one in found for row in one.backtests],
        tables.TRACKING: [row for one in found for row in one.tracking],
        tables.POTENTIAL_TEST: list(tested),
        tables.MODEL_FIT: [row for one in found for row in one.fits],
        tables.RETENTION_WORTH: [row for one in found for row in one.retention],
    }
    whole = together(found, bar)
    shock = _shock(found, parted)
    rows[tables.MODEL_FIT] += _shock_rows(shock, bar)
    rows[tables.VALUE_TOTAL] = _total_rows(found, whole, parted, shock)
    for contract, given in rows.items():
        engine.write(engine.rows(contract.types, given), folder / f"{contract.name}.parquet")
    _write_customers(engine, whole, ids, facts(entries, people, level=level, as_of=as_of), folder)


def facts(entries: ibis.Table, people: ibis.Table, *, level: Level, as_of: date) -> ibis.Table:
    """What each customer has brought, and in the last 52 weeks: number, brought, brought_last_year DECIMAL(28,4); a row per customer."""
    rows = entries.filter(is_real_customer(entries["customer_id"]), entries["booked_on"] < as_of)
    recent = rows.filter(rows["booked_on"] >= as_of - timedelta(days=YEAR_DAYS))
    whole = rows.group_by("customer_id").aggregate(brought=level_amount(rows, level))
    last = recent.group_by("customer_id").aggregate(brought_last_year=level_amount(recent, level))
    both = whole.left_join(last, "customer_id").drop("customer_id_right")
    # Who has no entry brought nothing that is known: histories may come counted.
    known = people.select("customer_id", "number").left_join(both, "customer_id")
    return known.select("number", **{name: known[name].fill_null(0).cast(TOTAL) for name in ("brought", "brought_last_year")})


def _lifetime_rows(one: Foreseen, ids: pa.Array, as_of: date) -> pa.Table:
    n = len(one.number)
    constants = {"relationship": one.relationship, "kind": one.kind, "kind_of_customer": one.group, "model": one.model}
    explained = one.overdue_after
    columns = {
        "customer_id": ids.take(pa.array(one.number)),
        **{name: pa.array(np.full(n, value, dtype=object), pa.string()) for name, value in constants.items()},
        "as_of": pa.array(np.full(n, np.datetime64(as_of, "D"))),
        "orders": pa.array(one.orders),
        "first_day": pa.array(one.first_day.astype("datetime64[D]")),
        "last_day": pa.array(one.last_day.astype("datetime64[D]")),
        "p_alive": pa.array(one.p_alive),
        **_ranged("orders", one.orders_expected, one.orders_range),
        **_ranged("value", one.value_expected, one.value_range),
        "year_expected": pa.array(one.year_expected),
        "is_overdue": pa.array(one.is_overdue),
        "overdue_after_days": pa.array(explained, pa.float64(), mask=~np.isfinite(explained)),
    }
    return pa.table(columns).select(tables.LIFETIME.names)


def _driver_rows(one: Foreseen, ids: pa.Array) -> pa.Table:
    """VALUE_DRIVER rows of a line of business; none of one that has no such drivers."""
    n = len(one.number) if one.drivers else 0
    names = tables.VALUE_DRIVER.names[3:]
    sums = sum(one.drivers.values()) if one.drivers else np.zeros(0)
    columns = {
        "customer_id": ids.take(pa.array(one.number[:n])),
        "relationship": pa.array([one.relationship] * n, pa.string()),
        "difference_expected": pa.array(sums),
        **{name: pa.array(one.drivers[name.removesuffix("_expected")] if n else np.zeros(0)) for name in names},
    }
    return pa.table(columns).select(tables.VALUE_DRIVER.names)


def _ranged(name: str, mean: Floats, ends: Any, *, known: Any = None) -> dict[str, pa.Array]:
    """An expectation between its ends; a skewed one may lie beyond an end of its middle nine tenths, and then that end is moved out to it.

    Where it is not `known` (all by default), it is absent.
    """
    low, high = np.minimum(ends[:, 0], mean), np.maximum(ends[:, 1], mean)
    absent = np.zeros(len(mean), bool) if known is None else ~known
    return {f"{name}_{end}": pa.array(of, mask=absent) for end, of in (("expected", mean), ("low", low), ("high", high))}


def _shock(found: Sequence[Foreseen], parted: Segments) -> totals.Shock:
    """The error that totals of segments shared in earlier forecasts, of the same kind as the totals that are told: over all lines of business.

    Bands are left out: they are drawn from what came since, so that good ones look as if too little had been expected of them.
    """
    told = np.array([kind != "band" for kind, _ in parted.names])
    past = totals.together([one.past for one in found], len(parted.names))
    return totals.common_shock(*np.concatenate([np.zeros((0, 4)), *(each[told] for each in past)]).T)


def _shock_rows(shock: totals.Shock, bar: float) -> list[dict[str, Any]]:
    at = {"relationship": "all", "kind_of_customer": "all", "standard_error": None}
    told = {"bias": shock.bias, "spread": shock.spread, "freedom": shock.freedom}
    rows = [{**at, "model": "common_shock", "parameter": name, "value": value} for name, value in told.items()]
    return [*rows, {**at, "model": "potential", "parameter": "bar_of_top_fifth", "value": float(bar) if np.isfinite(bar) else 0.0}]


def _total_rows(found: Sequence[Foreseen], everybody: Together, parted: Segments, shock: totals.Shock) -> list[dict[str, Any]]:
    """VALUE_TOTAL: the base's segments over all lines, and the lines themselves."""
    count = len(parted.names)
    sums = {name: np.zeros(count) for name in ("alive", "value", "year", "value_variance", "year_variance", "value_size", "year_size")}
    customers: list[set[int]] = [set() for _ in range(count)]
    rows = []
    for one in found:
        own = parted.of[one.number]
        whole = dict.fromkeys(sums, 0.0)
        for kind in own.T:
            for name, values in _summable(one).items():
                sums[name] += np.bincount(kind, weights=values, minlength=count)
        for name, drawn in (("value", one.totals), ("year", one.year_totals)):
            sums[f"{name}_variance"][: len(drawn)] += drawn.var(axis=1)
            whole[f"{name}_variance"] = float(drawn[0].var())
        whole |= {name: float(values.sum()) for name, values in _summable(one).items()}
        rows.append({"segment_kind": "relationship", "segment": f"{one.relationship} ({one.group})", "customers": len(one.number), **whole})
        for place in range(count):
            customers[place].update(one.number[(own == place).any(axis=1)].tolist())
    # Who is in two lines of business is one customer, and counts once.
    by_kind = [np.bincount(kind, weights=everybody.p_alive, minlength=count) for kind in parted.of[everybody.number].T]
    sums["alive"] = np.sum(by_kind, axis=0)
    for place, (kind, name) in enumerate(parted.names):
        if customers[place]:
            at = {"segment_kind": kind, "segment": name, "customers": len(customers[place])}
            rows.append({**at, **{key: float(values[place]) for key, values in sums.items()}})
    return [_with_ends(row, shock) for row in rows]


def _summable(one: Foreseen) -> dict[str, Floats]:
    return {
        "alive": one.p_alive, "value": one.value_expected, "year": one.year_expected,
        "value_size": np.abs(one.value_expected), "year_size": np.abs(one.year_expected),
    }  # fmt: skip


def _with_ends(row: dict[str, Any], shock: totals.Shock) -> dict[str, Any]:
    told = {name: row[name] for name in ("segment_kind", "segment", "customers")}
    told["alive_expected"] = float(row["alive"])
    for name in ("value", "year"):
        mean, variance, size = (np.array([row[key]]) for key in (name, f"{name}_variance", f"{name}_size"))
        low, high = totals.interval(mean, variance, size, shock)
        told |= {f"{name}_expected": float(mean[0]), f"{name}_low": float(low[0]), f"{name}_high": float(high[0])}
    return told


def _write_customers(engine: Engine, whole: Together, ids: pa.Array, brought: ibis.Table, folder: Path) -> None:
    """CUSTOMER_VALUE: facts beside forecasts, each in columns of its own."""
    known = engine.arrow(brought.order_by("number"))
    at = np.searchsorted(np.asarray(known["number"].to_numpy()), whole.number)
    past = known.take(pa.array(at))
    last_year = money(past, "brought_last_year")
    growth = whole.year - last_year[:, None]
    # Of whom nothing was ever booked it is not known what he brought, and so not whether he brings more.
    has_past = money(past, "brought") != 0
    among = is_top(money(past, "brought_last_year"))
    columns = {
        "customer_id": ids.take(pa.array(whole.number)),
        "brought": past["brought"],
        "brought_last_year": past["brought_last_year"],
        "p_alive": pa.array(whole.p_alive),
        **_ranged("value", whole.value[:, 0], whole.value[:, 1:]),
        **_ranged("growth", growth[:, 0], growth[:, 1:], known=has_past),
        "top_fifth_probability": pa.array(whole.top_fifth),
        "point_of_retention_expected": pa.array(whole.of_a_point),
        "is_growable": pa.array(has_past & ~among & (whole.top_fifth >= _LIKELY)),
        "is_overdue": pa.array(whole.is_overdue),
    }
    engine.write_rows(tables.CUSTOMER_VALUE.types, pa.table(columns), folder / "customer_value.parquet")
